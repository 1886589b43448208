import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { cardSurplus } from "./dues";
import { LOCK_SCREENS, takeBack, unsettledLines } from "./payment_guard";

/** Orders that wait for their draft's synchronisation, to be finished once. */
const finishing = new WeakSet();

patch(OrderPaymentValidation.prototype, {
    /** Core drops the lines that are not paid, also while a reader asks a card for one of them. */
    async askBeforeValidation() {
        const { order } = this;
        const { env, router } = this.pos;
        if (order.payment_ids.some((line) => line.isStripeTerminal)) {
            if (finishing.has(order)) {
                return false;
            }
            finishing.add(order);
            await this.pos.data.stripeSynced(order);
            finishing.delete(order);
            // Its receipt would unlock the till: who unlocks it finishes the order.
            if (LOCK_SCREENS.includes(router.state.current)) {
                return false;
            }
        }
        if ((await super.askBeforeValidation(...arguments)) === false) {
            return false;
        }
        const surplus = cardSurplus(order);
        if (surplus) {
            env.services.dialog.add(AlertDialog, {
                title: _t("The card was charged more than the order"),
                body: _t(
                    "The card paid %s more than the order is worth now, and a card's money is not given as change. Put back what was taken off the order, or add the difference as a tip. To return it, finish the order and refund it.",
                    env.utils.formatCurrency(surplus)
                ),
            });
            return false;
        }
        return !order.isPaid() || takeBack(env, unsettledLines(order), _t("Finish the order"));
    },
});
