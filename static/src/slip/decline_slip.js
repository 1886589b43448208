import { Component } from "@odoo/owl";
import { ReceiptHeader } from "@point_of_sale/app/screens/receipt_screen/receipt/receipt_header/receipt_header";
import { registry } from "@web/core/registry";

/** What a customer gets on paper whose card was declined, where the law or the customer asks. */
class DeclineSlip extends Component {
    static template = "pos_payment_stripe.DeclineSlip";
    static components = { ReceiptHeader };
    static props = { order: Object, slip: String };
}

registry.category("stripe_terminal_lazy").add("decline_slip", DeclineSlip);
