from datetime import datetime, timedelta

from odoo import fields
from odoo.tests import tagged

from .tip_case import TipCase
from .worker import pass_time

CAPTURE = "/v1/payment_intents/*/capture"


@tagged("post_install", "-at_install")
class TestCaptureTold(TipCase):
    """A capture that is not made is told of while there is time to do something."""

    after_payment = True

    def setUp(self):
        super().setUp()
        self.account.overcapture = True

    def sold(self, is_synced=True):
        """Return a payment that the bank approved, and its finished order if there is one."""
        payment = self.pay(10.0)
        self.reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "authorized")
        order = is_synced and self.sync([self.card(payment)], uuid=payment.order_uuid)
        return payment, order

    def end_in(self, payment, **duration):
        """Have Stripe release the card after some time."""
        ends_at = int((datetime.now() + timedelta(**duration)).timestamp())
        charge = self.account.test.objects["charge"][payment.charge]
        charge["payment_method_details"]["card_present"]["capture_before"] = ends_at
        self.env.flush_all()
        payment.capture_before = fields.Datetime.now() + timedelta(**duration)

    def refuse(self, status, code):
        self.simulator.faults.add("POST", CAPTURE, "error", status=status, code=code, times=None)

    def notes(self, record):
        activities = self.env["mail.activity"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )
        return activities.filtered(lambda activity: activity.user_id == self.env.user)

    def only_note(self, record):
        notes = self.notes(record)
        self.assertEqual(len(notes), 1)
        return notes

    def run_for(self, hours):
        """Let time pass with a run in each hour."""
        for _hour in range(hours):
            pass_time(self, hours=1)
            self.run_cron()

    def test_a_refused_capture_is_told_when_due_and_on_the_last_day(self):
        for status, code in ((403, "permission_missing"), (400, "parameter_invalid_empty")):
            with self.subTest(code):
                self.simulator.faults.clear()
                payment, order = self.sold()
                self.end_in(payment, days=5)
                payment.capture_due = fields.Datetime.now() + timedelta(hours=2)
                self.refuse(status, code)
                self.run_for(hours=1)
                self.assertFalse(self.notes(order))
                self.run_for(hours=4)
                note = self.only_note(order)
                self.assertIn("10.00", note.note)
                self.assertIn(payment.payment_intent, note.note)
                self.assertEqual((payment.capture_refusal, payment.state), (code, "authorized"))
                self.end_in(payment, hours=23)
                self.run_for(hours=3)
                self.assertEqual(len(self.notes(order)), 2)
                self.simulator.faults.clear()
                self.run_for(hours=2)
                self.assertEqual(payment.state, "paid")
                self.assertEqual(len(self.notes(order)), 2)

    def test_a_capture_with_a_tip_that_is_refused_is_told_a_day_before_it_lapses(self):
        payment, order = self.sold()
        self.refuse(401, "api_key_expired")
        self.tip_screen(order, 1.5)
        self.carry_out(payment)
        self.end_in(payment, days=3)
        self.run_for(hours=3)
        self.assertFalse(self.notes(order))
        self.end_in(payment, hours=23)
        self.run_for(hours=1)
        note = self.only_note(order)
        self.assertIn("The secret key has expired", note.note)

    def test_what_could_not_be_asked_is_told(self):
        payment, order = self.sold()
        payment.capture_due = fields.Datetime.now()
        self.provider.stripe_secret_key = False
        self.run_for(hours=3)
        note = self.only_note(order)
        self.assertIn("has no secret key", note.note)

    def test_what_is_on_no_order_is_told_on_its_session(self):
        payment, _order = self.sold(is_synced=False)
        payment.capture_due = fields.Datetime.now()
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.run_for(hours=3)
        # The order that never came is another activity.
        notes = self.notes(payment.session_id).mapped("note")
        self.assertEqual(["Stripe does not answer" in note for note in notes].count(True), 1)

    def test_what_is_captured_in_time_is_not_talked_about(self):
        payment, order = self.sold()
        payment.capture_due = fields.Datetime.now()
        self.run_for(hours=3)
        self.assertEqual(payment.state, "paid")
        self.assertFalse(self.notes(order))

    def test_an_order_that_raises_stops_no_other_capture(self):
        (broken, order), (payment, _order) = self.sold(), self.sold()
        untaken = type(order)._stripe_untaken_tip

        def fail_for_one(self):
            if self.id == order.id:
                raise ValueError("out of order")
            return untaken(self)

        self.patch(self.registry["pos.order"], "_stripe_untaken_tip", fail_for_one)
        for row in (broken, payment):
            row.capture_due = fields.Datetime.now()
        with self.assertLogs("odoo.addons.pos_payment_stripe.guard", "ERROR") as logs:
            self.run_cron()
            self.assertEqual((payment.state, broken.state), ("paid", "authorized"))
            self.run_cron()
            self.assertEqual(len(logs.output), 1, "told once")
            # The tip may be lost, the payment must not.
            self.run_for(hours=3)
        self.assertEqual(broken.intent_status, "succeeded")
