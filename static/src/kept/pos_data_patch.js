import { PosData } from "@point_of_sale/app/services/data_service";
import { patch } from "@web/core/utils/patch";
import { ConnectionLostError } from "@web/core/network/rpc";
import { delay } from "@web/core/utils/concurrency";
import { isStripeOrder } from "@pos_payment_stripe/app/pos_data_patch";
import { ANSWER_WAIT, isConnectionError } from "@pos_payment_stripe/app/request";
import { KeptOrders } from "./kept_orders";

/** Milliseconds until Odoo is asked whether it is there again. */
const RETRY_PAUSE = 3000;

/**
 * Mark again what a synchronisation took along and Odoo has not confirmed: core forgets it.
 *
 * @param {Object} record whose values were sent
 * @param {Object} vals what `serializeForORM` made of it
 */
function markUnsynced(record, vals) {
    const { models, model } = record;
    record._dirty = true;
    for (const [name, commands] of Object.entries(vals)) {
        const child = models[model.fields[name]?.relation];
        if (!child || !Array.isArray(commands)) {
            continue;
        }
        const { delete: deleted, unlink: unlinked } = models.commands[model.name];
        for (const [command, id, childVals] of commands.filter(Array.isArray)) {
            const changed = command === 1 && child.get(id);
            if (changed) {
                markUnsynced(changed, childVals);
            } else if (command > 1) {
                const removed = command === 2 ? deleted : unlinked;
                removed.set(name, [...(removed.get(name) || []), { id, parentId: record.id }]);
            }
        }
    }
}

patch(PosData.prototype, {
    /** The synchronisations of orders that are on their way, by uuid. */
    get stripeSyncs() {
        return (this._stripeSyncs ??= new Map());
    },

    get stripeKept() {
        return (this._stripeKept ??= new KeptOrders(this.stripeKeptKey));
    },

    /** Wait for a draft that core sends just now: its answer would bring back what has gone. */
    async stripeSynced({ uuid }) {
        await this.stripeSyncs.get(uuid)?.catch(() => {});
    },

    /** Whatever is read of the server passes here before it is shown. */
    missingRecursive(recordMap, ...others) {
        return super.missingRecursive(this.withoutStaleDrafts(recordMap), ...others);
    },

    /**
     * Leave out drafts of orders that this till has finished: the server has not heard that yet.
     *
     * @param {Object} recordMap lists of values by model, as read
     * @returns {Object} the same without those drafts and what they consist of
     */
    withoutStaleDrafts(recordMap) {
        const isStale = ({ uuid, state }) => {
            const order = state === "draft" && this.models["pos.order"].getBy("uuid", uuid);
            return order && order.finalized && isStripeOrder(order);
        };
        const stale = (recordMap["pos.order"] || []).filter(isStale).map(({ id }) => id);
        if (!stale.length) {
            return recordMap;
        }
        const left = { "pos.order": new Set(stale) };
        const others = { ...recordMap };
        for (const model of this.opts.dynamicModels) {
            const isLeft = (vals) =>
                left[model]?.has(vals.id) ||
                Object.values(this.relations[model]).some(
                    ({ name, relation, type }) =>
                        type === "many2one" && left[relation]?.has(vals[name])
                );
            const records = recordMap[model] || [];
            left[model] = new Set(records.filter(isLeft).map(({ id }) => id));
            others[model] = records.filter((vals) => !left[model].has(vals.id));
        }
        return others;
    },

    /** Nothing of an order with our payments is forgotten when its synchronisation fails. */
    syncStripeOrder(order, vals, send) {
        const sync = this.trackStripeOrder(order, vals, send()).finally(() => {
            if (this.stripeSyncs.get(order.uuid) === sync) {
                this.stripeSyncs.delete(order.uuid);
            }
        });
        this.stripeSyncs.set(order.uuid, sync);
        return sync;
    },

    async trackStripeOrder(order, vals, sent) {
        const isDraft = vals.state === "draft";
        const lose = () => {
            throw new ConnectionLostError();
        };
        if (!isDraft) {
            this.stripeKept.keep(order, vals);
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
            this.stripeKept.drop(order.uuid);
            return answer;
        } catch (error) {
            markUnsynced(order, vals);
            if (isConnectionError(error)) {
                // Core asks only a browser that lost its network; its answer has orders sent again.
                this.checkConnectivityTimeout ??= setTimeout(
                    () => this.checkConnectivity(),
                    RETRY_PAUSE
                );
            } else if (!isDraft) {
                // Core makes an order that is refused while it is finished a draft again.
                delay(0).then(() =>
                    order.finalized
                        ? this.onStripeRefusal?.(vals, error)
                        : this.stripeKept.drop(order.uuid)
                );
            }
            throw error;
        }
    },
});
