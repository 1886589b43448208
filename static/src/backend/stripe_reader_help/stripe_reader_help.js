import { Component, onWillStart } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** What a shop has to know about its card reader, on one page that can be printed. */
export class StripeReaderHelp extends Component {
    static template = "pos_payment_stripe.StripeReaderHelp";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.display = { controlPanel: {} };
        onWillStart(async () => {
            this.facts = await this.orm.call("pos.stripe.reader", "stripe_help_facts", []);
        });
    }

    openReaders() {
        return this.action.doAction("pos_payment_stripe.pos_stripe_reader_action");
    }

    pair() {
        return this.action.doActionButton({
            type: "object",
            name: "action_stripe_pair",
            resModel: "pos.stripe.reader",
            resIds: [],
            context: {},
        });
    }

    openPaymentMethods() {
        return this.action.doAction("point_of_sale.action_payment_methods_tree");
    }

    print() {
        window.print();
    }
}

registry.category("actions").add("pos_stripe_reader_help", StripeReaderHelp);
