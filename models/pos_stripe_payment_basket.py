import json
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..stripe_terminal import settlement
from .pos_order_proven import line_of

# Bytes of an order that are kept; one with more lines than that is no sale at a counter.
BASKET_MAX = 500_000
# An order that has arrived is not made again.
KEPT_FOR = timedelta(days=2)
# Of a payment by another method; the rest, such as a card's digits, is not kept.
PAYMENT_FIELDS = ("uuid", "amount", "payment_method_id", "payment_date", "name")


class PosStripePayment(models.Model):
    """The order that a payment was asked for, as its till had it.

    It stays the till's until it is finished. Where the till and its storage have gone, any register
    makes it again from here, with what Stripe has taken for it.
    """

    _inherit = "pos.stripe.payment"

    basket = fields.Json(
        groups=fields.NO_ACCESS,
        readonly=True,
        copy=False,
        # Large, and of no use for what most read a row for.
        prefetch=False,
        help="What synchronises the order, without its card payments; see `sync_from_ui`.",
    )

    @api.model
    def _basket_of(self, line):
        """Return what is kept of the order that a till sends with a line; None for nothing.

        :param dict line: as in `_send`; `basket` is what would synchronise an order that Odoo has
            not got, or missing
        """
        basket = line.get("basket")
        if (
            not isinstance(basket, dict)
            or not basket.get("uuid")
            or basket["uuid"] != line.get("order_uuid")
            or len(json.dumps(basket)) > BASKET_MAX
        ):
            return None
        methods = self.env["pos.payment.method"]
        payments = [
            Command.create({name: values[name] for name in PAYMENT_FIELDS if name in values})
            for values in _created(basket, "payment_ids")
            if not methods.browse(values.get("payment_method_id"))._is_stripe_terminal()
        ]
        return {**basket, "payment_ids": payments}

    @api.model
    def _basket_total(self, session, basket):
        """Return what an order costs, in major units; None where that is not known.

        :param dict | None basket: see `_basket_of`
        """
        if basket is None:
            return None
        try:
            total = sum(float(values["price_subtotal_incl"]) for values in _created(basket))
        except (KeyError, TypeError, ValueError):
            return None
        return total + session.config_id.rounding_method.rounding

    # The order is made again

    def _is_restorable(self):
        """Tell whether the order of this payment can be made again, or waits as a draft."""
        order = self._restored_order()
        return order.state == "draft" if order else bool(self.basket)

    def _restored_order(self):
        return self.env["pos.order"].search(
            [("uuid", "=", self.order_uuid), ("company_id", "=", self.company_id.id)], limit=1
        )

    def _restore(self, session):
        """Make the order of this payment again, as a draft, with all that Stripe has taken for it.

        :param session: the open `pos.session` of the register that finishes it, access checked
        :return: dict; `orders` is what a synchronisation answers, `payments` what the till shows
        :raise UserError: the payment is on an order, refunded, or its order is not known
        """
        self._check_unattached()
        if not self._is_restorable():
            raise UserError(
                self.env._("The order of this payment was not kept. Attach it to another order.")
            )
        rows = self._unattached(
            [
                ("order_uuid", "=", self.order_uuid),
                ("company_id", "=", session.company_id.id),
                ("payment_method_id", "in", session.config_id.payment_method_ids.ids),
            ]
        )
        # With the rights of whoever restores it: this is no more than what a till sends.
        order = self._restored_order().sudo(False)
        taken = [Command.create(line_of(row)) for row in rows]
        if order:
            # Core refuses payments of a printed order; these are made already.
            printed, order.nb_print = order.nb_print, 0
            order.write({"payment_ids": taken})
            order.nb_print = printed
            loaded = order.read_pos_data([], session.config_id)
        else:
            basket = self.basket
            loaded = order.sync_from_ui(
                [
                    {
                        **basket,
                        "state": "draft",
                        "session_id": session.id,
                        "config_id": session.config_id.id,
                        "payment_ids": [*basket["payment_ids"], *taken],
                    }
                ]
            )
        # The register that finishes the order is the one that answers for its money.
        rows.session_id = session
        for row in rows:
            row._log(
                "till", "restore", {"order": row.order_ref, "register": session.config_id.name}
            )
        return {"orders": loaded, "payments": [row._till_data() for row in rows]}

    @api.autovacuum
    def _gc_baskets(self):
        """Forget the orders that have arrived, and those for which nothing was taken."""
        before = fields.Datetime.now() - KEPT_FOR
        is_done = Domain("payment_id", "!=", False) | Domain(
            "state", "not in", (*settlement.OPEN_STATES, settlement.PAID)
        )
        kept = self.search(
            Domain("basket", "!=", False) & Domain("asked_at", "<", before) & is_done
        )
        kept.basket = False


def _created(basket, name="lines"):
    """Yield the values of what an order's commands create."""
    for command in basket.get(name) or []:
        if command[0] == Command.CREATE:
            yield command[2]
