import { browser } from "@web/core/browser/browser";
import { keptKey } from "@pos_payment_stripe/app/orders/orders";

/** Finished orders that Odoo has not confirmed, for when the page goes: core forgets those it had a draft of. */
export class KeptOrders {
    /** @param {Object} data core's service, whose database the orders are of */
    constructor(data) {
        this.key = keptKey(data);
        /** Those that this page has finished, and sends again itself. */
        this.own = new Set();
    }

    /** @returns {Object} what synchronises each of them, by uuid */
    get all() {
        return JSON.parse(browser.localStorage.getItem(this.key) || "{}");
    }

    /** @returns {Array} of those that another page has left */
    get left() {
        return Object.values(this.all).filter(({ uuid }) => !this.own.has(uuid));
    }

    /**
     * @param {Object} order that is finished
     * @param {Object} vals what synchronises it
     */
    keep(order, vals) {
        this.own.add(vals.uuid);
        // What other addons do once Odoo has the order, they have noted there.
        const stripeUiState = order.serializeState();
        this.write({ ...this.all, [vals.uuid]: { ...vals, stripeUiState } });
    }

    drop(uuid) {
        const { [uuid]: dropped, ...others } = this.all;
        if (dropped) {
            this.write(others);
        }
        this.onDrop?.(uuid);
    }

    write(orders) {
        if (!Object.keys(orders).length) {
            browser.localStorage.removeItem(this.key);
            return;
        }
        try {
            browser.localStorage.setItem(this.key, JSON.stringify(orders));
        } catch {
            // The browser's storage is full: the sale goes on, and the page still has the order.
        }
    }
}
