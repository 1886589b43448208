import { PosPayment } from "@point_of_sale/app/models/pos_payment";
import { patch } from "@web/core/utils/patch";

patch(PosPayment.prototype, {
    get isStripeTerminal() {
        return this.payment_method_id?.use_payment_terminal === "stripe_terminal";
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
