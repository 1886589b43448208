import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { cashierOf, loadRefunds } from "@pos_payment_stripe/app/guards/approval";

/**
 * Declare a line paid after a connection error; Stripe is asked once more first.
 *
 * @param {Object} payments the service that owns the running payments
 * @returns {Promise<boolean>} true when the cashier may go on with the line as paid
 */
export async function forceDone(payments, line) {
    const { dialog, env, forcedHere, outbox, poller, pos } = payments;
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
    const texts =
        line.getAmount() < 0
            ? (await loadRefunds(env))?.forceTexts(line)
            : {
                  title: _t("Force this payment?"),
                  body: _t(
                      "Stripe cannot be asked whether the card was charged. Look at the reader: go on only if it shows that the payment of %s was approved. The payment stays marked as unverified until Stripe confirms it.",
                      env.utils.formatCurrency(line.getAmount())
                  ),
                  confirmLabel: _t("The reader shows it as approved"),
                  cancelLabel: _t("Go back"),
              };
    const confirmed = texts && (await ask(dialog, texts));
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
