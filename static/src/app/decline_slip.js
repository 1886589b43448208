import { Component } from "@odoo/owl";
import { PaymentScreenPaymentLines } from "@point_of_sale/app/screens/payment_screen/payment_lines/payment_lines";
import { ReceiptHeader } from "@point_of_sale/app/screens/receipt_screen/receipt/receipt_header/receipt_header";
import { patch } from "@web/core/utils/patch";

/** What a customer gets on paper whose card was declined, where the law or the customer asks. */
export class DeclineSlip extends Component {
    static template = "pos_payment_stripe.DeclineSlip";
    static components = { ReceiptHeader };
    static props = { order: Object, slip: String };
}

patch(PaymentScreenPaymentLines.prototype, {
    declineSlip(line) {
        return line.isStripeTerminal && this.stripeTerminalData[line.uuid]?.decline_slip;
    },

    printDeclineSlip(line) {
        return this.pos.printer.print(
            DeclineSlip,
            { order: line.pos_order_id, slip: this.declineSlip(line) },
            this.pos.printOptions
        );
    },
});
