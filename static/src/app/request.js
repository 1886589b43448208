import { AssetsLoadingError, loadBundle } from "@web/core/assets";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionAbortedError, ConnectionLostError, rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

/** No route of the addon waits for a reader: an answer that takes longer, in milliseconds, is lost. */
export const ANSWER_WAIT = 15000;

export const isConnectionError = (error) =>
    [ConnectionLostError, ConnectionAbortedError, AssetsLoadingError].some(
        (kind) => error instanceof kind
    );

/** Whether Odoo does not let this till do what it asks for. */
export const isRefusal = (error) => error.exceptionName === "odoo.exceptions.AccessError";

/** What Odoo says of a request that it refuses. */
export const refusalOf = (error) => error.data?.message || error.message;

/** What the cashier reads when a request had no answer, or an error for one. */
export const problemSentence = (error) =>
    isConnectionError(error)
        ? _t("Odoo's server cannot be reached. Check this till's network.")
        : _t("Odoo's server has answered with an error: %s", refusalOf(error));

/** Tell the cashier what could not be done, and why. */
export const tellProblem = (dialog, title, error) =>
    dialog.add(AlertDialog, { title, body: problemSentence(error) });

/**
 * Ask one of the addon's routes; always ends, with an answer or an error.
 *
 * @param {string} route such as "status"
 * @param {Object} params
 */
export async function request(route, params) {
    const answer = rpc(`/pos_payment_stripe/${route}`, params, { silent: true });
    const timer = setTimeout(() => answer.abort(), ANSWER_WAIT);
    try {
        return await answer;
    } finally {
        clearTimeout(timer);
    }
}

/**
 * Return what a till loads when it is first needed.
 *
 * @param {string} bundle `pos_payment_stripe.<bundle>`
 * @param {string} [name] of what it has to offer
 * @returns {Promise} that; true of a bundle that only adds to what is there
 * @throws {Error} of the network
 */
export async function loadLazy(bundle, name = bundle) {
    await loadBundle(`pos_payment_stripe.${bundle}`);
    return registry.category("stripe_terminal_lazy").get(name, true);
}

/**
 * The same for what the cashier has asked for.
 *
 * @param {string} title of what the cashier reads when it cannot be loaded
 * @returns {Promise} undefined then
 */
export async function loadOrTell({ services }, title, ...what) {
    try {
        return await loadLazy(...what);
    } catch (error) {
        tellProblem(services.dialog, title, error);
    }
}
