import { loadBundle } from "@web/core/assets";
import { registry } from "@web/core/registry";

/**
 * Who collects the card of a line: Stripe's servers, or a driver in this page, which is loaded when
 * its first line is sent.
 *
 * A driver has `prepare()`, `follow(line, datum)`, `stop(line)` and `takeOverNext(line)`.
 */
export class Drivers {
    /** @param {Object} payments the service that owns the running payments */
    constructor(payments) {
        this.payments = payments;
        this.loaded = {};
    }

    name(line) {
        const connection = line.payment_method_id?.stripe_connection;
        return connection && connection !== "server" ? connection : null;
    }

    async load(name) {
        if (!this.loaded[name]) {
            await loadBundle(`pos_payment_stripe.${name}_sdk`);
            const Driver = registry.category("stripe_terminal_drivers").get(name);
            this.loaded[name] ||= new Driver(this.payments);
        }
        return this.loaded[name];
    }

    /** Call a method of the line's driver, if it has one; a driver that cannot be loaded now is
     * loaded when the server is asked again. */
    async with(line, method, ...args) {
        const name = this.name(line);
        if (name) {
            const driver = await this.load(name).catch(() => null);
            await driver?.[method](...args);
        }
    }

    prepare(line) {
        this.with(line, "prepare");
    }

    /** Let the driver do what the server's word about a line asks for. */
    follow(line, datum) {
        if (datum.collects || this.loaded[this.name(line)]) {
            this.with(line, "follow", line, datum);
        }
    }

    /** Take the request back from the reader before the server cancels the payment. */
    async stop(line) {
        if (this.loaded[this.name(line)]) {
            await this.with(line, "stop", line);
        }
    }

    /** Send a line again to a reader that somebody else uses. */
    async takeOver(line) {
        await this.with(line, "takeOverNext", line);
        if (await line.pay()) {
            this.payments.validateIfPaid(line.pos_order_id);
        }
    }
}
