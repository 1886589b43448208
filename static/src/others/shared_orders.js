import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { isConnectionError, request } from "@pos_payment_stripe/app/request";

/** Nothing was charged in these states, and nothing is asked for. */
const UNCHARGED_STATES = ["declined", "canceled"];

/**
 * Ask the server what became of lines that other registers have, and tell the cashier where the
 * order is to be finished.
 *
 * @param {Array} lines of one order
 * @returns {Promise<boolean>} true when the order is not to be paid here
 */
async function isHeld(env, lines) {
    const known = await askServer(env, lines);
    const line = lines.find((line) => mayBeCharged(line, known.data[line.uuid]));
    if (line) {
        env.services.dialog.add(AlertDialog, texts(env, line, known));
    }
    return Boolean(line);
}

registry.category("stripe_terminal_lazy").add("shared_orders", isHeld);

/** What the server knows of the lines; nothing while it cannot be reached. */
async function askServer({ services }, lines) {
    const methodIds = lines.map((line) => line.payment_method_id.id);
    try {
        const [data, registers] = await Promise.all([
            request("status", { line_uuids: lines.map((line) => line.uuid) }),
            services.orm.silent.searchRead(
                "pos.config",
                [["payment_method_ids", "in", methodIds]],
                ["name", "payment_method_ids"]
            ),
        ]);
        return {
            data: Object.fromEntries(data.map((datum) => [datum.line_uuid, datum])),
            registers,
        };
    } catch (error) {
        if (!isConnectionError(error)) {
            throw error;
        }
        return { data: {}, registers: [] };
    }
}

function mayBeCharged(line, datum) {
    if (line.isStripeDone || datum?.forced) {
        return true;
    }
    return datum ? !UNCHARGED_STATES.includes(datum.state) : !line.isStripeOpen;
}

function texts(env, line, { data, registers }) {
    const order = line.pos_order_id;
    const datum = data[line.uuid];
    const amount = datum?.amount ?? line.getAmount();
    const method = line.payment_method_id;
    const names = registers
        .filter((register) => register.payment_method_ids.includes(method.id))
        .map((register) => register.name);
    const facts = {
        amount: env.utils.formatCurrency(Math.abs(amount)),
        order: order.pos_reference || order.getName(),
        method: method.name,
        register: names.join(", ") || _t("another register"),
    };
    if (!line.isStripeDone && datum?.state !== "paid") {
        return {
            title: _t("Another register takes this payment"),
            body: _t(
                "The card reader of “%(method)s” at %(register)s has a payment of %(amount)s for order %(order)s. Finish the order there, or cancel its payment there first.",
                facts
            ),
        };
    }
    if (amount < 0) {
        return {
            title: _t("The card was refunded"),
            body: _t(
                "%(amount)s of order %(order)s was refunded to a card with “%(method)s” at %(register)s. Finish the order there.",
                facts
            ),
        };
    }
    return {
        title: _t("Paid at another register"),
        body: _t(
            "A card was charged %(amount)s for order %(order)s with “%(method)s” at %(register)s. Finish the order there.",
            facts
        ),
    };
}
