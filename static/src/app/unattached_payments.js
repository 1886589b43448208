import { Component, onMounted, onWillUnmount, status, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

/** Milliseconds until a till that has gone is known to have, and between looks at what is left. */
const GONE_AFTER = 11000;
const LOOK = 5000;
/** Looks after the last thing that was left: it may come back once its till is known to be gone. */
const LOOKS = 3;

/** Shows card payments that are on no order, and looks for them now and then. */
export class UnattachedPayments extends Component {
    static template = "pos_payment_stripe.UnattachedPayments";
    static props = { order: Object };

    setup() {
        this.unattached = useService("stripe_terminal_unattached");
        this.payments = useState(this.unattached.payments);
        onMounted(() => {
            this.unattached.load();
            this.lookIn(GONE_AFTER);
        });
        onWillUnmount(() => clearTimeout(this.timer));
    }

    lookIn(pause, looks = 1) {
        this.timer = setTimeout(async () => {
            await this.unattached.load();
            const left = this.payments.length ? LOOKS : looks - 1;
            if (left && status(this) !== "destroyed") {
                this.lookIn(LOOK, left);
            }
        }, pause);
    }
}
