import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { takeBack, unsettledLines } from "./payment_guard";

patch(OrderPaymentValidation.prototype, {
    /** Core drops the lines that are not paid, also while a reader asks a card for one of them. */
    async askBeforeValidation() {
        if ((await super.askBeforeValidation(...arguments)) === false) {
            return false;
        }
        return (
            !this.order.isPaid() ||
            takeBack(this.pos.env, unsettledLines(this.order), _t("Finish the order"))
        );
    },
});
