import inspect
import re
from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import StripeTerminalCase

YEARS = timedelta(days=3 * 365)


@tagged("post_install", "-at_install")
class TestRetention(StripeTerminalCase):
    """The steps of payments are kept for months, those that somebody may ask for always."""

    def paid(self, **values):
        """Return a payment of an order, with steps of years ago."""
        payment = self.pay(12.0)
        self.reader.tap()
        self.look(payment)
        order = self.draft_order(payment)
        order.action_pos_order_paid()
        order._process_saved_order(draft=False)
        payment.write(values)
        # Another state is carried over to the order, and until then the steps stay anyway.
        payment.write({"carry_due": False, "carry_at": False})
        self.age(payment)
        return payment

    def age(self, payments):
        payments.event_ids.write({"date": fields.Datetime.now() - YEARS})

    def vacuum(self):
        self.env.flush_all()
        self.env["pos.stripe.payment.event"].sudo()._gc_events()
        self.env["pos.stripe.comparison"].sudo()._gc_comparisons()
        self.env.invalidate_all()

    def test_old_steps_of_settled_payments_go(self):
        payment = self.paid()
        payment._log("till", "cancel")
        self.vacuum()
        self.assertEqual(payment.event_ids.mapped("verb"), ["cancel"])
        self.assertEqual(payment.state, "paid")

    def test_odoos_daily_cleaning_does_it(self):
        payment = self.paid()
        events = self.env["pos.stripe.payment.event"].sudo()
        self.env.flush_all()
        for name, method in inspect.getmembers(type(events), inspect.isfunction):
            if getattr(method, "_autovacuum", False):
                getattr(events, name)()
        self.env.invalidate_all()
        self.assertFalse(payment.event_ids)

    def test_what_somebody_may_ask_for_stays(self):
        kept = {
            "unknown": {"state": "unknown"},
            "authorized": {"state": "authorized"},
            "wanted": {"wanted": "refund"},
            "unverified": {"unverified": True},
            "unpaid": {"unpaid": True},
            "unattached": {"payment_id": False},
            "pending refund": {"refund": "re_1", "refund_status": "pending"},
            "disputed": {"disputed": True},
        }
        payments = {name: self.paid(**values) for name, values in kept.items()}
        original = self.paid()
        refund = self.send(self.line(-1.0, refunded_uuid=original.line_uuid))
        self.carry_out(refund)
        refund.refund_status = "pending"
        self.age(original | refund)
        payments.update({"refunded": original, "its refund": refund})
        self.vacuum()
        for name, payment in payments.items():
            with self.subTest(name):
                self.assertTrue(payment.event_ids)

    def test_what_was_refunded_without_an_order_goes(self):
        payment = self.paid(payment_id=False, refunded_minor=1200, refund_status="succeeded")
        self.vacuum()
        self.assertFalse(payment.event_ids)

    def test_a_dispute_is_known_when_a_charge_is_read(self):
        payment = self.paid()
        charge = self.account.test.objects["charge"][payment.charge]
        charge["disputed"] = True
        refund = self.send(self.line(-1.0, refunded_uuid=payment.line_uuid))
        self.carry_out(refund)
        self.assertTrue(payment.disputed)

    def test_comparisons_go_but_those_that_explain_a_difference(self):
        stop_at = fields.Datetime.now() - YEARS
        comparisons = self.env["pos.stripe.comparison"].sudo()
        sessions = self.pos_session.browse()
        for number in range(4):
            sessions |= self._open_session(
                self._create_register(f"Bar {number}", self.other_method)
            )
        plain, accepted, unfinished, open_session = sessions
        for session in sessions:
            comparisons._for_session(session)
        self.env.flush_all()
        closed = (plain | accepted | unfinished).ids
        self.env.cr.execute(
            SQL(
                "UPDATE pos_session SET state = 'closed', stop_at = %s WHERE id = ANY(%s)",
                stop_at,
                closed,
            )
        )
        self.env.invalidate_all()
        comparisons._for_session(accepted).accepted_at = stop_at
        payment = self.paid(unverified=True)
        payment.session_id = unfinished
        self.vacuum()
        left = comparisons.search([("session_id", "in", sessions.ids)]).session_id
        self.assertEqual(left, accepted | unfinished | open_session)

    def test_the_months_are_a_setting(self):
        payment = self.paid()
        payment.event_ids.write({"date": fields.Datetime.now() - timedelta(days=365)})
        settings = self.env["res.config.settings"]
        self.assertEqual(settings.create({}).stripe_terminal_retention_months, 24)
        with self.assertRaises(ValidationError):
            settings.create({"stripe_terminal_retention_months": 2})
        self.vacuum()
        self.assertTrue(payment.event_ids)
        settings.create({"stripe_terminal_retention_months": 8}).execute()
        self.vacuum()
        self.assertFalse(payment.event_ids)

    def test_a_parameter_that_is_none_deletes_nothing_early(self):
        payment = self.paid()
        payment.event_ids.write({"date": fields.Datetime.now() - timedelta(days=100)})
        for value in ("1", "0", "-5", "many", ""):
            self.env["ir.config_parameter"].set_param("pos_payment_stripe.retention_months", value)
            self.vacuum()
            self.assertTrue(payment.event_ids, value)

    def test_years_of_steps_are_not_searched_through(self):
        payment = self.paid()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """INSERT INTO pos_stripe_payment_event (stripe_payment_id, date, kind, verb)
                   SELECT %s, %s - (200000 - number) * interval '5 minutes', 'answer', 'read'
                     FROM generate_series(1, 200000) AS number""",
                payment.id,
                fields.Datetime.now(),
            )
        )
        self.env.cr.execute("ANALYZE pos_stripe_payment_event")
        query = self.env["pos.stripe.payment.event"]._search(
            [("date", "<", fields.Datetime.now() - timedelta(days=690))], limit=1000
        )
        self.env.cr.execute(SQL("EXPLAIN %s", query.select()))
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        self.assertTrue(re.search("Index|Bitmap", plan), plan)
        self.assertNotIn("Seq Scan on pos_stripe_payment_event", plan)
