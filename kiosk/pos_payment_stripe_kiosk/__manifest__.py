{
    "name": "Stripe Terminal for Self-Order Kiosks",
    "version": "19.0.1.0.0",
    "summary": "Card payments at self-order kiosks, and no order lost that was paid",
    "category": "Sales/Point of Sale",
    "author": "pos_payment_stripe contributors",
    "license": "LGPL-3",
    "depends": ["pos_payment_stripe", "pos_self_order"],
    "auto_install": True,
    "assets": {
        "pos_self_order.assets": ["pos_payment_stripe_kiosk/static/src/app/**/*"],
    },
    "uninstall_hook": "uninstall_hook",
}
