import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";
import { delay } from "@web/core/utils/concurrency";
import { takeBack, unsettledLines } from "@pos_payment_stripe/app/guards/payment_guard";

/**
 * `pos_restaurant` moves an order's products to another order, and only then asks whether the
 * emptied one may be deleted. Ask first.
 *
 * It is no dependency, and its files may come later than these: hence the instance, not the class.
 */
export const stripeTerminalTables = {
    dependencies: ["pos", "dialog", "stripe_terminal", "ui"],
    start(env, { pos }) {
        if (!pos.mergeOrders) {
            return;
        }
        patch(pos, {
            async mergeOrders(sourceOrder, destOrder) {
                if (
                    sourceOrder.payment_ids.some((line) => line.isStripeTerminal) &&
                    !(await mayBeEmptied(env, sourceOrder))
                ) {
                    return destOrder;
                }
                return super.mergeOrders(...arguments);
            },

            /** Core links the tables as well, and an order of a linked table cannot be reached. */
            async mergeTableOrders(orderUuid) {
                const find = () => this.models["pos.order"].getBy("uuid", orderUuid);
                const table = find().table_id;
                await super.mergeTableOrders(...arguments);
                if (find()?.table_id?.id === table.id) {
                    // Core's request, which is on its way, is to be carried out first.
                    for (let tries = 0; tries < 20 && !(await isLinked(env, table)); tries++) {
                        await delay(250);
                    }
                    this.data.write("restaurant.table", [table.id], { parent_id: null });
                }
            },
        });
    },
};

/** Whether the server has a table linked to another one. */
async function isLinked({ services }, { id }) {
    const [found] = await services.orm.silent.read("restaurant.table", [id], ["parent_id"]);
    return Boolean(found.parent_id);
}

/** Whether no card was or will be charged for an order; its lines are gone then. */
async function mayBeEmptied(env, order) {
    // Who chose the other order in a dialog closes all dialogs right after the call.
    await Promise.resolve();
    const open = unsettledLines(order);
    const isTakenBack =
        !refusePaid(env, order) &&
        (await withoutOverlay(env, () => takeBack(env, open, _t("Move the order"))));
    if (!isTakenBack) {
        return false;
    }
    await env.services.pos.data.stripeOrders?.synced(order);
    if (refusePaid(env, order)) {
        return false;
    }
    // The server takes them back with their order; asked once is enough.
    open.forEach((line) => order.removePaymentline(line));
    return true;
}

function refusePaid(env, order) {
    const paid = order.payment_ids.find((line) => line.isStripeDone);
    if (paid) {
        env.services.dialog.add(AlertDialog, {
            title: _t("The order is paid by card"),
            body: _t(
                "Order %(order)s has a card payment of %(amount)s, so its products stay with it. Finish the order first.",
                {
                    amount: env.utils.formatCurrency(paid.getAmount()),
                    order: order.getName(),
                }
            ),
        });
    }
    return Boolean(paid);
}

/** Core blocks the screen while orders move, and a cashier could answer no question. */
async function withoutOverlay(env, question) {
    const { ui } = env.services;
    const isBlocked = ui.isBlocked;
    if (isBlocked) {
        ui.unblock();
    }
    try {
        return await question();
    } finally {
        if (isBlocked) {
            ui.block();
        }
    }
}

registry.category("services").add("stripe_terminal_tables", stripeTerminalTables);
