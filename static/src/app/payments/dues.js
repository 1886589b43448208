import { guard } from "@pos_payment_stripe/app/guards/payment_guard";
import { isPaid } from "./states";

/** Milliseconds between looks at what an order owes while a reader asks for it. */
const LOOK = 250;
const RUNNING_STATUSES = ["waiting", "waitingCard"];

const isSale = (line) => line.pos_order_id?.totalDue > 0 && !line.stripe_refunded_uuid;

/** How much of an order's card payments is more than the order owes, in major units. */
export function cardSurplus(order) {
    const paid = order.payment_ids.filter((line) => line.isStripeDone);
    const sum = paid.reduce((total, line) => total + line.getAmount(), 0);
    return order.totalDue < 0 ? 0 : Math.max(0, order.currency.round(sum - order.totalDue));
}

/**
 * Keeps what a reader asks for at what its order owes: whatever changes the total takes a running
 * request back, and *Retry* asks for what is due then.
 */
export class Dues {
    /** @param {Object} payments the service that owns the running payments */
    constructor(payments) {
        this.payments = payments;
        this.timer = null;
    }

    /** What each line's order owed when the line was sent; survives a reload. */
    sent(order) {
        order.uiState.stripeTerminalDues ||= {};
        return order.uiState.stripeTerminalDues;
    }

    /**
     * Set a line that is about to be sent to what is due: the whole rest where it was meant to be
     * that, and never more.
     *
     * @param {Object} line of a sale; others stay as they are
     */
    prepare(line) {
        if (!isSale(line)) {
            return;
        }
        const order = line.pos_order_id;
        const due = order.remainingDue;
        const before = this.sent(order)[line.uuid];
        const wasRest = before !== undefined && order.currency.isZero(line.getAmount() - before);
        if (wasRest || line.getAmount() > due) {
            line.setAmount(due);
        }
        this.sent(order)[line.uuid] = due;
    }

    /** What the server checks a line's amount against, in major units. */
    facts(line) {
        const order = line.pos_order_id;
        return isSale(line) ? { due: order.remainingDue, order_total: order.totalDue } : {};
    }

    /** Look at running lines now and again while there are any. */
    watch() {
        this.timer ??= setInterval(() => this.look(), LOOK);
    }

    look() {
        const running = this.payments.pos.models["pos.payment"].filter(
            (line) =>
                line.isStripeTerminal &&
                isSale(line) &&
                RUNNING_STATUSES.includes(line.payment_status) &&
                this.payments.isOurs(line)
        );
        if (!running.length) {
            clearInterval(this.timer);
            this.timer = null;
        }
        running.forEach((line) => this.check(line));
    }

    check(line) {
        const order = line.pos_order_id;
        const sent = this.sent(order)[line.uuid];
        const isChanged = sent !== undefined && !order.currency.isZero(order.remainingDue - sent);
        // What the server says is paid is about to be shown.
        if (isChanged && !isPaid(this.payments.data[line.uuid])) {
            this.takeBack(line);
        }
    }

    /**
     * A card that was charged meanwhile stays, and says so itself. No dialog, since the cashier may
     * be typing the amount that another line gets.
     */
    async takeBack(line) {
        const asked = line.getAmount();
        if (await this.payments.cancel(line)) {
            await guard(this.payments.env, "tellChanged", asked);
        }
    }
}
