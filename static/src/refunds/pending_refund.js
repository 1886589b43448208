import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";

/** Tell the cashier before the receipt that a refund waits at Stripe, though it finishes its order. */
export function tellPending(payments) {
    payments.watchers.push((datum, before) => {
        if (datum.waits && before?.waits === false && payments.getLine(datum.line_uuid)) {
            payments.dialog.add(AlertDialog, {
                title: _t("The refund is not made yet"),
                body: datum.sentence,
            });
        }
    });
}
