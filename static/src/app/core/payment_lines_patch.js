import { PaymentScreenPaymentLines } from "@point_of_sale/app/screens/payment_screen/payment_lines/payment_lines";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { StripePaymentStatus } from "@pos_payment_stripe/app/payments/stripe_payment_status";

PaymentScreenPaymentLines.components = {
    ...PaymentScreenPaymentLines.components,
    StripePaymentStatus,
};

patch(PaymentScreenPaymentLines.prototype, {
    /** The card that gets the money of a refund line. */
    refundedCard(line) {
        return line.stripe_refunded_uuid && line.stripe_card ? _t("to %s", line.stripe_card) : "";
    },

    /** The card that has paid a line. */
    paidCard(line) {
        return line.isStripeDone && !line.stripe_refunded_uuid && line.stripe_card;
    },
});
