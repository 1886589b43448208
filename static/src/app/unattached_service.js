import { registry } from "@web/core/registry";
import { reactive } from "@odoo/owl";
import { loadLazy } from "./lazy";
import { isConnectionError, request } from "./request";

/** Knows the payments of this register that Stripe has taken and no order shows. */
export class UnattachedService {
    constructor({ pos, stripe_terminal }) {
        this.pos = pos;
        this.stripeTerminal = stripe_terminal;
        this.payments = reactive([]);
    }

    async load() {
        try {
            const data = await request("unattached", { session_id: this.pos.session.id });
            // An order that only this browser has may show it all the same.
            const unknown = data.filter((datum) => !this.stripeTerminal.getLine(datum.line_uuid));
            if (unknown.length) {
                this.Notices = await loadLazy("others", "unattached");
            }
            this.payments.splice(0, this.payments.length, ...unknown);
        } catch (error) {
            if (!isConnectionError(error)) {
                throw error;
            }
        }
    }
}

registry.category("services").add("stripe_terminal_unattached", {
    dependencies: ["pos", "stripe_terminal"],
    start: (env, services) => new UnattachedService(services),
});
