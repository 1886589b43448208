from odoo import models
from odoo.fields import Domain

from ..stripe_terminal import closing, money
from ..stripe_terminal.refunding import MADE, REFUND
from ..stripe_terminal.settlement import PAID_STATES


def _to_minor(payment):
    """Return the amount of a `pos.payment` in minor units, None when it does not fit into them."""
    try:
        return money.to_minor(payment.amount, payment.currency_id.name)
    except ValueError:
        return None


class PosStripeComparison(models.Model):
    """The sides that are compared: the session's payments, the journal, and what Stripe said."""

    _inherit = "pos.stripe.comparison"

    def _payments(self):
        """Return the session's payments with Stripe that belong to finished orders."""
        payments = self.session_id._get_closed_orders().payment_ids.filtered(
            lambda payment: payment.payment_method_id._is_stripe_terminal()
        )
        nothing = payments.filtered(lambda payment: payment.currency_id.is_zero(payment.amount))
        # Somebody may have changed what was paid to nothing.
        paid = self.env["pos.stripe.payment"].search(
            [("line_uuid", "in", nothing.mapped("uuid")), ("state", "in", PAID_STATES)]
        )
        paid_uuids = set(paid.mapped("line_uuid"))
        return payments - nothing.filtered(lambda payment: payment.uuid not in paid_uuids)

    def _rows(self):
        """Return the journal's rows of the session and of its payments."""
        return self.env["pos.stripe.payment"].search(
            [
                "|",
                ("session_id", "=", self.session_id.id),
                ("line_uuid", "in", self._payments().mapped("uuid")),
            ],
            order="id",
        )

    def _journal(self):
        """Return what changes in the journal when a payment goes on, as plain data."""
        return [
            [row.id, row.state, row.wanted or "", row._transaction_id() or ""]
            for row in self._rows()
        ]

    def _compare(self):
        """Compare with what Stripe said, or with the journal alone while Stripe is silent.

        :rtype: stripe_terminal.closing.Comparison
        """
        own = self._rows()
        intents = self._listed_intents() if self._is_known() else self._intents_of_journal(own)
        # A payment that was attached to an order of another session has its row there.
        known = self._known(intents)
        # A company that shares the account may have a session of the same name.
        foreign = known.filtered(lambda row: row.company_id != self.company_id)
        others_ids = {*foreign.mapped("payment_intent"), *foreign.mapped("refund")} - {False}
        intents = [intent for intent in intents if not {intent.id, intent.payment} & others_ids]
        ids = {intent.id for intent in intents}
        known -= foreign
        rows = own | known.filtered(lambda row: row.kind != REFUND and row.payment_intent in ids)
        others = (known | rows.refund_ids | known.refund_ids) - rows
        payments = self._payments()
        facts = self._facts(rows | others)
        return closing.compare(
            [
                closing.Recorded(
                    payment.uuid,
                    payment.pos_order_id.uuid,
                    _to_minor(payment),
                    payment.currency_id.name,
                    payment.transaction_id or None,
                )
                for payment in payments
            ],
            [facts[row] for row in rows.sorted("id")],
            {intent.id: intent for intent in intents},
            [facts[row] for row in others.sorted("id")],
        )

    def _listed_intents(self):
        """Return what Stripe listed, without what was told at the register's last closing."""
        before = self.search([("session_id", "=", self._session_before().id)])
        told = set(before.accepted_keys or [])
        intents = [closing.Intent(*values) for values in self.intents or []]
        return [intent for intent in intents if closing.refund_key(intent.id) not in told]

    def _intents_of_journal(self, rows):
        """Return what the journal knows of rows at Stripe, as `closing.Intent`."""
        intents = [row._closing_intent() for row in rows if row._transaction_id()]
        for row in rows.filtered("payment_intent"):
            intents += [
                closing.Intent(
                    id=refund["id"],
                    status="succeeded",
                    received=-refund["amount"],
                    refunded=0,
                    currency=row.currency_id.name,
                    line_uuid=refund["line_uuid"] or "",
                    order="",
                    created=refund["created"],
                    payment=row.payment_intent,
                )
                for refund in row.refunds or []
                if refund["status"] in MADE
            ]
        return intents

    def _known(self, intents):
        """Return the journal's rows of what Stripe said, and of the payments that were refunded."""
        ids = [intent.id for intent in intents]
        return self.env["pos.stripe.payment"].search(
            [
                "|",
                ("payment_intent", "in", ids + [intent.payment for intent in intents]),
                ("refund", "in", ids),
            ]
        )

    def _facts(self, rows):
        """Return rows of the journal as `closing.Row`, by row."""
        finished = self._finished(rows)
        by_card = finished.filtered(lambda payment: payment.payment_method_id._is_stripe_terminal())
        recorded = set(by_card.mapped("uuid"))
        return {
            row: closing.Row(
                line_uuid=row.line_uuid,
                order_uuid=row.order_uuid or "",
                amount=row._signed_minor(),
                currency=row.currency_id.name,
                intent=row._transaction_id() or None,
                state=row.state,
                wanted=row.wanted or None,
                recorded=row.line_uuid in recorded,
                held=row._is_held(),
                taken_back=row._is_taken_back(),
                recorded_as=self._recorded_as(row, finished - by_card),
                payment=row.refunded_payment_id.payment_intent or None,
            )
            for row in rows
        }

    def _finished(self, rows):
        """Return the payments in finished orders of rows: the lines', and others of the orders."""
        payments = self.env["pos.payment"]
        finished = Domain("pos_order_id.state", "not in", ("draft", "cancel"))
        lines = Domain("uuid", "in", rows.mapped("line_uuid"))
        orders = Domain("pos_order_id.uuid", "in", rows.filtered("order_uuid").mapped("order_uuid"))
        # Each search has an index; both in one would read all payments there are.
        return (payments.search(lines & finished) | payments.search(orders & finished)).sorted()

    def _recorded_as(self, row, payments):
        """Return how an order says that it was paid instead of with a row; "" when it does not.

        :param payments: the finished orders' payments without Stripe
        """
        edited = payments.filtered(lambda payment: payment.uuid == row.line_uuid)
        edited = edited or payments.filtered(
            lambda payment: (
                payment.pos_order_id.uuid == row.order_uuid
                and (payment.amount < 0) == (row.kind == REFUND)
                and not payment.is_change
            )
        )
        return ", ".join(edited.payment_method_id.mapped("name"))
