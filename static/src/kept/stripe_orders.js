import { registry } from "@web/core/registry";
import { ConnectionLostError } from "@web/core/network/rpc";
import { delay } from "@web/core/utils/concurrency";
import { isStripeOrder } from "@pos_payment_stripe/app/orders/orders";
import { ANSWER_WAIT, isConnectionError } from "@pos_payment_stripe/app/request";
import { KeptOrders } from "./kept_orders";
import { KeptOrdersSender } from "./kept_orders_sender";
import { markUnsynced } from "./mark_unsynced";

/** Milliseconds until Odoo is asked whether it is there again. */
const RETRY_PAUSE = 3000;

/** Owns the synchronisation of orders with our payments: nothing of them is lost or overtaken. */
export class StripeOrders {
    /** @param {Object} store of the Point of Sale */
    constructor(store) {
        this.store = store;
        /** The synchronisations of orders that are on their way, by uuid. */
        this.syncs = new Map();
        /** Orders that wait for one of these, to be finished once. */
        this.finishing = new WeakSet();
        /** The uuids of finished orders that Odoo has, whatever core notes in them afterwards. */
        this.confirmed = new Set();
        this.kept = new KeptOrders(store.data);
        this.sender = new KeptOrdersSender(store, this.kept);
    }

    /** Wait for what is sent of an order just now: its answer would bring back what has gone. */
    async synced({ uuid }) {
        await this.syncs.get(uuid)?.catch(() => {});
    }

    async allSynced(orders) {
        for (const order of orders) {
            await this.synced(order);
        }
    }

    /** @returns {Promise<boolean>} false where somebody waits already to finish the order */
    async mayFinish(order) {
        if (this.finishing.has(order)) {
            return false;
        }
        this.finishing.add(order);
        await this.synced(order);
        this.finishing.delete(order);
        return true;
    }

    /**
     * Leave out drafts of orders that this till has finished: the server has not heard that yet.
     *
     * @param {Object} recordMap lists of values by model, as read
     * @returns {Object} the same without those drafts and what they consist of
     */
    withoutStaleDrafts(recordMap) {
        const { data } = this.store;
        const isStale = ({ uuid, state }) => {
            const order = state === "draft" && data.models["pos.order"].getBy("uuid", uuid);
            return order && order.finalized && isStripeOrder(order);
        };
        const stale = (recordMap["pos.order"] || []).filter(isStale).map(({ id }) => id);
        if (!stale.length) {
            return recordMap;
        }
        const left = { "pos.order": new Set(stale) };
        const others = { ...recordMap };
        for (const model of data.opts.dynamicModels) {
            const isLeft = (vals) =>
                left[model]?.has(vals.id) ||
                Object.values(data.relations[model]).some(
                    ({ name, relation, type }) =>
                        type === "many2one" && left[relation]?.has(vals[name])
                );
            const records = recordMap[model] || [];
            left[model] = new Set(records.filter(isLeft).map(({ id }) => id));
            others[model] = records.filter((vals) => !left[model].has(vals.id));
        }
        return others;
    }

    /**
     * Synchronise all orders, or some.
     *
     * @param {Object} options of core's `syncAllOrders`
     * @param {Function} sync core's
     */
    async syncAll(options, sync) {
        const { store } = this;
        if (store.data.network.offline) {
            await this.keepUnsynced();
        }
        const order = store.getOrder();
        if (!options.throw || options.orders || !order?.finalized || !isStripeOrder(order)) {
            return sync(options);
        }
        // What Odoo refuses of another order would stop this one, whose card was charged.
        const synced = await sync({ ...options, orders: [order] });
        const others = await sync({ ...options, throw: false });
        return synced && [...synced, ...(others || [])];
    }

    /** Offline, core sends nothing; a page that is closed then would take its orders along. */
    async keepUnsynced() {
        const isUnsynced = (order) =>
            order.finalized &&
            order.isDirty() &&
            isStripeOrder(order) &&
            !this.confirmed.has(order.uuid);
        for (const order of this.store.models["pos.order"].filter(isUnsynced)) {
            await this.store.preSyncAllOrders([order]);
            // What was on its way may have arrived meanwhile.
            if (isUnsynced(order)) {
                this.kept.keep(order, order.serializeForORM({ keepCommands: true }));
            }
        }
    }

    /** Nothing of an order with our payments is forgotten when its synchronisation fails. */
    sync(order, vals, send) {
        const sync = this.track(order, vals, send()).finally(() => {
            if (this.syncs.get(order.uuid) === sync) {
                this.syncs.delete(order.uuid);
            }
        });
        this.syncs.set(order.uuid, sync);
        return sync;
    }

    async track(order, vals, sent) {
        const { data } = this.store;
        const isDraft = vals.state === "draft";
        const lose = () => {
            throw new ConnectionLostError();
        };
        if (!isDraft) {
            this.kept.keep(order, vals);
        }
        try {
            // A draft's that hangs would hold the finished order back.
            const answer = await (isDraft
                ? Promise.race([sent, delay(ANSWER_WAIT).then(lose)])
                : sent);
            if (isDraft && order.finalized) {
                // It would make the order a draft again.
                lose();
            }
            if (!isDraft) {
                this.confirmed.add(order.uuid);
            }
            this.kept.drop(order.uuid);
            return answer;
        } catch (error) {
            markUnsynced(order, vals);
            if (isConnectionError(error)) {
                // Core asks only a browser that lost its network; its answer has orders sent again.
                data.checkConnectivityTimeout ??= setTimeout(
                    () => data.checkConnectivity(),
                    RETRY_PAUSE
                );
            } else if (!isDraft) {
                // Core makes an order that is refused while it is finished a draft again.
                delay(0).then(() =>
                    order.finalized ? this.sender.tell(vals, error) : this.kept.drop(order.uuid)
                );
            }
            throw error;
        }
    }
}

registry.category("stripe_terminal_lazy").add("kept", StripeOrders);
