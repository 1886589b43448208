from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OwnAccountCase

GUARD = "odoo.addons.pos_payment_stripe.guard"


@tagged("post_install", "-at_install")
class TestUnfinished(OwnAccountCase):
    """Card money on an order that nobody finishes reaches the managers, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config = cls._create_register("Terrace", cls.method)
        cls.pos_session = cls._open_session(cls.config)

    def left(self, amount=12.0, minutes=61, **values):
        """Return a payment that was taken so long ago, and its draft order."""
        payment = self.pay(amount, **values)
        self.reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        payment.settled_at = fields.Datetime.now() - timedelta(minutes=minutes)
        return payment, self.draft_order(payment)

    def told(self, order):
        """Return what this test's manager was told of an order."""
        self.Payment._tell_unfinished()
        return order.activity_ids.filtered(lambda one: one.user_id == self.manager)

    def test_managers_are_told_once(self):
        payment, order = self.left()
        (activity,) = self.told(order)
        self.assertIn("unfinished", activity.summary)
        self.assertIn("12.00", activity.note)
        self.assertIn("Terrace", activity.note)
        self.assertTrue(payment.unfinished_told_at)
        self.assertEqual(self.told(order), activity)
        activity.unlink()
        self.assertFalse(self.told(order))

    def test_the_scheduled_action_tells(self):
        _payment, order = self.left()
        self.run_cron()
        self.assertTrue(order.activity_ids)

    def test_nobody_is_told_within_the_hour(self):
        _payment, order = self.left(minutes=59)
        self.assertFalse(self.told(order))

    def test_nobody_is_told_of_a_finished_order(self):
        _payment, order = self.left()
        order._process_saved_order(draft=False)
        self.assertFalse(self.told(order))

    def test_nobody_is_told_of_money_that_was_refunded(self):
        payment, order = self.left()
        payment.refunded_minor = payment.amount_received
        self.assertFalse(self.told(order))

    def test_nobody_is_told_of_money_that_is_refunded(self):
        payment, order = self.left()
        payment.wanted = "refund"
        self.assertFalse(self.told(order))

    def test_two_cards_on_one_order_are_one_activity(self):
        payment, order = self.left(12.0)
        other = self.pay(5.0, order_uuid=payment.order_uuid)
        self.reader.tap()
        self.look(other)
        other.settled_at = payment.settled_at
        (activity,) = self.told(order)
        self.assertIn("17.00", activity.note)
        later = self.pay(3.0, order_uuid=payment.order_uuid)
        self.reader.tap()
        self.look(later)
        later.settled_at = payment.settled_at
        self.assertEqual(self.told(order), activity)

    def test_an_order_that_never_came_is_told_of_on_its_session(self):
        payments = self.Payment
        order_uuid = "00000000-0000-4000-8000-000000000009"
        for amount in (12.0, 5.0):
            payment = self.pay(amount, order_uuid=order_uuid)
            self.reader.tap()
            self.look(payment)
            payment.settled_at = fields.Datetime.now() - timedelta(minutes=61)
            payments |= payment
        for _run in range(2):
            self.Payment._tell_unfinished()
            activities = self.pos_session.activity_ids
            (activity,) = activities.filtered(lambda one: one.user_id == self.manager)
            self.assertIn("17.00", activity.note)
            self.assertIn("restore", activity.note)
        self.assertTrue(all(payments.mapped("unfinished_told_at")))

    def test_an_order_that_cannot_be_told_of_keeps_no_other_from_it(self):
        (_payment, broken), (_other, order) = self.left(), self.left(5.0)
        tell = type(broken)._stripe_tell_managers

        def fail_for_one(record, *args):
            if record == broken:
                raise ValueError("out of order")
            return tell(record, *args)

        self.patch(self.registry["pos.order"], "_stripe_tell_managers", fail_for_one)
        with mute_logger(GUARD):
            self.assertTrue(self.told(order))
        self.assertFalse(broken.activity_ids)

    def test_they_are_told_in_their_company_s_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.partner_id.lang = "fr_FR"
        payment, _order = self.left()
        self.assertEqual(payment._in_company_language().env.lang, "fr_FR")
        seen = []
        self.patch(
            self.registry["pos.order"],
            "_stripe_tell_managers",
            lambda record, summary, note: seen.append(note),
        )
        self.Payment._tell_unfinished()
        self.assertIn("12,00", seen[0])
