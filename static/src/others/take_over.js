import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { delay } from "@web/core/utils/concurrency";
import { isConnectionError, request, tellProblem } from "@pos_payment_stripe/app/request";

/** For so many milliseconds the reader may still be taken, and between tries. */
const FREE_WAIT = 8000;
const PAUSE = 500;

/**
 * Have the payment canceled that has a line's reader, and send the line when the reader is free.
 *
 * The server compares: it cancels only the payment that this till was told of, and one whose card
 * was charged meanwhile stays paid.
 *
 * @param {Object} payments the service that owns the running payments
 * @param {Object} line refused, because another payment has its reader
 */
async function takeOver(payments, line) {
    const { holder, sentence } = payments.data[line.uuid];
    const confirmed = await ask(payments.dialog, {
        title: _t("Take the reader over?"),
        body: _t(
            "%s Its payment is canceled, unless the card is charged already. Ask there first.",
            sentence
        ),
        confirmLabel: _t("Take over"),
        cancelLabel: _t("Leave it"),
    });
    if (!confirmed) {
        return;
    }
    if (!holder) {
        return payments.drivers.takeOver(line);
    }
    try {
        await request("take_over", { line_uuid: line.uuid, holder_id: holder });
    } catch (error) {
        if (!isConnectionError(error)) {
            throw error;
        }
        tellProblem(payments.dialog, _t("Connection error"), error);
        return;
    }
    const until = Date.now() + FREE_WAIT;
    do {
        await delay(PAUSE);
        if (await line.pay()) {
            payments.validateIfPaid(line.pos_order_id);
        }
    } while (payments.data[line.uuid]?.holder === holder && Date.now() < until);
}

registry.category("stripe_terminal_lazy").add("take_over", takeOver);
