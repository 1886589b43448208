import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { _t } from "@web/core/l10n/translation";
import { isConnectionError, refusalOf } from "@pos_payment_stripe/app/request";

/** Sends the finished orders of a page that has gone, and tells of those that Odoo refuses. */
export class KeptOrdersSender {
    /**
     * @param {Object} store of the Point of Sale
     * @param {Object} kept the orders
     */
    constructor(store, kept) {
        this.store = store;
        this.kept = kept;
        /** How the notice of each refused order is closed, by the order's uuid. */
        this.notices = new Map();
        this.kept.onDrop = (uuid) => this.close(uuid);
    }

    /** Send them, one after the other; ends when the network fails. */
    async send() {
        // Twice at a time, what other addons do with an order would be done twice.
        this.sending ||= this.sendAll().finally(() => (this.sending = null));
        return this.sending;
    }

    async sendAll() {
        for (const { stripeUiState, ...vals } of this.kept.left) {
            try {
                await this.sendOrder(vals, stripeUiState);
            } catch (error) {
                if (isConnectionError(error)) {
                    return;
                }
                this.tell(vals, error);
            }
        }
    }

    /** As core synchronises an order, with all that follows; what Odoo has already it leaves so. */
    async sendOrder(vals, uiState) {
        const { data, models } = this.store;
        const context = this.store.getSyncAllOrdersContext([]);
        const answer = await data.orm.call("pos.order", "sync_from_ui", [[vals]], { context });
        const loaded = models.loadConnectedData(await data.missingRecursive(answer));
        const orders = loaded["pos.order"] || [];
        const order = orders.find(({ uuid }) => uuid === vals.uuid);
        order?.restoreState({ ...order.uiState, ...uiState });
        await this.store.postSyncAllOrders(orders);
        this.kept.drop(vals.uuid);
    }

    /**
     * Say what Odoo refuses and why, until Odoo has it or a manager discards it.
     *
     * @param {Object} vals what synchronises the order
     * @param {Error} error Odoo's answer
     */
    tell(vals, error) {
        this.close(vals.uuid);
        const close = this.store.notification.add(
            _t(
                "Order %(order)s stays in this browser and is sent again. Odoo refuses it: %(problem)s",
                { order: nameOf(vals), problem: refusalOf(error) }
            ),
            {
                title: _t("A finished order is not in Odoo"),
                type: "danger",
                sticky: true,
                buttons: [{ name: _t("Discard"), onClick: () => this.discard(vals) }],
            }
        );
        this.notices.set(vals.uuid, close);
    }

    close(uuid) {
        this.notices.get(uuid)?.();
        this.notices.delete(uuid);
    }

    /** Forget an order that Odoo refuses; only a manager may. */
    async discard(vals) {
        const { dialog } = this.store;
        if (this.store.getCashier()?._role !== "manager") {
            dialog.add(AlertDialog, {
                title: _t("Advanced rights needed"),
                body: _t("Only a manager can discard an order that was finished."),
            });
            return;
        }
        const isConfirmed = await ask(dialog, {
            title: _t("Discard this order?"),
            body: _t(
                "Order %s was finished at this register and Odoo does not have it. Its card payments stay charged, and show up among those without an order.",
                nameOf(vals)
            ),
            confirmLabel: _t("Discard the order"),
            cancelLabel: _t("Keep it"),
        });
        if (!isConfirmed) {
            return;
        }
        this.kept.drop(vals.uuid);
        const order = this.store.models["pos.order"].getBy("uuid", vals.uuid);
        if (order?.finalized) {
            this.store.removePendingOrder(order);
        }
    }
}

const nameOf = ({ pos_reference, name, uuid }) => pos_reference || name || uuid;
