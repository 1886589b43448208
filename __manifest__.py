{
    "name": "Stripe Terminal for POS",
    "version": "19.0.1.3.0",
    "summary": "Take card payments on Stripe readers, and lose none of them",
    "category": "Sales/Point of Sale",
    "author": "pos_payment_stripe contributors",
    "license": "LGPL-3",
    "development_status": "Beta",
    "images": ["static/description/banner.png"],
    "depends": ["point_of_sale", "payment_stripe"],
    "external_dependencies": {"python": ["stripe"]},
    "data": [
        "security/ir.model.access.csv",
        "security/pos_stripe_comparison_security.xml",
        "security/pos_stripe_location_security.xml",
        "security/pos_stripe_payment_security.xml",
        "security/pos_stripe_reader_security.xml",
        "security/pos_stripe_webhook_event_security.xml",
        "security/wizards_security.xml",
        "data/ir_cron_data.xml",
        "wizards/pos_stripe_adoption_views.xml",
        "wizards/pos_stripe_closing_views.xml",
        "wizards/pos_stripe_health_views.xml",
        "wizards/pos_stripe_location_creation_views.xml",
        "wizards/pos_stripe_pairing_views.xml",
        "wizards/pos_stripe_rename_views.xml",
        "wizards/pos_stripe_setup_views.xml",
        "wizards/pos_stripe_tips_views.xml",
        "views/pos_stripe_reader_help_views.xml",
        "views/payment_provider_views.xml",
        "views/pos_order_views.xml",
        "views/pos_order_doubt_views.xml",
        "views/pos_order_refund_views.xml",
        "views/pos_payment_method_views.xml",
        "views/pos_payment_views.xml",
        "views/pos_payment_doubt_views.xml",
        "views/pos_stripe_location_views.xml",
        "views/pos_stripe_location_tip_views.xml",
        "views/pos_stripe_payment_views.xml",
        "views/pos_stripe_reader_views.xml",
        "views/res_config_settings_views.xml",
        "views/res_config_settings_kiosk_views.xml",
        "views/res_config_settings_refund_views.xml",
        "views/res_config_settings_tip_views.xml",
    ],
    "demo": ["data/pos_payment_method_demo.xml"],
    "assets": {
        "point_of_sale._assets_pos": ["pos_payment_stripe/static/src/app/**/*"],
        # Loaded by a till when it first uses a method that its browser collects for.
        "pos_payment_stripe.browser_sdk": ["pos_payment_stripe/static/src/browser_sdk/**/*"],
        "point_of_sale.customer_display_assets": [
            "pos_payment_stripe/static/src/customer_display/**/*"
        ],
        # Loaded by a till that is about to close its register.
        "pos_payment_stripe.closing": [
            "pos_payment_stripe/static/src/common/**/*",
            "pos_payment_stripe/static/src/closing/**/*",
        ],
        # Loaded by a till when it first refunds.
        "pos_payment_stripe.refunds": ["pos_payment_stripe/static/src/refunds/**/*"],
        # Loaded by a till when another register, or nobody, works on an order with a card payment.
        "pos_payment_stripe.others": ["pos_payment_stripe/static/src/others/**/*"],
        # Loaded by a register that takes tips.
        "pos_payment_stripe.tips": ["pos_payment_stripe/static/src/tips/**/*"],
        # Loaded by a till with its first card payment, or with what an earlier page left.
        "pos_payment_stripe.kept": [
            "pos_payment_stripe/static/src/guards/**/*",
            "pos_payment_stripe/static/src/kept/**/*",
            "pos_payment_stripe/static/src/slip/**/*",
        ],
        # Loaded by a till of a restaurant.
        "pos_payment_stripe.restaurant": ["pos_payment_stripe/static/src/restaurant/**/*"],
        # Loaded by a till that has to tell that a forced payment was not made.
        "pos_payment_stripe.forced": ["pos_payment_stripe/static/src/forced/**/*"],
        # Loaded by a till when its cashier first splits a payment.
        "pos_payment_stripe.split": ["pos_payment_stripe/static/src/split/**/*"],
        "web.assets_backend": [
            "pos_payment_stripe/static/src/common/**/*",
            "pos_payment_stripe/static/src/backend/**/*",
        ],
        # Odoo's test page has nothing of point_of_sale/static/src/backend that could be extended.
        "web.assets_unit_tests_setup": [
            ("remove", "pos_payment_stripe/static/src/backend/pos_payment_provider_cards/**/*"),
            "pos_payment_stripe/static/src/browser_sdk/**/*",
            "pos_payment_stripe/static/src/closing/**/*",
            "pos_payment_stripe/static/src/guards/**/*",
            "pos_payment_stripe/static/src/kept/**/*",
            "pos_payment_stripe/static/src/refunds/**/*",
            "pos_payment_stripe/static/src/restaurant/**/*",
            "pos_payment_stripe/static/src/slip/**/*",
            "pos_payment_stripe/static/src/split/**/*",
            "pos_payment_stripe/static/src/forced/**/*",
            "pos_payment_stripe/static/src/others/**/*",
            "pos_payment_stripe/static/src/tips/**/*",
        ],
        "web.assets_unit_tests": ["pos_payment_stripe/static/tests/unit/**/*"],
    },
    "uninstall_hook": "uninstall_hook",
}
