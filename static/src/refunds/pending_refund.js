import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { StripeTerminalPayments } from "@pos_payment_stripe/app/stripe_terminal_service";

patch(StripeTerminalPayments.prototype, {
    /** A refund that waits at Stripe finishes its order: the cashier is told before the receipt. */
    show(datum) {
        const waited = this.data[datum.line_uuid]?.waits;
        super.show(...arguments);
        const shown = this.data[datum.line_uuid];
        if (shown?.waits && waited === false && this.getLine(datum.line_uuid)) {
            this.dialog.add(AlertDialog, {
                title: _t("The refund is not made yet"),
                body: shown.sentence,
            });
        }
    },
});
