import { NumberPopup } from "@point_of_sale/app/components/popups/number_popup/number_popup";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { nextPart } from "@pos_payment_stripe/app/payments/split";
import { parseFloat } from "@web/views/fields/parsers";

const MOST_PARTS = 10;

/** Into how many equal parts the rest of an order is split, or what the next payment takes. */
export class SplitDialog extends Component {
    static template = "pos_payment_stripe.SplitDialog";
    static components = { Dialog };
    static props = {
        due: Number,
        isSplit: Boolean,
        round: Function,
        getPayload: Function,
        close: Function,
    };

    /** Number and amount of equal parts that are more than nothing. */
    get choices() {
        const numbers = Array.from({ length: MOST_PARTS - 1 }, (_, index) => index + 2);
        return numbers
            .map((parts) => ({ parts, amount: this.props.round(this.props.due / parts) }))
            .filter(({ amount }) => amount > 0);
    }

    choose(choice) {
        this.props.getPayload(choice);
        this.props.close();
    }
}

/** Ask for the amount that the next payment takes; undefined when there is none. */
async function askAmount({ dialog, env, pos }) {
    const typed = await makeAwaitable(dialog, NumberPopup, {
        title: _t("Amount of the next payment"),
        formatDisplayedValue: (text) => `${pos.currency.symbol} ${text}`,
    });
    const amount = typed ? env.utils.roundCurrency(parseFloat(typed)) : 0;
    return amount > 0 ? amount : undefined;
}

/**
 * Let the cashier split what is left to pay, and give a line that was not sent yet its part.
 *
 * @param {Object} screen the payment screen of the order
 */
async function split(screen) {
    const { currentOrder: order, dialog, numberBuffer, selectedPaymentLine: line } = screen;
    const choice = await makeAwaitable(dialog, SplitDialog, {
        due: order.remainingDue,
        isSplit: nextPart(order) !== undefined,
        round: (amount) => order.currency.round(amount),
    });
    const amount = choice?.parts ? choice.amount : choice && (await askAmount(screen));
    if (!amount) {
        return;
    }
    order.uiState.stripeSplit = {
        amount,
        // A typed amount leaves a rest, which whoever pays it chooses.
        parts: choice.parts || 2,
        goesOn: Boolean(choice.parts),
        from: order.payment_ids.filter((paid) => paid.isDone()).length,
    };
    if (line?.isStripeTerminal && line.isStripeOpen) {
        line.setAmount(Math.min(amount, order.remainingDue));
    }
    numberBuffer.reset();
}

registry.category("stripe_terminal_lazy").add("split", split);
