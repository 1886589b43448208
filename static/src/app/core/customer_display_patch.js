import { CustomerDisplayPosAdapter } from "@point_of_sale/app/customer_display/customer_display_adapter";
import { formatCurrency } from "@point_of_sale/app/models/utils/currency";
import { patch } from "@web/core/utils/patch";

/** What a customer is told of a card: to tap it, that it was declined or is charged; or nothing. */
function toldState(line) {
    const status = line.getPaymentStatus();
    if (status === "retry") {
        const { payments } = line.payment_method_id.payment_terminal;
        return payments.data[line.uuid]?.decline_slip && "declined";
    }
    return { waitingCard: "ask", done: "paid" }[status];
}

patch(CustomerDisplayPosAdapter.prototype, {
    formatOrderData(order) {
        super.formatOrderData(...arguments);
        const line = order.getSelectedPaymentline();
        const state = line?.isStripeTerminal && line.getAmount() > 0 && toldState(line);
        // The display keeps what it is not told anew.
        this.data.stripeTerminal = state
            ? { state, amount: formatCurrency(line.getAmount(), order.currency) }
            : null;
    },
});
