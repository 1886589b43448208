import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosPayment } from "@point_of_sale/app/models/pos_payment";
import { TicketScreen } from "@point_of_sale/app/screens/ticket_screen/ticket_screen";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { loadLazy } from "./lazy";

patch(PosPayment.prototype, {
    /** Counted as paid without Stripe's word; what this till was told last counts. */
    get isStripeUnverified() {
        const datum = this.payment_method_id?.payment_terminal?.payments?.data[this.uuid];
        return datum ? datum.forced && datum.state !== "paid" : this.stripe_unverified;
    },
});

patch(PosOrder.prototype, {
    get isStripeUnverified() {
        return this.payment_ids.some((line) => line.isStripeUnverified);
    },
});

patch(TicketScreen.prototype, {
    getStatus(order) {
        const status = super.getStatus(...arguments);
        return order.isStripeUnverified ? _t("%s, unverified", status) : status;
    },
});

/** Tell whoever forced a payment that it was not made, with what is loaded for that. */
export async function tellUnpaid(payments, datum) {
    const tell = await loadLazy("forced");
    tell(payments, datum);
}
