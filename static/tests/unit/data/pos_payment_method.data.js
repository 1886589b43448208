import { PosPaymentMethod } from "@point_of_sale/../tests/unit/data/pos_payment_method.data";
import { PosConfig } from "@point_of_sale/../tests/unit/data/pos_config.data";
import { assets } from "@web/core/assets";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";

export const STRIPE_METHOD_ID = 90;

/** Give the test register a payment method with a Stripe reader; undone after the test. */
export function addStripeMethod() {
    // What a till loads when it is needed, the test page has already.
    patchWithCleanup(assets, { loadBundle: async () => {} });
    PosPaymentMethod._records = [
        ...PosPaymentMethod._records,
        {
            id: STRIPE_METHOD_ID,
            name: "Stripe",
            is_cash_count: false,
            use_payment_terminal: "stripe_terminal",
            split_transactions: false,
            type: "bank",
            image: false,
            sequence: 3,
            payment_method_type: "terminal",
            default_qr: false,
        },
    ];
    PosConfig._records = PosConfig._records.map((config) => ({
        ...config,
        payment_method_ids: [...config.payment_method_ids, STRIPE_METHOD_ID],
    }));
}
