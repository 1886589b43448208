/**
 * Return what synchronises an order that Odoo has not got, so that its payment can bring it back.
 *
 * @param {Object} order of a card payment that is about to be asked for
 * @returns {Object|null} null where Odoo has the order already
 */
export function basketOf(order) {
    if (order.isSynced) {
        return null;
    }
    // Prices are on the lines only once they are about to be sent.
    order.setOrderPrices();
    return order.serializeForORM({ keepCommands: true });
}
