/** How many parts of a split order are paid. */
const paidParts = (order, split) =>
    order.payment_ids.filter((line) => line.isDone()).length - split.from;

/**
 * What the next payment of an order takes, where the cashier has split it.
 *
 * `uiState.stripeSplit` has the `amount` of a part, the number of `parts`, how many lines were paid
 * before (`from`), and whether the parts follow each other (`goesOn`).
 *
 * @returns {number|undefined} in major units; undefined for the whole rest, as for the last part
 */
export function nextPart(order) {
    const split = order.uiState.stripeSplit;
    if (split && paidParts(order, split) < split.parts - 1) {
        return Math.min(split.amount, order.remainingDue);
    }
}

/** Whether the next part is asked for when one is paid. */
export function goesOn(order) {
    const split = order.uiState.stripeSplit;
    return split?.goesOn && paidParts(order, split) < split.parts && !order.isPaid();
}
