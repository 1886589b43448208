import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Component, useState } from "@odoo/owl";
import { approveRefund } from "@pos_payment_stripe/app/guards/approval";
import {
    isConnectionError,
    problemSentence,
    refusalOf,
    request,
} from "@pos_payment_stripe/app/request";

/** Card payments that are on no order, to be restored, put on this one, or refunded. */
export class UnattachedNotices extends Component {
    static template = "pos_payment_stripe.UnattachedNotices";
    static props = { order: Object, load: Function };

    setup() {
        this.pos = usePos();
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.stripeTerminal = useService("stripe_terminal");
        this.payments = useState(this.stripeTerminal.unattached);
    }

    /** More than what is left to pay would have to be given back in cash. */
    fits(payment) {
        const { order } = this.props;
        // A tip in it comes on top of what is due.
        const due = order.remainingDue + (payment.tip || 0);
        return !order.isRefund && order.currency.round(due - payment.amount) >= 0;
    }

    /** Put a payment that no order shows on an order; its line keeps its uuid. */
    async attach(datum, order) {
        const attached = await this.settle(datum, "attach", {
            session_id: this.pos.session.id,
            order_uuid: order.uuid,
            order_ref: order.pos_reference || order.getName(),
        });
        if (attached) {
            const method = this.pos.models["pos.payment.method"].get(datum.payment_method_id);
            const line = this.pos.models["pos.payment"].create({
                pos_order_id: order,
                payment_method_id: method,
                uuid: datum.line_uuid,
                amount: datum.amount,
            });
            order.selectPaymentline(line);
            line.setPaymentStatus("waiting");
            this.stripeTerminal.show(attached);
        }
    }

    /** Have Odoo make the order again that the payment was for, and go on with it. */
    async restore(datum) {
        const { data, models, session } = this.pos;
        const restored = await this.settle(datum, "restore", { session_id: session.id });
        if (!restored) {
            return;
        }
        const loaded = models.loadConnectedData(await data.missingRecursive(restored.orders));
        const order = loaded["pos.order"].find(({ uuid }) => uuid === datum.order_uuid);
        order.uiState.stripeTerminalLines = restored.payments.map((payment) => payment.line_uuid);
        this.pos.setOrder(order);
        this.pos.navigate("PaymentScreen", { orderUuid: order.uuid });
        restored.payments.forEach((payment) => this.stripeTerminal.show(payment));
        // The points that pos_loyalty gives are in no basket: it counts them in the page.
        await this.pos.orderUpdateLoyaltyPrograms?.();
    }

    /** Give the money of a payment that no order shows back to the card. */
    async refund(datum) {
        const confirmed = await ask(this.dialog, {
            title: _t("Refund this payment?"),
            body: _t("%(amount)s will be refunded to the card %(card)s.", {
                amount: this.env.utils.formatCurrency(datum.amount),
                card: datum.card,
            }),
            confirmLabel: _t("Refund"),
            cancelLabel: _t("Keep it"),
        });
        const approval = confirmed && (await approveRefund(this.env));
        if (approval && (await this.settle(datum, "refund_unattached", approval))) {
            this.notification.add(
                _t("A refund of %s is in progress.", this.env.utils.formatCurrency(datum.amount)),
                { type: "success" }
            );
        }
    }

    async settle(datum, verb, params) {
        try {
            const answer = await request(verb, { line_uuid: datum.line_uuid, ...params });
            // What a component hands in is another proxy than what the list holds.
            const index = this.payments.findIndex((payment) => payment.id === datum.id);
            if (index >= 0) {
                this.payments.splice(index, 1);
            }
            return answer;
        } catch (error) {
            this.dialog.add(AlertDialog, {
                title: _t("Nothing was changed"),
                body: isConnectionError(error) ? problemSentence(error) : refusalOf(error),
            });
            this.props.load();
            return false;
        }
    }
}

registry.category("stripe_terminal_lazy").add("unattached", UnattachedNotices);
