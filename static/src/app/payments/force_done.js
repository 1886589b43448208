import { AlertDialog, ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { cashierOf } from "@pos_payment_stripe/app/guards/pin";

/**
 * Declare a line paid after a connection error; Stripe is asked once more first.
 *
 * @param {Object} payments the service that owns the running payments
 * @returns {Promise<boolean>} true when the cashier may go on with the line as paid
 */
export async function forceDone(payments, line) {
    const { dialog, forcedHere, outbox, poller, pos } = payments;
    const cashier = cashierOf(pos);
    // Where employees log in, only those with advanced rights may force a payment.
    if (cashier && cashier._role !== "manager") {
        dialog.add(AlertDialog, {
            title: _t("Advanced rights needed"),
            body: _t(
                "Only an employee with advanced rights can force a payment. Ask one to log in, or wait until Stripe answers."
            ),
        });
        return false;
    }
    await poller.askAnew(line);
    if (line.getPaymentStatus() !== "force_done") {
        return false;
    }
    const confirmed = await ask(dialog, forceTexts(payments, line), {}, ConfirmationDialog);
    if (!confirmed || line.getPaymentStatus() !== "force_done") {
        return false;
    }
    forcedHere.add(line.uuid);
    await outbox.force(line.uuid, cashierOf(pos));
    poller.schedule();
    if (!line.isDone()) {
        forcedHere.delete(line.uuid);
    }
    return line.isDone();
}

function forceTexts({ data, env }, line) {
    const amount = env.utils.formatCurrency(Math.abs(line.getAmount()));
    if (line.getAmount() >= 0) {
        return {
            title: _t("Force this payment?"),
            body: _t(
                "Stripe cannot be asked whether the card was charged. Look at the reader: go on only if it shows that the payment of %s was approved. The payment stays marked as unverified until Stripe confirms it.",
                amount
            ),
            confirmLabel: _t("The reader shows it as approved"),
            cancelLabel: _t("Go back"),
        };
    }
    // The server can make such a refund later, without the card.
    if (line.stripe_refunded_uuid && !data[line.uuid]?.on_reader) {
        return {
            title: _t("Refund later?"),
            body: _t(
                "Stripe cannot be asked now. If you go on, the order counts as refunded, and %s will be refunded to the card as soon as Stripe answers. Do not refund it in another way.",
                amount
            ),
            confirmLabel: _t("Refund later"),
            cancelLabel: _t("Go back"),
        };
    }
    return {
        title: _t("Force this refund?"),
        body: _t(
            "Stripe cannot be asked whether the refund was made. Look at the reader: go on only if it shows that the refund of %s was approved. The refund stays marked as unverified until Stripe confirms it.",
            amount
        ),
        confirmLabel: _t("The reader shows it as approved"),
        cancelLabel: _t("Go back"),
    };
}
