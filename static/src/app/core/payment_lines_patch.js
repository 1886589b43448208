import { PaymentScreenPaymentLines } from "@point_of_sale/app/screens/payment_screen/payment_lines/payment_lines";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { StripePaymentStatus } from "@pos_payment_stripe/app/payments/stripe_payment_status";

PaymentScreenPaymentLines.components = {
    ...PaymentScreenPaymentLines.components,
    StripePaymentStatus,
};

function cardName({ card_brand, card_no }) {
    const brand = (card_brand || "").replaceAll("_", " ");
    return `${brand.charAt(0).toUpperCase()}${brand.slice(1)} ${card_no}`;
}

patch(PaymentScreenPaymentLines.prototype, {
    /** The card that gets the money of a refund line. */
    refundedCard(line) {
        return line.stripe_refunded_uuid && line.card_no ? _t("to %s", cardName(line)) : "";
    },

    /** The card that has paid a line. */
    paidCard(line) {
        const isPaid = line.isStripeDone && !line.stripe_refunded_uuid && line.card_no;
        return isPaid ? cardName(line) : "";
    },
});
