import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";

/** An order keeps at least the products that its cards have paid. */
export const stripeTerminalSplit = {
    dependencies: ["dialog"],
    start(env, { dialog }) {
        const page = registry.category("pos_pages").get("SplitBillScreen", null);
        if (!page) {
            return;
        }
        const isRefused = (screen) => {
            const order = screen.currentOrder;
            const { currency } = order;
            const paid = order.payment_ids
                .filter((line) => line.isStripeDone)
                .reduce((sum, line) => sum + line.getAmount(), 0);
            const left = order.totalDue - screen.newOrderPrice;
            if (!paid || currency.isZero(paid - left) || paid < left) {
                return false;
            }
            dialog.add(AlertDialog, {
                title: _t("The order is partly paid by card"),
                body: _t(
                    "%(paid)s of this order is paid by card already. What stays on it must be worth at least that: remove fewer products.",
                    { paid: env.utils.formatCurrency(paid) }
                ),
            });
            return true;
        };
        patch(page.component.prototype, {
            async createSplittedOrder() {
                return isRefused(this) ? undefined : super.createSplittedOrder(...arguments);
            },
            async paySplittedOrder() {
                return isRefused(this) ? undefined : super.paySplittedOrder(...arguments);
            },
            async transferSplittedOrder(event) {
                if (isRefused(this)) {
                    event.stopPropagation();
                    return;
                }
                return super.transferSplittedOrder(...arguments);
            },
        });
    },
};

registry.category("services").add("stripe_terminal_split", stripeTerminalSplit);
