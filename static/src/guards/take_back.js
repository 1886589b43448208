import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { delay } from "@web/core/utils/concurrency";
import { registry } from "@web/core/registry";
import { tellChanged, tellSurplus } from "./due_texts";
import { refundedTexts, runningRefundTexts, unknownRefundTexts } from "./refund_texts";

/** Nobody waits longer than so many milliseconds for Stripe's answer to a cancel. */
const ANSWER_WAIT = 10000;

const factsOf = (env, line) => ({
    amount: env.utils.formatCurrency(Math.abs(line.getAmount())),
    order: line.pos_order_id.pos_reference || line.pos_order_id.getName(),
});

/**
 * Take the payments of lines back at Stripe before something is done that needs them gone.
 *
 * When a card won, its line stays and the cashier is told. When Stripe cannot be asked, the
 * cashier decides.
 *
 * @param {Object} env of the Point of Sale
 * @param {Array} lines with a Stripe reader, for which a card was or may be asked, none of them paid
 * @param {string} goOn what the cashier would do then, as the label of a button
 * @returns {Promise<boolean>} true when it may be done
 */
async function takeBack(env, lines, goOn) {
    const { dialog, stripe_terminal: payments, ui } = env.services;
    for (const line of lines) {
        const wasUnknown = line.getPaymentStatus() === "force_done";
        const cancel = async () => {
            await payments.cancel(line);
            if (wasUnknown) {
                // What was known before is no answer to the cancel.
                await payments.poller.askAnew(line);
            }
        };
        ui.block({ message: _t("Canceling the card payment…") });
        try {
            await Promise.race([cancel(), delay(ANSWER_WAIT)]);
        } finally {
            ui.unblock();
        }
        const facts = factsOf(env, line);
        if (line.isDone() && line.stripe_refunded_uuid) {
            dialog.add(AlertDialog, refundedTexts(facts));
            return false;
        }
        if (line.isDone()) {
            dialog.add(AlertDialog, {
                title: _t("The card was charged"),
                body: _t(
                    "The customer paid %(amount)s before the payment could be canceled. Order %(order)s stays, with its paid line. To return the money, finish the order and refund it.",
                    facts
                ),
            });
            return false;
        }
        const goesOn = line.stripe_refunded_uuid ? goesOnUnknownRefund : goesOnUnknown;
        if (line.getPaymentStatus() !== "retry" && !(await goesOn(dialog, facts, goOn))) {
            return false;
        }
        if (line.isDone()) {
            return false;
        }
    }
    return true;
}

function goesOnUnknownRefund(dialog, facts, goOn) {
    return ask(dialog, { ...unknownRefundTexts(facts), confirmLabel: goOn });
}

function goesOnUnknown(dialog, facts, goOn) {
    return ask(dialog, {
        title: _t("Is the card charged?"),
        body: _t(
            "It is not known yet whether the card payment of %(amount)s for order %(order)s was made. If you go on, the payment is canceled as soon as possible. If the card was charged all the same, nothing is lost: the payment shows up on its order, or among those without an order, where it can be refunded.",
            facts
        ),
        confirmLabel: goOn,
        cancelLabel: _t("Go back"),
    });
}

/**
 * Ask the cashier whether a running payment may be taken back.
 *
 * @param {Object} env of the Point of Sale
 * @param {Object} line that a reader asks a card for
 * @returns {Promise<boolean>}
 */
function askToCancel(env, line) {
    const facts = factsOf(env, line);
    if (line.getAmount() < 0) {
        return ask(env.services.dialog, runningRefundTexts(facts));
    }
    return ask(env.services.dialog, {
        title: _t("A card payment is running"),
        body: _t(
            "The card reader asks for %(amount)s for order %(order)s. To go on, this payment has to be canceled first.",
            facts
        ),
        confirmLabel: _t("Cancel the payment"),
        cancelLabel: _t("Stay here"),
    });
}

/** Tell the cashier that an order stays, because of a line of it that a card has paid. */
function tellPaid(env, line) {
    const isRefund = line.pos_order_id.isRefund;
    const facts = factsOf(env, line);
    env.services.dialog.add(AlertDialog, {
        title: isRefund ? _t("The card was refunded") : _t("The order is paid by card"),
        body: isRefund
            ? _t(
                  "%(amount)s of order %(order)s was refunded to a card, so it cannot be deleted. Finish it instead.",
                  facts
              )
            : _t(
                  "Order %(order)s has a card payment of %(amount)s, so it cannot be deleted. To return the money, finish the order and refund it.",
                  facts
              ),
    });
}

registry
    .category("stripe_terminal_lazy")
    .add("guards", { askToCancel, takeBack, tellChanged, tellPaid, tellSurplus });
