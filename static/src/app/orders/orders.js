import { _t } from "@web/core/l10n/translation";
import { delay } from "@web/core/utils/concurrency";
import { loadLazy, tellProblem } from "@pos_payment_stripe/app/request";

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

/** Lines of an order that belong to the readers of registers which share their open orders. */
export function sharedLines(order) {
    return order.payment_ids.filter((line) => line.isStripeShared);
}

/**
 * Tell the cashier to finish an order at the register whose reader has or may have charged a card
 * for it: core's payment screen drops the lines of other registers, and the card would pay twice.
 *
 * @returns {Promise<boolean>} true when the order is not to be paid here
 */
export async function isHeldByOthers(env, order) {
    const lines = sharedLines(order);
    if (!lines.length) {
        return false;
    }
    const { dialog, ui } = env.services;
    ui.block();
    try {
        const isHeld = await loadLazy("others", "shared_orders");
        return await isHeld(env, lines);
    } catch (error) {
        // Not known is not unpaid.
        tellProblem(dialog, _t("Another register takes this payment"), error);
        return true;
    } finally {
        ui.unblock();
    }
}
