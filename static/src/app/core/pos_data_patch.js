import { PosData } from "@point_of_sale/app/services/data_service";
import { patch } from "@web/core/utils/patch";
import { isStripeOrder } from "@pos_payment_stripe/app/orders/orders";

patch(PosData.prototype, {
    /** Nothing of an order with our payments is lost, whatever becomes of its synchronisation. */
    async call(model, method, args) {
        const send = () => super.call(...arguments);
        const vals = method === "sync_from_ui" && args[0][0];
        const order = vals && this.models["pos.order"].getBy("uuid", vals.uuid);
        const orders = order && isStripeOrder(order) && (await this.loadStripeOrders());
        return orders ? orders.sync(order, vals, send) : send();
    },
});
