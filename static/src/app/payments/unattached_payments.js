import { Component, onMounted, onWillUnmount, status, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { isConnectionError, isRefusal, loadLazy, request } from "@pos_payment_stripe/app/request";

/** Milliseconds until a till that has gone is known to have, and between looks at what is left. */
const GONE_AFTER = 11000;
const LOOK = 5000;
/** Looks after the last thing that was left: it may come back once its till is known to be gone. */
const LOOKS = 3;

/** Shows card payments of this register that are on no order, and looks for them now and then. */
export class UnattachedPayments extends Component {
    static template = "pos_payment_stripe.UnattachedPayments";
    static props = { order: Object };

    setup() {
        this.stripeTerminal = useService("stripe_terminal");
        this.payments = useState(this.stripeTerminal.unattached);
        onMounted(() => {
            this.load();
            this.lookIn(GONE_AFTER);
        });
        onWillUnmount(() => clearTimeout(this.timer));
    }

    get Notices() {
        return registry.category("stripe_terminal_lazy").get("unattached");
    }

    async load() {
        const { pos, unattached } = this.stripeTerminal;
        try {
            const data = await request("unattached", { session_id: pos.session.id });
            // An order that only this browser has may show it all the same.
            const unknown = data.filter((datum) => !this.stripeTerminal.getLine(datum.line_uuid));
            if (unknown.length) {
                await loadLazy("others", "unattached");
            }
            unattached.splice(0, unattached.length, ...unknown);
        } catch (error) {
            // A register that was closed meanwhile has nothing to show; its page is about to go.
            if (!isConnectionError(error) && !isRefusal(error)) {
                throw error;
            }
        }
    }

    lookIn(pause, looks = 1) {
        this.timer = setTimeout(async () => {
            await this.load();
            const left = this.payments.length ? LOOKS : looks - 1;
            if (left && status(this) !== "destroyed") {
                this.lookIn(LOOK, left);
            }
        }, pause);
    }
}
