import { PosData } from "@point_of_sale/app/services/data_service";
import { patch } from "@web/core/utils/patch";
import { delay } from "@web/core/utils/concurrency";
import { loadLazy } from "./lazy";

/** Milliseconds that a synchronisation waits for what comes with the first card payment. */
const LOAD_WAIT = 3000;
/** Milliseconds that a request waits for the browser to keep its line. */
const WRITE_WAIT = 1000;

export const isStripeOrder = (order) =>
    order.uiState?.stripeTerminalLines?.length ||
    order.payment_ids.some((line) => line.isStripeTerminal);

patch(PosData.prototype, {
    /** Under which name the browser keeps finished orders that Odoo has not confirmed. */
    get stripeKeptKey() {
        return `${this.databaseName}-stripe-terminal-orders`;
    },

    /** What keeps orders with our payments from being lost comes with the first of them. */
    async call(model, method, args) {
        const vals = method === "sync_from_ui" && args[0][0];
        const order = vals && this.models["pos.order"].getBy("uuid", vals.uuid);
        if (order && isStripeOrder(order) && (await this.loadStripeKept())) {
            return this.syncStripeOrder(order, vals, () => super.call(...arguments));
        }
        return super.call(...arguments);
    },

    /** @returns {Promise<boolean>} false without a network: then core's way has to do */
    async loadStripeKept() {
        const load = loadLazy("kept").then(Boolean, () => false);
        return Promise.race([load, delay(LOAD_WAIT)]);
    },

    /**
     * Have the browser keep the lines now, which core does a moment later: a page that dies right
     * after *Send* finds its line again. Best effort, since a full storage stops no payment.
     */
    async stripeLinesKept() {
        const written = async () => this.synchronizeLocalDataInIndexedDB();
        await Promise.race([written().catch(() => {}), delay(WRITE_WAIT)]);
    },

    /** Wait for what is sent of an order just now; nothing of ours is before that is loaded. */
    async stripeSynced() {},
});
