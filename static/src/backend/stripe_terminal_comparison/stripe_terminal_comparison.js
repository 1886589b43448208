import { Component, xml } from "@odoo/owl";
import {
    StripeComparison,
    useStripeComparison,
} from "@pos_payment_stripe/common/stripe_comparison";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** The comparison in the dialog that closes a session in the backend. */
class StripeTerminalComparison extends Component {
    static template = xml`<StripeComparison comparison="comparison"/>`;
    static components = { StripeComparison };
    static props = standardWidgetProps;

    setup() {
        this.comparison = useStripeComparison(this.props.record.data.session_id.id);
    }
}

registry
    .category("view_widgets")
    .add("stripe_terminal_comparison", { component: StripeTerminalComparison });
