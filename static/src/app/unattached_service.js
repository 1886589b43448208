import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { reactive } from "@odoo/owl";
import { approveRefund } from "./refunds";
import { isConnectionError, request } from "./request";

/** Knows the payments of this register that Stripe has taken and no order shows. */
export class UnattachedService {
    constructor(env, { pos, dialog, notification, stripe_terminal }) {
        this.env = env;
        this.pos = pos;
        this.dialog = dialog;
        this.notification = notification;
        this.stripeTerminal = stripe_terminal;
        this.payments = reactive([]);
    }

    async load() {
        try {
            const data = await request("unattached", { session_id: this.pos.session.id });
            // An order that only this browser has may show it all the same.
            this.payments.splice(
                0,
                this.payments.length,
                ...data.filter((datum) => !this.stripeTerminal.getLine(datum.line_uuid))
            );
        } catch (error) {
            if (!isConnectionError(error)) {
                throw error;
            }
        }
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
    }

    /** Give the money of a payment that no order shows back to the card. */
    async refund(datum) {
        const confirmed = await ask(this.dialog, {
            title: _t("Refund this payment?"),
            body: _t("%(amount)s go back to the card %(card)s.", {
                amount: this.env.utils.formatCurrency(datum.amount),
                card: datum.card,
            }),
            confirmLabel: _t("Refund"),
            cancelLabel: _t("Keep it"),
        });
        const approval = confirmed && (await approveRefund(this.env, this));
        if (approval && (await this.settle(datum, "refund_unattached", approval))) {
            this.notification.add(
                _t("The refund of %s is on its way.", this.env.utils.formatCurrency(datum.amount)),
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
                body: isConnectionError(error)
                    ? _t("Odoo's server cannot be reached. Check this till's network.")
                    : error.data?.message || error.message,
            });
            this.load();
            return false;
        }
    }
}

registry.category("services").add("stripe_terminal_unattached", {
    dependencies: ["pos", "dialog", "notification", "stripe_terminal"],
    start: (env, services) => new UnattachedService(env, services),
});
