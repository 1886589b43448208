import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { PaymentScreenPaymentLines } from "@point_of_sale/app/screens/payment_screen/payment_lines/payment_lines";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { onWillUpdateProps, status } from "@odoo/owl";
import { isHeldByOthers, sharedLines } from "@pos_payment_stripe/app/orders/orders";
import { forceDone } from "@pos_payment_stripe/app/payments/force_done";
import { takeBack } from "@pos_payment_stripe/app/guards/payment_guard";
import { approveRefund, loadRefunds } from "@pos_payment_stripe/app/guards/approval";
import { goesOn, nextPart } from "@pos_payment_stripe/app/payments/split";
import { StripePaymentStatus } from "@pos_payment_stripe/app/payments/stripe_payment_status";
import { UnattachedPayments } from "@pos_payment_stripe/app/payments/unattached_payments";
import { loadOrTell } from "@pos_payment_stripe/app/request";

PaymentScreen.components = { ...PaymentScreen.components, UnattachedPayments };
PaymentScreenPaymentLines.components = {
    ...PaymentScreenPaymentLines.components,
    StripePaymentStatus,
};

patch(PaymentScreen.prototype, {
    setup() {
        super.setup(...arguments);
        this.stripeTerminal = useService("stripe_terminal");
        onWillUpdateProps(({ orderUuid }) => {
            if (orderUuid !== this.props.orderUuid) {
                this.openUnlessHeld(() => {});
            }
        });
    },

    onMounted() {
        const open = () => super.onMounted(...arguments);
        if (sharedLines(this.pos.getOrder()).length) {
            this.openUnlessHeld(open);
        } else {
            open();
            // What was not sent yet asks for what is due now.
            this.paymentLines
                .filter((line) => line.isStripeTerminal && line.getPaymentStatus() === "pending")
                .forEach((line) => this.stripeTerminal.dues.prepare(line));
            // The order may come from another till.
            this.stripeTerminal.poller.resume();
        }
    },

    /** Core drops the lines of other registers here, also when a card was charged. */
    async openUnlessHeld(open) {
        const order = this.pos.getOrder();
        if (await isHeldByOthers(this.env, order)) {
            this.pos.navigate("ProductScreen", { orderUuid: order.uuid });
        } else if (status(this) !== "destroyed") {
            open();
        }
        this.stripeTerminal.poller.resume();
    },

    /**
     * A refund gets a line for each card payment that is refunded, also one whose quantities
     * were typed without the original order.
     */
    async addNewPaymentLine(paymentMethod) {
        const isCardRefund =
            paymentMethod.use_payment_terminal === "stripe_terminal" &&
            (this.isRefundOrder || this.currentOrder.priceIncl < 0);
        if (this.pos.paymentTerminalInProgress) {
            return super.addNewPaymentLine(...arguments);
        }
        if (!isCardRefund) {
            const refused = this.paymentLines.find(
                (line) =>
                    line.isStripeTerminal &&
                    line.payment_method_id.id === paymentMethod.id &&
                    line.getPaymentStatus() === "retry"
            );
            if (refused) {
                this.selectPaymentLine(refused.uuid);
                if (paymentMethod.payment_terminal.fastPayments) {
                    await this.sendPaymentRequest(refused);
                }
                return true;
            }
            // Its answer would bring back a line that another one has replaced.
            await this.pos.data.stripeOrders?.synced(this.currentOrder);
            return super.addNewPaymentLine(...arguments);
        }
        const refunds = await loadRefunds(this.env);
        if (!refunds) {
            return false;
        }
        const isAdded = await refunds.addLines(this.currentOrder, paymentMethod);
        this.numberBuffer.reset();
        return isAdded;
    },

    /** Less than what is due may be refunded to a card; core keeps the amounts of terminals. */
    updateSelectedPaymentline(amount = false) {
        const line = this.selectedPaymentLine;
        if (!line?.stripe_refunded_uuid || !line.isStripeOpen) {
            return super.updateSelectedPaymentline(...arguments);
        }
        if (amount === false) {
            amount = this.numberBuffer.get() === null ? null : this.numberBuffer.getFloat();
        }
        if (amount === null) {
            this.deletePaymentLine(line.uuid);
        } else {
            // Core counts a line as paid that was not sent yet, and one that was refused not.
            const counted = line.isDone() ? line.getAmount() : 0;
            const due = Math.abs(this.currentOrder.remainingDue + counted);
            line.setAmount(-Math.min(Math.abs(amount || 0), due));
        }
    },

    get canSplit() {
        return (
            this.currentOrder.totalDue > 0 &&
            this.payment_methods_from_config.some(
                (method) => method.use_payment_terminal === "stripe_terminal"
            )
        );
    },

    get stripePart() {
        return nextPart(this.currentOrder);
    },

    async splitPayment() {
        const split = await loadOrTell(this.env, _t("Split payment"), "split");
        await split?.(this);
    },

    /** After a refusal another amount is typed, after a refund or a part the next line is at hand. */
    async sendPaymentRequest(line) {
        if (line.stripe_refunded_uuid) {
            const approval = await approveRefund(this.env, line);
            if (!approval) {
                return;
            }
            this.stripeTerminal.outbox.approvals[line.uuid] = approval;
        }
        await super.sendPaymentRequest(...arguments);
        if (!line.stripe_refunded_uuid) {
            if (line.isStripeDone && status(this) !== "destroyed" && goesOn(line.pos_order_id)) {
                await this.addNewPaymentLine(line.payment_method_id);
            }
            return;
        }
        this.numberBuffer.reset();
        const next =
            line.isStripeDone &&
            this.paymentLines.find((other) => other.stripe_refunded_uuid && !other.payment_status);
        if (next) {
            this.selectPaymentLine(next.uuid);
        }
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
        if (line.isStripeTerminal && !(await forceDone(this.stripeTerminal, line))) {
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
        const isBusy = line.isStripeDone || line.getPaymentStatus() === "waitingCancel";
        if (isBusy || !(await takeBack(this.env, [line], _t("Remove the line")))) {
            return;
        }
        const order = line.pos_order_id;
        await this.pos.data.stripeOrders?.synced(order);
        if (!line.isDone()) {
            order.removePaymentline(line);
            this.numberBuffer.reset();
        }
    },
});
