import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";

const STATUS = "/pos_payment_stripe_kiosk/status";
const CANCEL = "/pos_payment_stripe_kiosk/cancel";
const POLL = 1500; // milliseconds; the bus tells of most changes at once
// Milliseconds after which nobody stands here any more.
const PATIENCE = 120000;
// Where the server has not given its last answer yet.
const RUNNING = ["waiting", "canceling", "paid"];

/**
 * The card payment of this kiosk, from the press to its end. What happened is for the server to
 * say: this asks for it, shows it, and takes the request back when the customer leaves.
 */
export class StripeKioskPayment {
    /**
     * @param {Object} selfOrder the `self_order` service
     */
    constructor(selfOrder) {
        this.selfOrder = selfOrder;
        this.key = `pos_payment_stripe_kiosk.${selfOrder.config.id}`;
        this.token = null;
        this.state = null;
        this.sentence = "";
        this.timer = null;
        this.since = 0;
        /** How many tries the server has answered; those of one order have the same token. */
        this.tries = 0;
        this.isStarting = false;
        /** Whether the customer has taken back what the server may not know of yet. */
        this.isUnwanted = false;
    }

    get isRunning() {
        return RUNNING.includes(this.state);
    }

    get canCancel() {
        return this.state === "waiting" && Boolean(this.token);
    }

    get canRetry() {
        return this.state === "again";
    }

    get needsHelp() {
        return this.state === "help";
    }

    /** Ask the reader for what an order owes. */
    async start(order, paymentMethodId) {
        if (this.isRunning) {
            return;
        }
        Object.assign(this, { state: "waiting", sentence: "", since: Date.now() });
        Object.assign(this, { isStarting: true, isUnwanted: false });
        // Before the server knows of the payment, so that a reload finds it.
        this._remember(order.access_token);
        let answer;
        try {
            answer = await rpc(`/kiosk/payment/${this.selfOrder.config.id}/kiosk`, {
                order: order.serializeForORM(),
                access_token: this.selfOrder.access_token,
                payment_method_id: paymentMethodId,
            });
        } catch (error) {
            this.selfOrder.handleErrorNotification(error);
        }
        this.isStarting = false;
        this.tries++;
        if (answer) {
            this._remember(answer.order[0].access_token);
            this._show(answer.payment_status);
        } else {
            this._show({ state: this.token ? "waiting" : "again", sentence: "" });
        }
        // A request without an answer may have arrived: it is taken back before another try.
        if (this.isUnwanted || !answer) {
            await this.cancel();
        }
    }

    /** Take the request back; the answer comes with a later status. */
    async cancel() {
        this.isUnwanted = this.isStarting;
        if (this.token) {
            await this._ask(CANCEL);
        }
    }

    /** Take the request back while the page is about to go, which waits for no answer. */
    leave() {
        if (this.canCancel) {
            browser.fetch(CANCEL, {
                method: "POST",
                keepalive: true,
                headers: { "Content-Type": "application/json" },
                body: JSON.stringify({ jsonrpc: "2.0", method: "call", params: this._params }),
            });
        }
    }

    /** Take back what this kiosk asked for before its page went, and show what became of it. */
    async resume() {
        this.token = browser.localStorage.getItem(this.key);
        if (this.token) {
            Object.assign(this, { state: "waiting", since: Date.now() });
            await this.cancel();
        }
    }

    /** Ask the server now, because a message says that something changed. */
    async look() {
        if (this.isRunning && this.token) {
            await this._ask(STATUS);
        }
    }

    get _params() {
        return { access_token: this.selfOrder.access_token, order_access_token: this.token };
    }

    async _ask(route) {
        const { token, tries } = this;
        let answer;
        try {
            answer = await rpc(route, this._params, { silent: true });
        } catch (error) {
            if (error.data?.name === "werkzeug.exceptions.NotFound") {
                // The press never arrived, so there is nothing to wait for.
                answer = { state: "again", sentence: "" };
            } else if (error.data?.name === "werkzeug.exceptions.Unauthorized") {
                // The kiosk was set up anew meanwhile.
                answer = { state: "help", sentence: _t("Please ask our staff about your order.") };
            }
        }
        if (token !== this.token || tries !== this.tries || this.isStarting) {
            // It may speak of an earlier try.
            return;
        }
        if (answer) {
            this._show(answer);
        } else {
            this._askLater();
        }
    }

    _askLater() {
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => {
            const isLeft = this.canCancel && Date.now() - this.since > PATIENCE;
            return isLeft ? this.cancel() : this.look();
        }, POLL);
    }

    _show({ state, sentence, records }) {
        Object.assign(this, { state, sentence });
        if (this.isRunning) {
            this._askLater();
            return;
        }
        browser.clearTimeout(this.timer);
        const token = this.token;
        this._remember(null);
        if (state === "finished") {
            this.selfOrder.stripePaid(token, records);
        }
        this.selfOrder.stripeEnded(state, sentence);
    }

    _remember(token) {
        this.token = token || null;
        if (this.token) {
            browser.localStorage.setItem(this.key, this.token);
        } else {
            browser.localStorage.removeItem(this.key);
        }
    }
}
