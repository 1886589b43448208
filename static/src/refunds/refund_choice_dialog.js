import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useDebounced } from "@web/core/utils/timing";

const TYPING_PAUSE = 300;

/** Which card payment is refunded, when the order does not tell. */
export class RefundChoiceDialog extends Component {
    static template = "pos_payment_stripe.RefundChoiceDialog";
    static components = { Dialog };
    static props = { due: Number, find: Function, getPayload: Function, close: Function };

    setup() {
        this.state = useState({ query: "", choices: [] });
        this.search = useDebounced(() => this.load(), TYPING_PAUSE);
        onWillStart(() => this.load());
    }

    async load() {
        const { query } = this.state;
        const choices = await this.props.find(query);
        if (choices && query === this.state.query) {
            this.state.choices = choices;
        }
    }

    choose(choice) {
        this.props.getPayload(choice);
        this.props.close();
    }
}
