import { PosStore } from "@point_of_sale/app/services/pos_store";
import { patch } from "@web/core/utils/patch";

patch(PosStore.prototype, {
    /** Core lets two synchronisations overlap; the second one lacks what the first one may lose. */
    async preSyncAllOrders(orders) {
        await this.data.stripeOrders?.allSynced(orders);
        return super.preSyncAllOrders(...arguments);
    },

    async syncAllOrders(options = {}) {
        const sync = (options) => super.syncAllOrders(options);
        const { stripeOrders } = this.data;
        return stripeOrders ? stripeOrders.syncAll(options, sync) : sync(options);
    },
});
