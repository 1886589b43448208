import { ClosePosPopup } from "@point_of_sale/app/components/popups/closing_popup/closing_popup";
import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { askPin, cashierOf } from "@pos_payment_stripe/app/guards/approval";
import { problemSentence, request } from "@pos_payment_stripe/app/request";
import {
    StripeComparison,
    useStripeComparison,
} from "@pos_payment_stripe/common/stripe_comparison";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

ClosePosPopup.components = { ...ClosePosPopup.components, StripeComparison };

patch(ClosePosPopup.prototype, {
    setup() {
        super.setup(...arguments);
        // What this till has not synchronised yet would look like taken and not recorded.
        this.stripeComparison = useStripeComparison(this.pos.session.id, () =>
            this.pos.syncAllOrders().catch(() => {})
        );
    },

    /** Where employees log in, the one who is logged in decides, not the browser's user. */
    get mayCloseWithStripeDifference() {
        const { module_pos_hr } = this.pos.config;
        return module_pos_hr ? this.pos.getCashier()?._role === "manager" : this.props.is_manager;
    },

    async closeSession() {
        if (await this.checkStripe()) {
            return super.closeSession(...arguments);
        }
    },

    /** The server refuses as well; here the person is asked. */
    async checkStripe() {
        const { state, differences, accepted } = await this.stripeComparison.compare(false);
        if (state !== "differs" || accepted) {
            // Still comparing: the person has left before there was an answer.
            return state !== "comparing";
        }
        if (!this.mayCloseWithStripeDifference) {
            this.dialog.add(AlertDialog, {
                title: _t("The card payments differ from Stripe"),
                body: _t(
                    "Settle the differences that the closing screen lists, or ask a manager to close the register."
                ),
            });
            return false;
        }
        const confirmed = await ask(this.dialog, {
            title: _t("Close although the card payments differ from Stripe?"),
            body: _t(
                "%s\n\nThis is noted on the session, with your name.",
                differences.map((difference) => `• ${difference.problem}`).join("\n")
            ),
            confirmLabel: _t("Close all the same"),
            cancelLabel: _t("Go back"),
        });
        if (!confirmed) {
            return false;
        }
        const cashier = cashierOf(this.pos);
        const pin = await askPin(this.dialog, cashier);
        if (pin === undefined) {
            return false;
        }
        try {
            await request("accept", {
                session_id: this.pos.session.id,
                keys: differences.map((difference) => difference.key),
                employee_id: cashier?.id || null,
                pin,
            });
            return true;
        } catch (error) {
            this.dialog.add(AlertDialog, {
                title: _t("The register stays open"),
                body: error.data?.message || problemSentence(error),
            });
            return false;
        }
    },

    /** Cancelling orders, which core offers here, is no answer to a difference. */
    async handleClosingError(response) {
        if (!response.stripe_terminal) {
            return super.handleClosingError(...arguments);
        }
        this.dialog.add(AlertDialog, { title: response.title, body: response.message });
        this.stripeComparison.compare(true);
    },
});
