import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { cardSurplus } from "@pos_payment_stripe/app/payments/dues";
import {
    LOCK_SCREENS,
    guard,
    takeBack,
    unsettledLines,
} from "@pos_payment_stripe/app/guards/payment_guard";

patch(OrderPaymentValidation.prototype, {
    /** Core drops the lines that are not paid, also while a reader asks a card for one of them. */
    async askBeforeValidation() {
        const { order } = this;
        const { data, env, router } = this.pos;
        const isStripe = order.payment_ids.some((line) => line.isStripeTerminal);
        if (isStripe && (await data.stripeOrders?.mayFinish(order)) === false) {
            return false;
        }
        // Its receipt would unlock the till: who unlocks it finishes the order.
        if (isStripe && LOCK_SCREENS.includes(router.state.current)) {
            return false;
        }
        if ((await super.askBeforeValidation(...arguments)) === false) {
            return false;
        }
        const surplus = cardSurplus(order);
        if (surplus) {
            await guard(env, "tellSurplus", surplus);
            return false;
        }
        return !order.isPaid() || takeBack(env, unsettledLines(order), _t("Finish the order"));
    },
});
