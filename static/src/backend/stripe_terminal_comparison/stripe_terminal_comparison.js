import { Component, useEffect, xml } from "@odoo/owl";
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
        const { record } = this.props;
        this.comparison = useStripeComparison(record.data.session_id.id);
        // Who closes the session accepts what was shown here, and nothing that came later.
        useEffect(
            (shown) => void record.update({ shown }),
            () => [this.comparison.result.differences.map(({ key }) => key).join("\n")]
        );
    }
}

registry
    .category("view_widgets")
    .add("stripe_terminal_comparison", { component: StripeTerminalComparison });
