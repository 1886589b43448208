import { _t } from "@web/core/l10n/translation";

/** The states of Odoo's journal from which nothing goes on by itself. */
const FINAL_STATES = ["paid", "declined", "canceled"];
/** What core calls them. */
export const STATUS_OF_STATE = {
    new: "waiting",
    collecting: "waitingCard",
    authorized: "waitingCapture",
    paid: "done",
    declined: "retry",
    canceled: "retry",
    unknown: "force_done",
};
export const WAITING_STATUSES = ["waiting", "waitingCard", "waitingCapture", "waitingCancel"];

export const isFinal = (datum) => FINAL_STATES.includes(datum?.state);

/** Whether the money is the shop's, or held for it until the tip is known. */
export const isPaid = (datum) =>
    datum?.state === "paid" || Boolean(datum?.held && !datum.canceling);

/** Whether another till has put the payment, which no order showed there, on an order of its own. */
export const isOnOtherOrder = (line, datum) =>
    datum.order_uuid && datum.order_uuid !== line.pos_order_id.uuid;

export const notOfThisOrder = (datum) => ({
    ...datum,
    state: "canceled",
    held: false,
    forced: false,
    sentence: _t("This payment was put on order %s, because no order showed it.", datum.order_ref),
});
