import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";

const RUNNING_STATUSES = ["waiting", "waitingCard", "waitingCapture", "force_done", "timeout"];

patch(PaymentScreen.prototype, {
    setup() {
        super.setup(...arguments);
        this.stripeTerminal = useService("stripe_terminal");
    },

    onMounted() {
        super.onMounted(...arguments);
        // The order may come from another till.
        this.stripeTerminal.resume();
    },

    /** A cancel ends with Stripe's answer: canceled, or paid. */
    async sendPaymentCancel(line) {
        if (line.isStripeTerminal) {
            await this.stripeTerminal.cancel(line);
            return;
        }
        return super.sendPaymentCancel(...arguments);
    },

    async sendForceDone(line) {
        if (line.isStripeTerminal && !(await this.stripeTerminal.forceDone(line))) {
            return;
        }
        return super.sendForceDone(...arguments);
    },

    /** A line goes only when nothing was charged for it, or the cashier knows that it may be. */
    async deletePaymentLine(uuid) {
        const line = this.paymentLines.find((line) => line.uuid === uuid);
        const status = line.getPaymentStatus();
        if (!line.isStripeTerminal || line.isDone() || status === "waitingCancel") {
            return line.isStripeTerminal ? undefined : super.deletePaymentLine(...arguments);
        }
        if (RUNNING_STATUSES.includes(status)) {
            await this.stripeTerminal.cancel(line);
        } else {
            this.stripeTerminal.abandon(line);
        }
        if (line.isDone()) {
            return;
        }
        if (line.getPaymentStatus() === "force_done") {
            const confirmed = await ask(this.dialog, {
                title: _t("Is the card charged?"),
                body: _t(
                    "Stripe cannot be asked now. If you remove this line, the payment is canceled as soon as Stripe answers. If the card was charged all the same, you will find the payment in the Stripe payments and can refund it."
                ),
                confirmLabel: _t("Remove the line"),
                cancelLabel: _t("Keep it"),
            });
            if (!confirmed || line.isDone()) {
                return;
            }
        }
        this.currentOrder.removePaymentline(line);
        this.numberBuffer.reset();
    },
});
