import { browser } from "@web/core/browser/browser";
import { patch } from "@web/core/utils/patch";
import { SelfOrder } from "@pos_self_order/app/services/self_order_service";
import { StripeKioskPayment } from "./stripe_kiosk_payment";

const TERMINAL = "stripe_terminal";

patch(SelfOrder.prototype, {
    async setup() {
        await super.setup(...arguments);
        this.stripePayment = new StripeKioskPayment(this);
        this.stripeConfirmed = new Set();
        if (this.config.self_ordering_mode !== "kiosk") {
            return;
        }
        this.data.connectWebSocket("STRIPE_TERMINAL_PAYMENT", () => this.stripePayment.look());
        browser.addEventListener("pagehide", () => this.stripePayment.leave());
        this.stripePayment.resume();
    },

    filterPaymentMethods(methods) {
        const known = super.filterPaymentMethods(...arguments);
        if (this.config.self_ordering_mode !== "kiosk") {
            return known;
        }
        const ours = methods.filter((method) => method.use_payment_terminal === TERMINAL);
        return [...new Set([...known, ...ours])];
    },

    /** Confirm an order once: the bus and the server's answer both tell that it is paid. */
    async confirmationPage(screenMode, device, accessToken) {
        if (this.stripeConfirmed.has(accessToken)) {
            return;
        }
        const order = this.models["pos.order"].find((one) => one.access_token === accessToken);
        if (order?.state === "paid") {
            this.stripeConfirmed.add(accessToken);
        }
        return super.confirmationPage(...arguments);
    },

    /** Show that an order is paid, with what its receipt says of the card. */
    stripePaid(accessToken, records) {
        this.models.connectNewData(records);
        this.confirmationPage("order", this.config.self_ordering_mode, accessToken);
    },

    /** Tell how a payment ended whose page is not shown any more. */
    stripeEnded(state, sentence) {
        if (state === "help" && this.router.activeSlot !== "payment") {
            this.notification.add(sentence, { type: "warning", sticky: true });
        }
    },
});
