from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .. import runner
from ..stripe_terminal import closing, money
from .pos_payment_method import TERMINAL

ASKING = "asking"
DONE = "done"
FAILED = "failed"

# What Stripe said is good for so long, if no payment goes on meanwhile.
MAX_AGE = timedelta(minutes=10)
# Nobody waits longer for an answer.
PATIENCE = timedelta(seconds=15)


def _to_minor(payment):
    """Return the amount of a `pos.payment` in minor units, None when it does not fit into them."""
    try:
        return money.to_minor(payment.amount, payment.currency_id.name)
    except ValueError:
        return None


class PosStripeComparison(models.Model):
    """What Stripe says of a session's payments, fetched beside the requests, for closing it.

    Only Stripe's side is stored. What it is compared with is read each time, so that a payment
    that was attached meanwhile is no difference any more.
    """

    _name = "pos.stripe.comparison"
    _description = "Stripe Terminal Closing Comparison"
    _rec_name = "session_id"

    session_id = fields.Many2one("pos.session", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="session_id.config_id.company_id", store=True, index=True)
    state = fields.Selection(
        [(ASKING, "Asking Stripe"), (DONE, "Compared"), (FAILED, "Stripe Cannot Be Asked")],
        required=True,
        readonly=True,
    )
    asked_at = fields.Datetime(readonly=True)
    compared_at = fields.Datetime(readonly=True)
    failure_code = fields.Char(readonly=True)
    journal = fields.Json(readonly=True, help="The journal's states when Stripe was asked.")
    intents = fields.Json(string="PaymentIntents", readonly=True)
    tries = fields.Integer(readonly=True)
    lease_owner = fields.Char(readonly=True)
    lease_until = fields.Datetime(readonly=True)
    accepted_keys = fields.Json(string="Accepted Differences", readonly=True)
    accepted_by = fields.Char(readonly=True)
    accepted_at = fields.Datetime(readonly=True)

    _session_unique = models.Constraint(
        "UNIQUE (session_id)", "A session has one comparison with Stripe."
    )

    @api.model
    def _of(self, session):
        """Return the comparison of a session, created if need be, also when two tills race."""
        comparison = self.search([("session_id", "=", session.id)])
        if comparison:
            return comparison
        # A racing insert makes PostgreSQL report a serialization failure here, and Odoo
        # repeats the request; the ORM's create would report a broken constraint instead.
        self.env.cr.execute(
            SQL(
                """INSERT INTO pos_stripe_comparison (session_id, company_id, state)
                   VALUES (%s, %s, %s) ON CONFLICT (session_id) DO NOTHING RETURNING id""",
                session.id,
                session.config_id.company_id.id,
                FAILED,
            )
        )
        return self.browse(self.env.cr.fetchone()[0])

    # Asking

    def _ask(self, again=False):
        """Have Stripe asked beside this request, when a payment has gone on since its answer.

        :param bool again: ask in any case, unless the answer is on its way
        """
        is_outdated = self.state == DONE and not self._is_known()
        if self._is_asking() or not (again or is_outdated):
            return
        self._rows()._look()
        self.write({"state": ASKING, "asked_at": fields.Datetime.now(), "tries": 0})
        comparison_id, dbname, model = self.id, self.env.cr.dbname, self._name
        self.env.cr.postcommit.add(lambda: runner.submit(dbname, comparison_id, model=model))

    def _is_asking(self):
        """Tell whether an answer may still come; nobody waits for one for ever."""
        return self.state == ASKING and self.asked_at > fields.Datetime.now() - PATIENCE

    def _is_known(self):
        """Tell whether Stripe has answered, and no payment has gone on since it was asked."""
        return (
            self.state == DONE
            and self.compared_at > fields.Datetime.now() - MAX_AGE
            and (self.journal or []) == self._journal()
        )

    # Odoo's side

    def _payments(self):
        """Return the session's payments with Stripe that belong to finished orders."""
        return self.session_id._get_closed_orders().payment_ids.filtered(
            lambda payment: (
                payment.payment_method_id.use_payment_terminal == TERMINAL
                and not payment.currency_id.is_zero(payment.amount)
            )
        )

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
        intents, rows = [], self._rows()
        if self._is_known():
            intents = [closing.Intent(*values) for values in self.intents or []]
            # A payment that was attached to an order of another session has its row there.
            ids = [intent.id for intent in intents]
            known = rows.search(["|", ("payment_intent", "in", ids), ("refund", "in", ids)])
            # A company that shares the account may have a session of the same name.
            foreign = known.filtered(lambda row: row.company_id != self.company_id)
            others = {*foreign.mapped("payment_intent"), *foreign.mapped("refund")}
            intents = [intent for intent in intents if intent.id not in others]
            rows |= known - foreign
        finished = self.env["pos.payment"].search(
            [
                ("uuid", "in", rows.mapped("line_uuid")),
                # Somebody may have changed how the order was paid.
                ("payment_method_id.use_payment_terminal", "=", TERMINAL),
                ("pos_order_id.state", "not in", ("draft", "cancel")),
            ]
        )
        recorded = set(finished.mapped("uuid"))
        if not self._is_known():
            intents = [row._closing_intent() for row in rows if row._transaction_id()]
        return closing.compare(
            [
                closing.Recorded(
                    payment.uuid,
                    payment.pos_order_id.uuid,
                    _to_minor(payment),
                    payment.currency_id.name,
                    payment.transaction_id or None,
                )
                for payment in self._payments()
            ],
            [
                closing.Row(
                    row.line_uuid,
                    row.order_uuid or "",
                    row._signed_minor(),
                    row.currency_id.name,
                    row._transaction_id() or None,
                    row.state,
                    row.wanted or None,
                    row.line_uuid in recorded,
                    row._is_held(),
                    row._is_taken_back(),
                )
                for row in rows
            ],
            {intent.id: intent for intent in intents},
        )

    # Closing with a difference

    def _accept(self, keys, name):
        """Note that a person with the right to do so closes with these differences.

        :param list keys: of the differences that the person has seen
        :param str name: of the person
        """
        self.write(
            {"accepted_keys": keys, "accepted_by": name, "accepted_at": fields.Datetime.now()}
        )

    def _accepts(self, differences):
        """Tell whether a person has seen all these differences and closes all the same."""
        return (
            bool(self.accepted_at)
            and self.accepted_at > fields.Datetime.now() - MAX_AGE
            and {difference["key"] for difference in differences} <= set(self.accepted_keys or [])
        )
