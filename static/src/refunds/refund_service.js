import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { SelectionPopup } from "@point_of_sale/app/components/popups/selection_popup/selection_popup";
import { askPin, cashierOf } from "@pos_payment_stripe/app/guards/approval";
import {
    isConnectionError,
    problemSentence,
    refusalOf,
    request,
} from "@pos_payment_stripe/app/request";
import { tellPending } from "./pending_refund";
import { RefundChoiceDialog } from "./refund_choice_dialog";

/** Finds the card payments that an order refunds; the server says which and how much. */
export class RefundService {
    constructor(env, { pos, dialog, notification, stripe_terminal }) {
        this.env = env;
        this.pos = pos;
        this.dialog = dialog;
        this.notification = notification;
        this.payments = stripe_terminal;
        this.busy = false;
    }

    /**
     * Add a line for each card payment of the refunded order, newest first, up to what is left.
     *
     * @param {Object} order that refunds another one
     * @param {Object} method of payment with a Stripe reader
     * @returns {Promise<boolean>} whether a line was added
     */
    async addLines(order, method) {
        const due = -order.getDefaultAmountDueToPayIn(method);
        if (this.busy || due <= 0) {
            return false;
        }
        this.busy = true;
        try {
            const plan = await this.ask("refund_plan", {
                order_uuids: this.refundedOrders(order),
                amount: due,
                held: this.unsentLines(order).map((line) => [
                    line.stripe_refunded_uuid,
                    line.getAmount(),
                ]),
            });
            return Boolean(plan) && (await this.follow(plan, order, method, due));
        } finally {
            this.busy = false;
        }
    }

    async follow(plan, order, method, due) {
        if (plan.refusal && !plan.lines.length) {
            this.dialog.add(AlertDialog, {
                title: _t("A manager has to adopt the payment"),
                body: plan.refusal,
            });
            return false;
        }
        if (!plan.found) {
            return this.addChosenLine(order, method, due);
        }
        if (!plan.lines.length) {
            this.dialog.add(AlertDialog, {
                title: _t("Nothing left to refund by card"),
                body: _t(
                    "All that was paid by card for this order is refunded already, or other lines of this refund cover it."
                ),
            });
            return false;
        }
        const lines = [];
        for (const choice of plan.lines) {
            const line = this.addLine(order, method, choice, choice.part);
            if (!line) {
                return lines.length > 0;
            }
            lines.push(line);
        }
        order.selectPaymentline(lines[0]);
        const rest = order.currency.round(
            due - plan.lines.reduce((sum, choice) => sum + choice.part, 0)
        );
        if (rest > 0) {
            this.notification.add(
                plan.refusal ||
                    _t(
                        "%s of this was not paid by card, or is refunded already. Refund it in another way.",
                        this.env.utils.formatCurrency(rest)
                    ),
                { type: "info" }
            );
        }
        return true;
    }

    /** Where the order does not tell what is refunded, a person chooses. */
    async addChosenLine(order, method, due) {
        const chosen = await makeAwaitable(this.dialog, RefundChoiceDialog, {
            due,
            find: (query) => this.ask("refund_choices", { query }),
        });
        if (!chosen) {
            return false;
        }
        return Boolean(this.addLine(order, method, chosen, Math.min(due, chosen.left)));
    }

    /**
     * Ask a manager for the PIN, where the server says whose it needs: who is logged in, if that
     * is one of them, else whoever is chosen.
     *
     * @param {Object} [line] that is about to be refunded; none for a payment without an order
     * @returns {Promise<Object|undefined>} what the server is told; undefined when nobody approves
     */
    async approve(line) {
        const people = await this.ask("refund_approvers", {
            line: line && {
                line_uuid: line.uuid,
                amount: line.getAmount(),
                refunded_uuid: line.stripe_refunded_uuid,
            },
        });
        if (!people?.length) {
            return people && {};
        }
        const cashier = cashierOf(this.pos);
        const person =
            people.find(({ id }) => id === cashier?.id || people.length === 1) ||
            (await makeAwaitable(this.dialog, SelectionPopup, {
                title: _t("Who approves this refund?"),
                list: people.map((one) => ({ id: one.id, label: one.name, item: one })),
            }));
        const pin = person && (await askPin(this.dialog, { ...person, _pin: true }));
        return pin && { employee_id: person.id, pin };
    }

    /** What the cashier is asked who forces a refund while Stripe is silent. */
    forceTexts(line) {
        const amount = this.env.utils.formatCurrency(-line.getAmount());
        const isOnReader = this.payments.data[line.uuid]?.on_reader;
        // The server can make such a refund later, without the card.
        if (line.stripe_refunded_uuid && !isOnReader) {
            return {
                title: _t("Refund later?"),
                body: _t(
                    "Stripe cannot be asked now. If you go on, the order counts as refunded, and %s will be refunded to the card as soon as Stripe answers. Do not refund it in another way.",
                    amount
                ),
                confirmLabel: _t("Refund later"),
                cancelLabel: _t("Go back"),
            };
        }
        return {
            title: _t("Force this refund?"),
            body: _t(
                "Stripe cannot be asked whether the refund was made. Look at the reader: go on only if it shows that the refund of %s was approved. The refund stays marked as unverified until Stripe confirms it.",
                amount
            ),
            confirmLabel: _t("The reader shows it as approved"),
            cancelLabel: _t("Go back"),
        };
    }

    /** Return the new line; null where core adds none and the cashier reads why. */
    addLine(order, method, choice, amount) {
        const { status, data: line } = order.addPaymentline(method);
        if (!status) {
            this.refuse(line);
            return null;
        }
        line.setAmount(-amount);
        line.updateRefundPaymentLine(choice);
        return line;
    }

    refundedOrders(order) {
        const refunded = order.lines.map((line) => line.refunded_orderline_id?.order_id?.uuid);
        return [...new Set([...refunded, order.refunded_order_id?.uuid])].filter(Boolean);
    }

    unsentLines(order) {
        return order.payment_ids.filter((line) => line.stripe_refunded_uuid && !line.isStripeDone);
    }

    async ask(route, params) {
        try {
            return await request(route, { session_id: this.pos.session.id, ...params });
        } catch (error) {
            this.refuse(isConnectionError(error) ? problemSentence(error) : refusalOf(error));
            return false;
        }
    }

    refuse(sentence) {
        this.dialog.add(AlertDialog, {
            title: _t("The refund cannot be prepared"),
            body: sentence,
        });
    }
}

registry.category("services").add("stripe_terminal_refunds", {
    dependencies: ["pos", "dialog", "notification", "stripe_terminal"],
    start(env, services) {
        tellPending(services.stripe_terminal);
        return new RefundService(env, services);
    },
});
