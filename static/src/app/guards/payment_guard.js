import { _t } from "@web/core/l10n/translation";
import { loadOrTell } from "@pos_payment_stripe/app/request";
import { WAITING_STATUSES } from "@pos_payment_stripe/app/payments/states";

/** Locking the till leaves its payments to the server and to whoever unlocks it. */
export const LOCK_SCREENS = ["LoginScreen", "SaverScreen"];

const isRunning = (line) => WAITING_STATUSES.includes(line.getPaymentStatus());
const isAsked = (line) => isRunning(line) || line.getPaymentStatus() === "force_done";

/** The lines of an order that a reader of this register is asking a card for. */
export function runningLines(order) {
    return order.payment_ids.filter(
        (line) => line.isStripeTerminal && !line.isStripeShared && isRunning(line)
    );
}

/** The lines of an order for which a card was or may still be charged, or that are still open. */
export function unsettledLines(order) {
    return order.payment_ids.filter((line) => line.isStripeTerminal && !line.isDone());
}

/**
 * Call what asks and tells the cashier of payments that stand in the way; it comes with the first
 * payment.
 *
 * @param {Object} env of the Point of Sale
 * @param {string} method see `guards/take_back.js`
 * @returns {Promise} what the method returns; undefined when the cashier was told why it is missing
 */
export async function guard(env, method, ...args) {
    const guards = await loadOrTell(env, _t("The card payment stays"), "kept", "guards");
    return guards?.[method](env, ...args);
}

/**
 * Have the payments of lines taken back at Stripe before something is done that needs them gone.
 *
 * @param {Object} env of the Point of Sale
 * @param {Array} lines with a Stripe reader, none of them paid
 * @param {string} goOn what the cashier would do then, as the label of a button
 * @returns {Promise<boolean>} true when it may be done
 */
export async function takeBack(env, lines, goOn) {
    const asked = lines.filter(isAsked);
    if (asked.length && !(await guard(env, "takeBack", asked, goOn))) {
        return false;
    }
    const others = lines.filter((line) => !asked.includes(line));
    others.forEach((line) => env.services.stripe_terminal.abandon(line));
    return true;
}
