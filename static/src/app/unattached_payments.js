import { Component, onMounted, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

/** Card payments of this register that are on no order, to be put on this one or given back. */
export class UnattachedPayments extends Component {
    static template = "pos_payment_stripe.UnattachedPayments";
    static props = { order: Object };

    setup() {
        this.unattached = useService("stripe_terminal_unattached");
        this.payments = useState(this.unattached.payments);
        onMounted(() => this.unattached.load());
    }

    /** More than what is left to pay would have to be given back in cash. */
    fits(payment) {
        const { order } = this.props;
        // A tip in it comes on top of what is due.
        const due = order.remainingDue + (payment.tip || 0);
        return !order.isRefund && order.currency.round(due - payment.amount) >= 0;
    }
}
