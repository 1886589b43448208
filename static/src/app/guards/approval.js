import { NumberPopup } from "@point_of_sale/app/components/popups/number_popup/number_popup";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { _t } from "@web/core/l10n/translation";
import { loadOrTell } from "@pos_payment_stripe/app/request";

/**
 * Load what only refunds need, with the first of them.
 *
 * @returns {Promise<Object|undefined>} the service; undefined when the cashier was told why not
 */
export async function loadRefunds(env) {
    return (
        (await loadOrTell(env, _t("The refund cannot be prepared"), "refunds")) &&
        env.services.stripe_terminal_refunds
    );
}

/**
 * Have a manager approve a refund by PIN, where the register says so.
 *
 * @param {Object} [line] as it is sent; none for a payment without an order
 * @returns {Promise<Object|undefined>} what the server is told; undefined when nobody approves
 */
export async function approveRefund(env, line) {
    const { stripe_refund_pin: asksPin } = env.services.pos.config;
    return asksPin ? (await loadRefunds(env))?.approve(line) : {};
}

/**
 * Ask who stands at the till for the PIN of an employee, which the server verifies.
 *
 * @param {Object | null} employee none where no employees log in
 * @returns {Promise<string|undefined>} empty where there is no PIN; undefined when none was entered
 */
export const askPin = async (dialog, employee) =>
    employee?._pin
        ? (await makeAwaitable(dialog, NumberPopup, {
              title: _t("PIN of %s", employee.name),
              formatDisplayedValue: (pin) => pin.replace(/./g, "•"),
          })) || undefined
        : "";

/** Who is logged in, where employees log in. */
export const cashierOf = (pos) => (pos.config.module_pos_hr ? pos.getCashier() : null);
