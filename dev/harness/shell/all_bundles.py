"""Run in ``odoo shell``: build every bundle, as Odoo does before its own browser tests."""

# ``env`` comes from odoo shell.
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
