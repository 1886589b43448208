import { delay } from "@web/core/utils/concurrency";
import { loadLazy } from "@pos_payment_stripe/app/lazy";

/** Milliseconds that a synchronisation waits for what comes with the first card payment. */
const LOAD_WAIT = 3000;

export const isStripeOrder = (order) =>
    order.uiState?.stripeTerminalLines?.length ||
    order.payment_ids.some((line) => line.isStripeTerminal);

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
