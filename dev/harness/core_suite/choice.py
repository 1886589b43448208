"""Which of Odoo's own tests ``dev/test core`` runs unless it is told others."""

# Beside the addon's own dependencies; what they bring along has its tests here too.
MODULES = ("pos_loyalty", "pos_restaurant", "pos_hr", "pos_online_payment", "pos_self_order")

# Orders, payments, refunds, sessions and their accounting: what a payment's records go through.
PYTHON = (
    "/point_of_sale:TestPointOfSale",
    "/point_of_sale:TestPointOfSaleFlow",
    "/point_of_sale:TestPoSBasicConfig",
    "/point_of_sale:TestPoSSetup",
    "/point_of_sale:TestPosSimpleOrders",
    "/point_of_sale:TestPosSimpleInvoicedOrders",
    "/point_of_sale:TestPoSMultipleReceivableAccounts",
    "/point_of_sale:TestPosInvoiceConsolidation",
    "/point_of_sale:TestReportSession",
    "/point_of_sale:TestConfigureShops",
    "/pos_restaurant:TestPosRestaurantFlow",
    "/pos_loyalty:TestPOSLoyaltyProductLoading",
    "/pos_loyalty:TestUnlinkReward",
    "/pos_hr:TestPointOfSaleFlow",
    "/pos_hr:TestConfigureShopsPoSHR",
    "/pos_self_order:TestSelfOrderController",
    "/pos_self_order:WebManifestRoutesTest",
)

HOOT_SUITES = ("@point_of_sale", "@pos_restaurant", "@pos_loyalty", "@pos_hr", "@pos_self_order")
HOOT = (f"/web:WebSuite.test_unit_desktop[{','.join(HOOT_SUITES)}]",)

# The screens that the addon changes: payment, receipt, orders, closing, tables, customer display.
# Those of the kiosk cannot be prepared where all these modules are installed, with or without us:
# they have databases of their own.
TOURS = (
    "/point_of_sale:TestUi.test_01_pos_basic_order",
    "/point_of_sale:TestUi.test_payment_screen_tour",
    "/point_of_sale:TestUi.test_receipt_screen_tour",
    "/point_of_sale:TestUi.test_05_ticket_screen",
    "/point_of_sale:TestUi.test_02_pos_with_invoiced",
    "/point_of_sale:TestUi.test_floating_order_tour",
    "/point_of_sale:TestUi.test_rounding_up",
    "/point_of_sale:TestUi.test_pos_closing_cash_details",
    "/point_of_sale:TestUi.test_cash_payments_should_reflect_on_next_opening",
    "/point_of_sale:TestUi.test_customer_display",
    "/point_of_sale:TestUi.test_customer_display_with_qr",
    "/point_of_sale:TestUi.test_order_refund_flow",
    "/point_of_sale:TestUi.test_refund_multiple_products_amounts_compliance",
    "/point_of_sale:TestUi.test_draft_orders_not_syncing",
    "/point_of_sale:TestUi.test_auto_validate_force_done",
    "/point_of_sale:TestUi.test_allow_order_modification_after_validation_error",
    "/point_of_sale:TestUi.test_automatic_receipt_printing",
    "/pos_restaurant:TestFrontend.test_01_pos_restaurant",
    "/pos_restaurant:TestFrontend.test_04_ticket_screen",
    "/pos_restaurant:TestFrontend.test_05_tip_screen",
    "/pos_restaurant:TestFrontend.test_06_split_bill_screen",
    "/pos_restaurant:TestFrontend.test_08_refund_stay_current_table",
    "/pos_restaurant:TestFrontend.test_14_pos_payment_sync",
    "/pos_restaurant:TestFrontend.test_tip_after_payment",
    "/pos_restaurant:TestFrontend.test_transfering_orders",
    "/pos_loyalty:TestUi.test_loyalty_free_product_loyalty_program",
    "/pos_loyalty:TestUi.test_ewallet_program",
    "/pos_loyalty:TestUi.test_refund_with_gift_card",
    "/pos_online_payment:TestUi",
    "/pos_hr:TestUi.test_01_pos_hr_tour",
    "/pos_hr:TestUi.test_minimal_employee_refund",
)

TESTS = (*PYTHON, *HOOT, *TOURS)

# `dev/test core kiosk`: all of self-order's own tests.
KIOSK_MODULES = ("pos_self_order",)
KIOSK_TESTS = ("/pos_self_order",)
