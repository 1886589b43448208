"""Run in ``odoo shell``: build the bundles that a kiosk asks for."""

BUNDLES = (
    "web.assets_frontend",
    "pos_self_order.assets",
    "bus.websocket_worker_assets",
)

# ``env`` comes from odoo shell.
for bundle in BUNDLES:
    files = env["ir.qweb"]._get_asset_bundle(bundle, css=True, js=True)
    files.css()
    files.js()
env.cr.commit()
