import { Component, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * Tells on a payment method's form whether Stripe knows its card reader. Asks beside the form, so
 * that neither editing nor saving waits on Stripe.
 */
export class StripeTerminalCheck extends Component {
    static template = "pos_payment_stripe.StripeTerminalCheck";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ checking: false, level: "", message: "" });
        useEffect(
            () => {
                this.check();
            },
            () => {
                const { resId, data } = this.props.record;
                return [resId, data.stripe_serial_number, data.journal_id?.id];
            }
        );
    }

    /** Open the guided set-up; a button of the form would save first, and there may be no reader. */
    async setUp() {
        const { resId } = this.props.record;
        const action = await this.orm.call("pos.payment.method", "action_stripe_terminal_setup", [
            resId ? [resId] : [],
        ]);
        await this.action.doAction(action, { onClose: () => this.check() });
    }

    async check() {
        const { resId, data } = this.props.record;
        this.state.checking = true;
        const question = this.orm.silent.call("pos.payment.method", "stripe_terminal_check", [
            resId ? [resId] : [],
            data.stripe_serial_number || "",
            data.journal_id?.id || null,
        ]);
        // An answer about what was chosen before never arrives here.
        const answer = await this.keepLast.add(
            question.catch(() => ({
                level: "warning",
                message: _t("The card reader could not be checked."),
            }))
        );
        Object.assign(this.state, answer, { checking: false });
        if (resId && !(await this.props.record.isDirty())) {
            // The list of readers was refreshed, and the chosen one may be new in it, or gone.
            await this.props.record.load();
        }
    }
}

registry.category("view_widgets").add("stripe_terminal_check", { component: StripeTerminalCheck });
