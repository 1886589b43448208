import { PosStore } from "@point_of_sale/app/services/pos_store";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { delay } from "@web/core/utils/concurrency";
import { patch } from "@web/core/utils/patch";
import { isHeldByOthers, keptKey, loadOrders } from "@pos_payment_stripe/app/orders/orders";
import {
    LOCK_SCREENS,
    guard,
    runningLines,
    takeBack,
    unsettledLines,
} from "@pos_payment_stripe/app/guards/payment_guard";
import { loadOrTell } from "@pos_payment_stripe/app/request";

/** Milliseconds that a till's start may wait for what is sent first. */
const SEND_WAIT = 5000;

patch(PosStore.prototype, {
    /** What a page left that has gone is sent before core sends its own. */
    async afterProcessServerData() {
        this.data.loadStripeOrders = () => loadOrders(this);
        const send = async () =>
            browser.localStorage.getItem(keptKey(this.data)) &&
            (await loadOrders(this))?.sender.send();
        window.addEventListener("pos-network-online", send);
        await Promise.race([send(), delay(SEND_WAIT)]);
        return super.afterProcessServerData(...arguments);
    },

    /** Where all was settled by Stripe, there is nothing to edit; the server refuses it too. */
    canEditPayment({ payment_ids }) {
        const isSettled = (line) => line.isStripeDone && !line.stripe_unverified;
        return (
            super.canEditPayment(...arguments) &&
            !(payment_ids.length && payment_ids.every(isSettled))
        );
    },

    /** An order goes when no card was or may be charged for it; also for “Cancel Orders”. */
    async _onBeforeDeleteOrder(order) {
        if (!(await super._onBeforeDeleteOrder(...arguments))) {
            return false;
        }
        const paid = order.payment_ids.find((line) => line.isStripeDone);
        if (paid) {
            await guard(this.env, "tellPaid", paid);
            return false;
        }
        return takeBack(this.env, unsettledLines(order), _t("Delete the order"));
    },

    /** The product screen's buttons for payments do not pass by the payment screen. */
    async validateOrderFast() {
        const order = this.getOrder();
        if (order && (await isHeldByOthers(this.env, order))) {
            return false;
        }
        // These buttons pay all of an order.
        delete order?.uiState.stripeSplit;
        return super.validateOrderFast(...arguments);
    },

    async closeSession() {
        if (await this.endCardPayments(_t("Close the register"))) {
            return super.closeSession(...arguments);
        }
    },

    /** What compares the register with Stripe is loaded before any addon shows the closing popup. */
    async getClosePosInfo() {
        const isLoaded = await loadOrTell(this.env, _t("The register stays open"), "closing");
        return isLoaded ? super.getClosePosInfo(...arguments) : false;
    },

    async closePos() {
        if (await this.endCardPayments(_t("Go to the backend"))) {
            return super.closePos(...arguments);
        }
    },

    /** Before the till is left, no reader may ask for a card on its behalf. */
    async endCardPayments(goOn) {
        const lines = this.models["pos.order"]
            .filter((order) => !order.finalized)
            .flatMap((order) => runningLines(order));
        return !lines.length || this.takeBackAsked(lines, goOn);
    },

    async takeBackAsked(lines, goOn) {
        return (await guard(this.env, "askToCancel", lines[0])) && takeBack(this.env, lines, goOn);
    },

    /** Leaving the payment screen ends what its reader is asking for. */
    navigate(routeName, routeParams = {}) {
        const { current, params } = this.router.state;
        const isLeaving =
            current === "PaymentScreen" &&
            !LOCK_SCREENS.includes(routeName) &&
            (routeName !== current || routeParams.orderUuid !== params.orderUuid);
        const order =
            isLeaving && this.models["pos.order"].find((order) => order.uuid === params.orderUuid);
        if (order && runningLines(order).length) {
            this.leavePayment(order, () => super.navigate(routeName, routeParams));
            return false;
        }
        return super.navigate(...arguments);
    },

    async leavePayment(order, leave) {
        const lines = runningLines(order);
        const mayLeave = await this.takeBackAsked(lines, _t("Leave the order"));
        const { current, params } = this.router.state;
        if (current !== "PaymentScreen" || params.orderUuid !== order.uuid) {
            // Paid meanwhile, and the receipt is shown.
            return;
        }
        if (mayLeave) {
            leave();
        } else if (this.getOrder() !== order) {
            this.setOrder(order);
        }
    },
});
