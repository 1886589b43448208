import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";
import { nextPart } from "@pos_payment_stripe/app/payments/split";

patch(PosOrder.prototype, {
    get isStripeUnverified() {
        return this.payment_ids.some((line) => line.isStripeUnverified);
    },

    /**
     * Another payment takes the place of a sale's card that was declined, canceled or not sent yet,
     * and no more than its part of an order that is split.
     */
    addPaymentline(method) {
        const refused = this.payment_ids.filter(
            (line) =>
                line.isStripeTerminal &&
                !line.isStripeShared &&
                !line.pos_order_id.isRefund &&
                ["pending", "retry"].includes(line.getPaymentStatus())
        );
        for (const line of refused) {
            line.payment_method_id.payment_terminal.payments.abandon(line);
            this.removePaymentline(line);
        }
        const part = nextPart(this);
        const result = super.addPaymentline(...arguments);
        // What is rounded for cash is core's.
        if (result.status && part && !(method.is_cash_count && this.config.cash_rounding)) {
            result.data.setAmount(part);
        }
        if (result.data.isStripeTerminal) {
            method.payment_terminal.payments.dues.prepare(result.data);
        }
        return result;
    },
});
