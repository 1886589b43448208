import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { takeBack } from "./payment_guard";
import { UnattachedPayments } from "./unattached_payments";

PaymentScreen.components = { ...PaymentScreen.components, UnattachedPayments };

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
        if (!line.isStripeTerminal) {
            return super.deletePaymentLine(...arguments);
        }
        const isBusy = line.isDone() || line.getPaymentStatus() === "waitingCancel";
        if (isBusy || !(await takeBack(this.env, [line], _t("Remove the line")))) {
            return;
        }
        this.currentOrder.removePaymentline(line);
        this.numberBuffer.reset();
    },
});
