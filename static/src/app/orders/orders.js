import { delay } from "@web/core/utils/concurrency";
import { loadLazy } from "@pos_payment_stripe/app/lazy";

/** Milliseconds that a synchronisation waits for what comes with the first card payment. */
const LOAD_WAIT = 3000;

export const isStripeOrder = (order) =>
    order.uiState?.stripeTerminalLines?.length ||
    order.payment_ids.some((line) => line.isStripeTerminal);

/**
 * Core renames an order with Odoo's first answer: a line that came meanwhile would lose its order.
 *
 * @param {Object} models of the Point of Sale
 */
export function keepLinesOfOrders(models) {
    const orders = models["pos.order"];
    orders.addEventListener("update", ({ id }) => {
        const order = orders.get(id);
        for (const line of order?.payment_ids || []) {
            if (line.isStripeTerminal && !line.pos_order_id) {
                line.pos_order_id = order;
                order._dirty = true;
            }
        }
    });
}

/** Under which name the browser keeps finished orders that Odoo has not confirmed. */
export const keptKey = (data) => `${data.databaseName}-stripe-terminal-orders`;

/**
 * Load what owns the synchronisation of orders with our payments, with the first of them: it is
 * `data.stripeOrders` then.
 *
 * @param {Object} store of the Point of Sale
 * @returns {Promise<Object|undefined>} undefined without a network: then core's way has to do
 */
export function loadOrders(store) {
    const loading = loadLazy("kept").then(
        (Orders) => (store.data.stripeOrders ||= new Orders(store)),
        () => {}
    );
    return Promise.race([loading, delay(LOAD_WAIT)]);
}
