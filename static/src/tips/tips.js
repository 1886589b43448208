import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

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

/** Tips of this till: what the reader asks for, and what a tip changes of an order. */
export class Tips {
    /** @param {Object} payments the service that owns the running payments */
    constructor(payments) {
        this.payments = payments;
        /** Lines of finished orders whose tip is being charged. */
        this.capturing = new Set();
        /** The tips that this till has put on orders, by line uuid. */
        this.addedTips = new Map();
        payments.watchers.push((datum, before) => this.follow(datum, before));
    }

    /**
     * What the server has to know of an order, to decide whether the reader asks for a tip.
     *
     * @returns {{tippable: number, tip: number}} what a tip may be given for, and the tip that is
     *      on the order already
     */
    facts(order) {
        const tip = sum(tipLines(order));
        const deposits = sum(order.lines.filter(isDeposit));
        return {
            tippable: order.currency.round(Math.max(0, order.priceIncl - tip - deposits)),
            tip: order.currency.round(tip),
        };
    }

    /** @param {Object} [told] the id of a payment that the server says has changed */
    resume(told) {
        const { data, poller, pos } = this.payments;
        // Whether a paid line may still get a tip is known by the server only.
        for (const line of pos.models["pos.payment"].getAll()) {
            const isOpen = line.isStripeTerminal && !line.pos_order_id?.finalized;
            if (isOpen && pos.config.set_tip_after_payment && !data[line.uuid]) {
                poller.unseen.add(line.uuid);
            }
        }
        for (const datum of Object.values(data)) {
            if (datum.held || datum.id === told?.id) {
                poller.unseen.add(datum.line_uuid);
            }
        }
    }

    /** Keep asking about a tip that is being charged until the order in Odoo has it. */
    follow(datum, before) {
        const uuid = datum.line_uuid;
        const isPaid = datum.state === "paid";
        const isLate = datum.tip_sentence && before && datum.tip_sentence !== before.tip_sentence;
        if (!isPaid && datum.state !== "authorized") {
            this.capturing.delete(uuid);
        } else if (before?.held ? !datum.held : isLate && isPaid) {
            // Also for an order that is finished.
            this.capturing.add(uuid);
        }
        if (isPaid && !datum.recording && this.capturing.delete(uuid)) {
            this.showCaptured(datum);
        }
    }

    /** A finished order shows what the card was charged in the end. */
    async showCaptured(datum) {
        const { dialog, pos } = this.payments;
        const line = this.payments.getLine(datum.line_uuid);
        if (!line?.pos_order_id?.finalized) {
            return;
        }
        // The receipt behind the dialog is right before anybody reads that the tip is missing.
        await pos.data.loadServerOrders([["uuid", "=", line.pos_order_id.uuid]]).catch(() => {});
        if (datum.tip_sentence) {
            dialog.add(AlertDialog, {
                title: _t("Tip not charged"),
                body: datum.tip_sentence,
            });
        }
    }

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
        const { pos } = this.payments;
        const order = line.pos_order_id;
        // An older copy of the line from the server knows nothing of what was added here.
        const known = line.stripe_tip || 0;
        const before = this.addedTips.get(line.uuid) ?? known;
        const added = order.currency.round(tip - before);
        const product = pos.config.tip_product_id;
        if (!product || (!added && known === before)) {
            return true;
        }
        if (!this.payments.isOurs(line)) {
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
            tipLine = await pos.addLineToOrder(vals, order, { force: true }, false);
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
    }
}

registry.category("stripe_terminal_lazy").add("tips", Tips);
