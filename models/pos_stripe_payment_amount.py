from odoo import api, models

from ..stripe_terminal import money, refunding
from ..stripe_terminal.settlement import PAID_STATES
from .pos_order import FINISHED


class PosStripePayment(models.Model):
    """What a card cannot be charged with, or is not owed, is refused before anything is sent."""

    _inherit = "pos.stripe.payment"

    @api.model
    def _amount_refusal(self, line_uuid, code, currency):
        """Return till data that tells which amounts can be charged.

        :param str code: as `money.chargeable` gives it
        :param currency: the `res.currency` of the line
        """
        refusal = self._refusal(line_uuid, code)
        if code == "amount_too_small":
            refusal["sentence"] = self.env._(
                "The minimum card payment is %(minimum)s. Choose another way to pay, or add "
                "something to the order.",
                minimum=currency._stripe_format(money.minimum_charge(currency.name)),
            )
        elif code == "amount_not_exact":
            step = money.to_major(money.smallest_step(currency.name), currency.name)
            refusal["sentence"] = self.env._(
                "Cards are charged in steps of %(step)s %(currency)s. Change the amount, pay the "
                "rest in another way, or have a manager set up rounding for the register.",
                # Without the currency's own rounding, which is the finer one here.
                step=f"{step.normalize():f}",
                currency=currency.name,
            )
        return refusal

    @api.model
    def _order_refusal(self, session, line, basket):
        """Return till data for a payment that its order does not owe, or None.

        What a till says of its order is checked against what the server knows of it, so that a
        till whose copy is old asks no card.

        :param session: the open `pos.session`, access checked
        :param dict line: as in `_send`; `due` is what the order owes without this line, and
            `order_total` what it owes in all (major units, both may be missing)
        :param dict | None basket: the order itself, see `_basket_of`
        """
        currency = session.currency_id
        order_uuid, amount = line.get("order_uuid"), line["amount"]
        order = self.env["pos.order"].search(
            [("uuid", "=", order_uuid), ("company_id", "=", session.company_id.id)], limit=1
        )
        if order.state in FINISHED:
            return self._refusal(line["line_uuid"], "order_paid")
        if order.state == "cancel":
            return self._refusal(line["line_uuid"], "order_canceled")
        if self._is_more(currency, amount, line.get("due")):
            return self._refusal(line["line_uuid"], "amount_above_due")
        others = self.search(
            [
                ("order_uuid", "=", order_uuid),
                ("company_id", "=", session.company_id.id),
                ("currency_id", "=", currency.id),
                ("kind", "=", refunding.PAYMENT),
                ("state", "in", PAID_STATES),
                ("line_uuid", "!=", line["line_uuid"]),
            ]
        )
        kept = others.filtered(lambda row: not (row._is_taken_back() or row._is_fully_refunded()))
        taken = sum(kept.mapped("amount"))
        if self._is_more(currency, amount + taken, self._basket_total(session, basket)):
            return self._refusal(line["line_uuid"], "amount_above_due")
        if kept and self._is_more(currency, amount + taken, line.get("order_total")):
            refusal = self._refusal(line["line_uuid"], "order_covered")
            refusal["sentence"] = self.env._(
                "%(taken)s of this order is paid by card already (%(registers)s). Nothing was "
                "sent to the reader. Check the order again before you ask for a card.",
                taken=currency.format(taken),
                registers=", ".join(sorted(set(kept.config_id.mapped("name")))),
            )
            return refusal
        return self._doubtful_refusal(session, line)

    def _is_more(self, currency, amount, limit):
        """Tell whether an amount is above what a till says is owed, if it says so."""
        is_told = isinstance(limit, int | float) and not isinstance(limit, bool)
        return is_told and currency.compare_amounts(amount, limit) > 0
