from contextlib import suppress
from itertools import islice

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import format_datetime

from ..stripe_terminal import money, refunding
from ..stripe_terminal.errors import sentence
from ..stripe_terminal.receipts import card_name
from ..stripe_terminal.settlement import PAID_STATES
from .pos_stripe_payment_adoption import REFERENCES

# As many payments are offered where the till does not know which one is refunded.
CHOICES = 20


class PosStripePayment(models.Model):
    """What a till may refund. All of it is as Odoo knows it; Stripe decides when it is asked."""

    _inherit = "pos.stripe.payment"

    @api.model
    def _refund_plan(self, session, order_uuids, amount, held):
        """Spread a refund over the card payments of orders, newest first, each up to its rest.

        :param session: the open `pos.session`, access checked
        :param list order_uuids: of the orders that are refunded
        :param float amount: what is to be refunded, above zero, in major units
        :param list held: `[uuid, amount]` of what lines of the till refund already
        :return: dict of `found`, the number of card payments, `lines`, each with the facts of
            `_refund_choice` and its `part` (major units), and `refusal`, a sentence where a manager
            has to adopt payments first
        :raise UserError: no card takes such an amount
        """
        currency = session.currency_id.name
        _minor, code = money.chargeable(amount, currency)
        if code in ("amount_not_exact", "amount_too_large"):
            raise UserError(self._amount_refusal("", code, session.currency_id)["sentence"])
        payments = self.env["pos.payment"].search(
            [
                ("pos_order_id.uuid", "in", order_uuids),
                ("company_id", "=", session.company_id.id),
                ("amount", ">", 0),
            ],
            order="id desc",
        )
        old = payments.filtered(self._is_adoptable)
        payments = payments.filtered(self._refundable_row)
        taken = {}
        for uuid, held_amount in held:
            taken[uuid] = taken.get(uuid, 0) + abs(money.to_minor(held_amount, currency))
        rests = [self._rest_of(payment) - taken.get(payment.uuid, 0) for payment in payments]
        parts = refunding.distribute(money.to_minor(amount, currency), rests)
        return {
            "found": len(payments),
            "lines": [
                {
                    **self._refund_choice(payment),
                    "part": float(money.to_major(part, currency)),
                }
                for payment, part in zip(payments, parts, strict=True)
                if part
            ],
            "refusal": self.env._(sentence("refund_not_adopted")) if old else "",
        }

    @api.model
    def _refund_choices(self, session, query):
        """Return payments that a person may want to refund, newest first.

        :param str query: a card's last four digits, an amount, an order's number, or the id on a
            receipt; empty for the last payments
        :return: list of `_refund_choice`
        """
        domain = (
            Domain("company_id", "=", session.company_id.id)
            & Domain("currency_id", "=", session.currency_id.id)
            & Domain("amount", ">", 0)
            & Domain.OR(Domain("transaction_id", "=like", f"{start}%") for start in REFERENCES)
        )
        query = (query or "").strip()
        if query:
            meant = (
                Domain("card_no", "=", query)
                | Domain("transaction_id", "=", query)
                | Domain("pos_order_id.pos_reference", "ilike", query)
                | Domain("pos_order_id.tracking_number", "=", query)
            )
            with suppress(ValueError):
                meant |= Domain("amount", "=", float(query.replace(",", ".")))
            domain &= meant
        # Some of them may have been refunded.
        payments = self.env["pos.payment"].search(domain, order="id desc", limit=5 * CHOICES)
        choices = (self._refund_choice(payment) for payment in payments)
        offered = (choice for choice in choices if choice["left"] > 0 or choice["refusal"])
        return list(islice(offered, CHOICES))

    @api.model
    def _refundable_row(self, pos_payment):
        """Return the row that proves a `pos.payment` to be paid by card; empty when none does."""
        return self._row_of(pos_payment).filtered(
            lambda row: row._is_proven() and row.state in PAID_STATES
        )

    @api.model
    def _rest_of(self, pos_payment):
        """Return how much of a `pos.payment` the journal lets be refunded, in minor units."""
        row = self._refundable_row(pos_payment)
        return row._left_minor() if row else 0

    @api.model
    def _refund_choice(self, pos_payment):
        """Return what a till needs to refund a `pos.payment`, and what a person knows it by."""
        row = self._refundable_row(pos_payment)
        currency = pos_payment.currency_id.name
        is_old = not row and self._is_adoptable(pos_payment)
        brand = (row and row.card_brand) or pos_payment.card_brand or False
        last4 = (row and row.card_last4) or pos_payment.card_no or False
        return {
            "uuid": pos_payment.uuid,
            "refusal": self.env._(sentence("refund_not_adopted")) if is_old else "",
            "card_brand": brand,
            "card_no": last4,
            "stripe_card": card_name(brand, last4, mask=""),
            "amount": pos_payment.amount,
            "left": float(money.to_major(self._rest_of(pos_payment), currency)),
            "order": pos_payment.pos_order_id.pos_reference,
            "register": pos_payment.session_id.config_id.name,
            "paid_at": format_datetime(self.env, pos_payment.payment_date, dt_format="short"),
        }
