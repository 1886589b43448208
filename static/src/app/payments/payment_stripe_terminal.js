import { PaymentInterface } from "@point_of_sale/app/utils/payment/payment_interface";
import { register_payment_method } from "@point_of_sale/app/services/pos_store";

/** The POS's side of a Stripe reader; the service owns the running payments. */
export class PaymentStripeTerminal extends PaymentInterface {
    get payments() {
        return this.env.services.stripe_terminal;
    }

    /** Whether choosing the method asks for the card, or *Send* does. */
    get fastPayments() {
        return this.payment_method_id.stripe_send !== "press";
    }

    /**
     * @param {string} uuid of the payment line
     * @returns {Promise<boolean>} true when paid; always settles, also when the answer is unknown
     */
    async sendPaymentRequest(uuid) {
        return this.payments.send(this.payments.getLine(uuid));
    }

    /**
     * @param {Object} order of the payment line
     * @param {string} uuid of the payment line
     * @returns {Promise<boolean>} true when nothing was or will be charged
     */
    async sendPaymentCancel(order, uuid) {
        return this.payments.cancel(this.payments.getLine(uuid));
    }

    /** Whether `pos_restaurant` may ask for a tip after the payment. */
    canBeAdjusted(uuid) {
        const line = this.payments.getLine(uuid);
        return Boolean(this.payments.data[uuid]?.held) && line.pos_order_id.isPaid();
    }

    /** The server charges the card once the order has its tip, whatever becomes of this till. */
    async sendPaymentAdjust() {
        return true;
    }
}

register_payment_method("stripe_terminal", PaymentStripeTerminal);
