import { PosStore } from "@point_of_sale/app/services/pos_store";
import { patch } from "@web/core/utils/patch";
import { isStripeOrder } from "@pos_payment_stripe/app/pos_data_patch";

patch(PosStore.prototype, {
    /** Core lets two synchronisations overlap; the second one lacks what the first one may lose. */
    async preSyncAllOrders(orders) {
        for (const order of orders) {
            await this.data.stripeSynced(order);
        }
        return super.preSyncAllOrders(...arguments);
    },

    /** Offline, core sends nothing; a page that is closed then would take the order along. */
    async syncAllOrders(options = {}) {
        if (this.data.network.offline) {
            const isUnsynced = (order) =>
                order.finalized && order.isDirty() && isStripeOrder(order);
            for (const order of this.models["pos.order"].filter(isUnsynced)) {
                await this.preSyncAllOrders([order]);
                this.data.stripeKept.keep(order, order.serializeForORM({ keepCommands: true }));
            }
        }
        const order = this.getOrder();
        if (!options.throw || options.orders || !order?.finalized || !isStripeOrder(order)) {
            return super.syncAllOrders(...arguments);
        }
        // What Odoo refuses of another order would stop this one, whose card was charged.
        const synced = await super.syncAllOrders({ ...options, orders: [order] });
        const others = await super.syncAllOrders({ ...options, throw: false });
        return synced && [...synced, ...(others || [])];
    },
});
