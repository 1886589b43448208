import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";

/** Milliseconds for which the till says that it took a request back. */
const TOLD_FOR = 15000;

/**
 * Tell the cashier that a request was taken back, because its order owes something else now.
 *
 * @param {Object} env of the Point of Sale
 * @param {number} amount that the reader asked for, in major units
 */
export function tellChanged({ services, utils }, amount) {
    services.notification.add(
        _t(
            "The card reader asked for %(asked)s, and the order has changed since. That request was canceled and nothing was charged. Press Retry to ask for what is due now.",
            { asked: utils.formatCurrency(amount) }
        ),
        { title: _t("The total has changed"), type: "warning", autocloseDelay: TOLD_FOR }
    );
}

/**
 * Tell the cashier that an order is not finished, because its cards paid more than it is worth.
 *
 * @param {Object} env of the Point of Sale
 * @param {number} surplus in major units
 */
export function tellSurplus({ services, utils }, surplus) {
    services.dialog.add(AlertDialog, {
        title: _t("The card was charged more than the order"),
        body: _t(
            "The card paid %s more than the order is worth now, and a card's money is not given as change. Put back what was taken off the order, or add the difference as a tip. To return it, finish the order and refund it.",
            utils.formatCurrency(surplus)
        ),
    });
}
