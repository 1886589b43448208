import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { onWillUnmount, useEffect } from "@odoo/owl";
import { patch } from "@web/core/utils/patch";
import { PaymentPage } from "@pos_self_order/app/pages/payment_page/payment_page";

// Milliseconds until a customer who does nothing about an answer has left.
const LEFT_AFTER = 60000;

patch(PaymentPage.prototype, {
    setup() {
        super.setup(...arguments);
        useEffect(
            (isOver) => {
                const timer = isOver && browser.setTimeout(() => this.leaveStripe(), LEFT_AFTER);
                return () => browser.clearTimeout(timer);
            },
            () => [Boolean(this.stripe) && !this.stripe.isRunning]
        );
        onWillUnmount(() => this.stripe?.leave());
    },

    /** The kiosk's card payment where the chosen method is ours, else null. */
    get stripe() {
        const isOurs = this.selectedPaymentMethod?.use_payment_terminal === "stripe_terminal";
        return isOurs ? this.selfOrder.stripePayment : null;
    },

    /** What is shown while there is no answer yet, or nothing but the end to tell. */
    get stripeWaiting() {
        return this.stripe.isRunning
            ? _t("One moment, please.")
            : _t("The payment could not be made. Please try again.");
    },

    async startPayment() {
        if (!this.stripe) {
            return super.startPayment(...arguments);
        }
        const order = this.selfOrder.currentOrder;
        // After a reload there is no order any more, and this page is about to go.
        if (order.lines.length) {
            await this.stripe.start(order, this.state.paymentMethodId);
        }
    },

    /** Begin anew for the next customer. */
    leaveStripe() {
        this.router.navigate("default");
    },
});
