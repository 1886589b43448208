import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { PaymentStripeTerminal } from "@pos_payment_stripe/app/payment_stripe_terminal";
import { StripeTerminalPayments } from "@pos_payment_stripe/app/stripe_terminal_service";

const sum = (lines) => lines.reduce((total, line) => total + line.priceIncl, 0);
const tipLines = (order) => order.lines.filter((line) => line.isTipLine());

/** Money that is paid in advance, and no service that a tip could be given for. */
function isDeposit(line) {
    const deposit = line.config.down_payment_product_id;
    return (
        (deposit && line.product_id.id === deposit.id) ||
        Boolean(line.getEWalletGiftCardProgramType?.())
    );
}

/**
 * What the server has to know of an order, to decide whether the reader asks for a tip.
 *
 * @returns {{tippable: number, tip: number}} what a tip may be given for, and the tip that is
 *      on the order already
 */
export function tipFacts(order) {
    const tip = sum(tipLines(order));
    const deposits = sum(order.lines.filter(isDeposit));
    return {
        tippable: order.currency.round(Math.max(0, order.priceIncl - tip - deposits)),
        tip: order.currency.round(tip),
    };
}

patch(StripeTerminalPayments.prototype, {
    tipFacts,

    /** @param {Object} [told] the id of a payment that the server says has changed */
    resume(told) {
        // Whether a paid line may still get a tip is known by the server only.
        for (const line of this.pos.models["pos.payment"].getAll()) {
            const isOpen = line.isStripeTerminal && !line.pos_order_id?.finalized;
            if (isOpen && this.pos.config.set_tip_after_payment && !this.data[line.uuid]) {
                this.unseen.add(line.uuid);
            }
        }
        for (const datum of Object.values(this.data)) {
            if (datum.held || datum.id === told?.id) {
                this.unseen.add(datum.line_uuid);
            }
        }
        return super.resume(...arguments);
    },

    show(datum) {
        const before = this.data[datum.line_uuid];
        const wasHeld = before?.held;
        super.show(...arguments);
        const shown = this.data[datum.line_uuid];
        if (!shown) {
            // A late answer for a line of which nothing is known yet.
            return;
        }
        const uuid = datum.line_uuid;
        const isPaid = shown.state === "paid";
        const isLate = shown.tip_sentence && before && shown.tip_sentence !== before.tip_sentence;
        if (!isPaid && shown.state !== "authorized") {
            this.capturing.delete(uuid);
        } else if (wasHeld ? !shown.held : isLate && isPaid) {
            // Keep asking, also for an order that is finished, until it has what was charged.
            this.capturing.add(uuid);
        }
        if (isPaid && !shown.recording && this.capturing.delete(uuid)) {
            this.showCaptured(shown);
        }
    },

    /** A finished order shows what the card was charged in the end. */
    async showCaptured(datum) {
        const line = this.getLine(datum.line_uuid);
        if (!line?.pos_order_id?.finalized) {
            return;
        }
        // The receipt behind the dialog is right before anybody reads that the tip is missing.
        await this.pos.data
            .loadServerOrders([["uuid", "=", line.pos_order_id.uuid]])
            .catch(() => {});
        if (datum.tip_sentence) {
            this.dialog.add(AlertDialog, {
                title: _t("Tip not charged"),
                body: datum.tip_sentence,
            });
        }
    },

    /**
     * Put the tip that a customer gave on the reader on the order, once.
     *
     * Only the till that asked for the payment does: two would add two lines. Another one does so
     * when it opens the payment screen of that order.
     *
     * @param {Object} line paid
     * @param {number} tip that Stripe has taken with it
     * @returns {Promise<boolean>} false when it is left to another till
     */
    async addTip(line, tip) {
        const order = line.pos_order_id;
        // An older copy of the line from the server knows nothing of what was added here.
        const known = line.stripe_tip || 0;
        const before = this.addedTips.get(line.uuid) ?? known;
        const added = order.currency.round(tip - before);
        const product = this.pos.config.tip_product_id;
        if (!product || (!added && known === before)) {
            return true;
        }
        if (!this.isOurs(line)) {
            return false;
        }
        this.addedTips.set(line.uuid, tip);
        line.stripe_tip = tip;
        if (!added) {
            return true;
        }
        const total = order.currency.round(sum(tipLines(order)) + added);
        let [tipLine] = tipLines(order);
        if (!tipLine) {
            const { product_tmpl_id } = product;
            const vals = { product_id: product, product_tmpl_id, price_unit: total, qty: 1 };
            tipLine = await this.pos.addLineToOrder(vals, order, { force: true }, false);
        }
        tipLine.setUnitPrice(total);
        if (!order.currency.isZero(tipLine.priceIncl - total)) {
            // Taxes on top of it would make the tip more than the customer gave.
            tipLine.tax_ids = [];
            tipLine.setUnitPrice(total);
        }
        order.is_tipped = true;
        order.tip_amount = total;
        return true;
    },
});

/** What `pos_restaurant` asks a terminal about tips after the payment. */
patch(PaymentStripeTerminal.prototype, {
    canBeAdjusted(uuid) {
        const line = this.payments.getLine(uuid);
        return Boolean(this.payments.data[uuid]?.held) && line.pos_order_id.isPaid();
    },

    /** The server charges the card once the order has its tip, whatever becomes of this till. */
    async sendPaymentAdjust() {
        return true;
    },
});
