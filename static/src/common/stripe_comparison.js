import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { delay } from "@web/core/utils/concurrency";

const POLL_PAUSE = 700;

/**
 * How the card payments of a session agree with Stripe. Odoo's server has Stripe asked beside its
 * requests; this asks the server until there is an answer.
 */
export class StripeComparisonState {
    constructor(orm, sessionId) {
        this.orm = orm;
        this.sessionId = sessionId;
        this.result = { state: "comparing", sentence: "", differences: [], accepted: false };
        this.isStopped = false;
    }

    /**
     * @param {boolean} again have Stripe asked anew
     * @returns {Promise<Object>} what `pos.session.stripe_terminal_compare` says in the end; the
     *     state stays `comparing` when nobody looks any more
     */
    async compare(again) {
        this.result.state = "comparing";
        try {
            Object.assign(this.result, await this.ask(again));
            while (this.result.state === "comparing") {
                await delay(POLL_PAUSE);
                if (this.isStopped) {
                    break;
                }
                Object.assign(this.result, await this.ask(false));
            }
        } catch {
            Object.assign(this.result, {
                state: "differs",
                sentence: _t("The card payments could not be compared with Stripe."),
                differences: [],
                accepted: false,
            });
        }
        return this.result;
    }

    ask(again) {
        return this.orm.silent.call("pos.session", "stripe_terminal_compare", [
            this.sessionId,
            again,
        ]);
    }
}

/** Compare a session with Stripe as soon as the component is shown. */
export function useStripeComparison(sessionId, prepare = () => {}) {
    const comparison = useState(new StripeComparisonState(useService("orm"), sessionId));
    onMounted(async () => {
        await prepare();
        comparison.compare(true);
    });
    onWillUnmount(() => {
        comparison.isStopped = true;
    });
    return comparison;
}

/** Shows the line of totals, or what differs and what to do about it. */
export class StripeComparison extends Component {
    static template = "pos_payment_stripe.StripeComparison";
    static props = { comparison: Object };
}
