"""Run in ``odoo shell``: build every bundle, with tours that are patient on a slow machine."""

from harness.core_suite import patience

patience.be_patient()
# ``env`` comes from odoo shell.
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
