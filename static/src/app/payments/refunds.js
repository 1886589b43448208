import { loadBundle } from "@web/core/assets";
import { _t } from "@web/core/l10n/translation";
import { tellProblem } from "@pos_payment_stripe/app/request";

/**
 * Load what only refunds need, with the first of them.
 *
 * @returns {Promise<Object|undefined>} the service; undefined when the cashier was told why not
 */
export async function loadRefunds(env, dialog) {
    try {
        await loadBundle("pos_payment_stripe.refunds");
        return env.services.stripe_terminal_refunds;
    } catch (error) {
        tellProblem(dialog, _t("The refund cannot be prepared"), error);
    }
}

/**
 * Have a manager approve a refund by PIN, where the register says so.
 *
 * @param {Object} [line] as it is sent; none for a payment without an order
 * @returns {Promise<Object|undefined>} what the server is told; undefined when nobody approves
 */
export async function approveRefund(env, { pos, dialog }, line) {
    return pos.config.stripe_refund_pin ? (await loadRefunds(env, dialog))?.approve(line) : {};
}
