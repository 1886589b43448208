"""Orders that the version before left on the server as drafts, with a card that was asked for."""

from .old_version import OldShop


class OldDrafts:
    """One register for each thing that becomes of a draft.

    :param server: one that runs the version before
    """

    def __init__(self, server):
        self.server = server
        self.asking, self.canceled, self.given_up, self.declined = (
            self._leave(name) for name in ("Asking", "Canceled", "Given up", "Declined")
        )
        self.printed, self.left, self.emptied = (
            self._leave(name, is_paid=True) for name in ("Printed", "Left", "Emptied")
        )
        server.admin.write("pos.order", self.printed.order_id, nb_print=1)
        # As core's online payments empty the drafts of their register.
        (payment,) = self.emptied.line["draft"]["pos.payment"]
        server.admin.call("pos.payment", "unlink", [payment["id"]])

    def _leave(self, name, is_paid=False):
        """Return a register at which the order of a card payment is not finished."""
        shop = OldShop(self.server, name)
        shop.line = shop.pay()
        shop.save(shop.line)
        (order,) = shop.line["draft"]["pos.order"]
        shop.order_id = order["id"]
        if is_paid:
            shop.reader.tap()
            shop.counter.wait_for(shop.line, "paid")
        return shop
