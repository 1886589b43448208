"""Run in ``odoo shell``: build the bundles a till asks for, so that its first start is quick."""

BUNDLES = (
    "web.assets_frontend",
    "web.assets_web",
    "point_of_sale.assets_prod",
    "bus.websocket_worker_assets",
    "pos_payment_stripe.browser_sdk",
)

# ``env`` comes from odoo shell.
for bundle in BUNDLES:
    files = env["ir.qweb"]._get_asset_bundle(bundle, css=True, js=True)
    files.css()
    files.js()
env.cr.commit()
