import { ClosePosPopup } from "@point_of_sale/app/components/popups/closing_popup/closing_popup";
import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import {
    StripeComparison,
    useStripeComparison,
} from "@pos_payment_stripe/common/stripe_comparison";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";

ClosePosPopup.components = { ...ClosePosPopup.components, StripeComparison };

patch(ClosePosPopup.prototype, {
    setup() {
        super.setup(...arguments);
        this.orm = useService("orm");
        // What this till has not synchronised yet would look like taken and not recorded.
        this.stripeComparison = useStripeComparison(this.pos.session.id, () =>
            this.pos.syncAllOrders().catch(() => {})
        );
    },

    /** Where employees log in, the one who is logged in decides, not the browser's user. */
    get mayCloseWithStripeDifference() {
        return this.pos.config.module_pos_hr
            ? this.pos.getCashier()?._role === "manager"
            : this.props.is_manager;
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
            return true;
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
        if (confirmed) {
            await this.orm.call("pos.session", "stripe_terminal_accept", [
                this.pos.session.id,
                differences.map((difference) => difference.key),
                this.pos.config.module_pos_hr ? this.pos.getCashier().id : null,
            ]);
        }
        return confirmed;
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
