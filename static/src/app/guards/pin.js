import { NumberPopup } from "@point_of_sale/app/components/popups/number_popup/number_popup";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { _t } from "@web/core/l10n/translation";

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
