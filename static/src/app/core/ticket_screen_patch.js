import { TicketScreen } from "@point_of_sale/app/screens/ticket_screen/ticket_screen";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(TicketScreen.prototype, {
    getStatus(order) {
        const status = super.getStatus(...arguments);
        return order.isStripeUnverified ? _t("%s, unverified", status) : status;
    },
});
