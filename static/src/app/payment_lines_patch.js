import { PaymentScreenPaymentLines } from "@point_of_sale/app/screens/payment_screen/payment_lines/payment_lines";
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

    stripeTerminalSentence(line) {
        return line.isStripeTerminal && this.stripeTerminalData[line.uuid]?.sentence;
    },
});
