import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";

patch(PosOrder.prototype, {
    /** After a decline or a cancel of a sale's card, another payment takes the line's place. */
    addPaymentline() {
        const refused = this.payment_ids.filter(
            (line) =>
                line.isStripeTerminal &&
                !line.isStripeElsewhere &&
                !line.pos_order_id.isRefund &&
                line.getPaymentStatus() === "retry"
        );
        for (const line of refused) {
            line.payment_method_id.payment_terminal.payments.abandon(line);
            this.removePaymentline(line);
        }
        return super.addPaymentline(...arguments);
    },
});
