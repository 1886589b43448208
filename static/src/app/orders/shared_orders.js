import { _t } from "@web/core/l10n/translation";
import { loadLazy } from "@pos_payment_stripe/app/lazy";
import { tellProblem } from "@pos_payment_stripe/app/request";

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
