import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/**
 * Tell whoever forced a payment that Stripe took nothing, while the customer may still be there.
 *
 * @param {Object} payments the service that owns the running payments
 * @param {Object} datum what the server says of the payment
 */
function tellUnpaid({ env, pos }, datum) {
    const facts = {
        amount: env.utils.formatCurrency(Math.abs(datum.amount)),
        order: datum.order_ref || "",
    };
    pos.notification.add(
        datum.amount < 0
            ? _t("Order %(order)s: the forced refund of %(amount)s did not take place.", facts)
            : _t(
                  "Order %(order)s: the forced payment of %(amount)s was not made. Nothing was charged; ask the customer to pay again.",
                  facts
              ),
        { title: _t("Not paid"), type: "danger", sticky: true }
    );
}

registry.category("stripe_terminal_lazy").add("forced", tellUnpaid);
