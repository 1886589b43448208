import { Component, onWillUnmount, useState } from "@odoo/owl";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { loadOrTell } from "@pos_payment_stripe/app/request";

/** Seconds after which the cashier reads how long it takes, and that a reader has not answered. */
const PATIENCE = 3;

/** What happens with the selected card line, and what the cashier can do about it. */
export class StripePaymentStatus extends Component {
    static template = "pos_payment_stripe.StripePaymentStatus";
    static props = {
        line: Object,
        send: Function,
        cancel: Function,
        force: Function,
    };

    setup() {
        this.pos = usePos();
        this.stripeTerminal = useService("stripe_terminal");
        this.data = useState(this.stripeTerminal.data);
        this.clock = useState({ now: Date.now() });
        const timer = setInterval(() => (this.clock.now = Date.now()), 1000);
        onWillUnmount(() => clearInterval(timer));
    }

    get status() {
        return this.props.line.payment_status;
    }

    get datum() {
        return this.data[this.props.line.uuid] || {};
    }

    get sentence() {
        return this.datum.sentence;
    }

    /** Whether a line counts as done without Stripe's word. A sentence on another one that is done
     * says that it is not successful yet: its refund waits for the shop's balance. */
    get isForced() {
        return this.status === "done" && this.datum.forced;
    }

    get reader() {
        return this.props.line.payment_method_id.stripe_reader_name;
    }

    get isRefund() {
        return this.props.line.getAmount() < 0;
    }

    /** Whole seconds since the line was sent. */
    get seconds() {
        const since = this.stripeTerminal.waitingSince[this.props.line.uuid] ?? this.clock.now;
        return Math.max(0, Math.floor((this.clock.now - since) / 1000));
    }

    get isSlow() {
        return this.seconds >= PATIENCE;
    }

    get duration() {
        return this.isSlow ? _t("%s s", this.seconds) : "";
    }

    get canCancel() {
        const isSent = this.status === "waiting" && this.isSlow && !this.isRefund;
        return isSent || this.status === "waitingCard";
    }

    get canTakeOver() {
        return this.datum.holder || this.datum.failure_code === "reader_in_use";
    }

    async printDeclineSlip() {
        const props = { order: this.props.line.pos_order_id, slip: this.datum.decline_slip };
        const title = _t("Print decline slip");
        const DeclineSlip = await loadOrTell(this.env, title, "kept", "decline_slip");
        if (DeclineSlip) {
            await this.pos.printer.print(DeclineSlip, props, this.pos.printOptions);
        }
    }
}
