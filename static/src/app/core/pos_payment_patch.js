import { PosPayment } from "@point_of_sale/app/models/pos_payment";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(PosPayment.prototype, {
    get isStripeTerminal() {
        return this.payment_method_id?.use_payment_terminal === "stripe_terminal";
    },

    /** Paid or refunded at Stripe; core takes a refund line that was not sent yet for done. */
    get isStripeDone() {
        return this.isStripeTerminal && Boolean(this.getPaymentStatus()) && this.isDone();
    },

    /** Not sent yet, or refused: nothing was charged, and nothing is asked for. */
    get isStripeOpen() {
        return ["", "pending", "retry"].includes(this.getPaymentStatus() || "");
    },

    /** The card that gets the money of a refund line. */
    get stripeRefundedCard() {
        return this.stripe_refunded_uuid && this.stripe_card && _t("to %s", this.stripe_card);
    },

    /** The card that has paid. */
    get stripePaidCard() {
        return this.isStripeDone && !this.stripe_refunded_uuid && this.stripe_card;
    },

    /** Counted as paid without Stripe's word; what this till was told last counts. */
    get isStripeUnverified() {
        const datum = this.payment_method_id?.payment_terminal?.payments?.data[this.uuid];
        return datum ? datum.forced && datum.state !== "paid" : this.stripe_unverified;
    },

    /** Of a register that shares its open orders with this one: its reader is not ours to stop. */
    get isStripeShared() {
        const methods = this.models["pos.config"].getFirst().payment_method_ids;
        return (
            this.isStripeTerminal &&
            !methods.some((method) => method.id === this.payment_method_id.id)
        );
    },

    /** The card that was charged gets the money. */
    updateRefundPaymentLine(refundedPaymentLine) {
        super.updateRefundPaymentLine(...arguments);
        if (this.isStripeTerminal) {
            this.stripe_refunded_uuid = refundedPaymentLine.uuid;
            this.card_brand = refundedPaymentLine.card_brand;
            this.card_no = refundedPaymentLine.card_no;
            this.stripe_card = refundedPaymentLine.stripe_card;
        }
    },

    /** Core turns every failure into `retry`; our lines keep the status that the server gave. */
    handlePaymentResponse(isPaymentSuccessful) {
        if (this.isStripeTerminal) {
            this.can_be_reversed = false;
            return isPaymentSuccessful;
        }
        return super.handlePaymentResponse(...arguments);
    },
});
