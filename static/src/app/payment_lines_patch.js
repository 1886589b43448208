import { PaymentScreenPaymentLines } from "@point_of_sale/app/screens/payment_screen/payment_lines/payment_lines";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { useState } from "@odoo/owl";

patch(PaymentScreenPaymentLines.prototype, {
    setup() {
        super.setup(...arguments);
        this.stripeTerminal = useService("stripe_terminal");
        this.stripeTerminalData = useState(this.stripeTerminal.data);
    },

    canTakeOver(line) {
        const { holder, failure_code } = this.stripeTerminalData[line.uuid] || {};
        return line.isStripeTerminal && (holder || failure_code === "reader_in_use");
    },

    /** The card that gets the money of a refund line. */
    refundedCard(line) {
        if (!line.stripe_refunded_uuid || !line.card_no) {
            return "";
        }
        const brand = (line.card_brand || "").replaceAll("_", " ");
        const card = `${brand.charAt(0).toUpperCase()}${brand.slice(1)} ${line.card_no}`;
        return _t("to %s", card);
    },

    stripeTerminalSentence(line) {
        return line.isStripeTerminal && this.stripeTerminalData[line.uuid]?.sentence;
    },
});
