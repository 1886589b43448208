import { Component, onMounted, onWillUnmount, status, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

/** Milliseconds until a till that has gone is known to have, and between looks at what is left. */
const GONE_AFTER = 11000;
const LOOK = 5000;
/** Looks after the last thing that was left: it may come back once its till is known to be gone. */
const LOOKS = 3;

/** Card payments of this register that are on no order, to be put on this one or given back. */
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

    /** More than what is left to pay would have to be given back in cash. */
    fits(payment) {
        const { order } = this.props;
        // A tip in it comes on top of what is due.
        const due = order.remainingDue + (payment.tip || 0);
        return !order.isRefund && order.currency.round(due - payment.amount) >= 0;
    }
}
