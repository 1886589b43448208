import os
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..hooks import uninstall_hook
from .common import OwnAccountCase
from .worker import Worker

UNREACHABLE = "http://127.0.0.1:1"


@tagged("post_install", "-at_install")
class TestUninstall(OwnAccountCase):
    """What the addon leaves behind: a till that sells, and a word on each unsettled payment.

    The tables themselves go after this; a live tour uninstalls the addon altogether.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.method = cls.config.payment_method_ids

    def uninstall(self):
        self.env.flush_all()
        with mute_logger("odoo.addons.pos_payment_stripe.hooks"):
            uninstall_hook(self.env)
        self.env.invalidate_all()

    def uninstall_in_silence(self):
        with patch.dict(os.environ, STRIPE_API_BASE=UNREACHABLE):
            self.uninstall()

    def finish(self, payment, **values):
        """Have the till synchronise the finished order of a payment."""
        order = self.draft_order(payment, **values)
        order.action_pos_order_paid()
        order._process_saved_order(draft=False)
        return order

    def notes(self, record):
        return "\n".join(record.message_ids.mapped("body"))

    def intent(self, payment):
        """Return the PaymentIntent as Stripe has it."""
        return self.account.test.objects["payment_intent"][payment.payment_intent]

    def test_methods_become_ones_without_terminal(self):
        """Also while a session is open, when the ORM would refuse."""
        journals = self.method.journal_id
        untouched = self.env["pos.payment.method"].create(
            {"name": "By hand", "split_transactions": True}
        )
        last_change = untouched.write_date
        with self.assertRaises(UserError):
            self.method.name = "Refused"
        self.uninstall()
        self.assertFalse(self.method.use_payment_terminal)
        self.assertEqual(self.method.payment_method_type, "none")
        self.assertEqual(self.method.journal_id, journals)
        self.assertEqual(untouched.write_date, last_change)

    def test_a_running_payment_is_taken_back(self):
        payment = self.pay(12.0)
        order = self.draft_order(payment)
        self.uninstall()
        self.assertEqual(self.intent(payment)["status"], "canceled")
        self.assertEqual(self.reader.screen["state"], "cancelled")
        self.assertEqual(order.state, "draft")
        self.assertFalse(order.payment_ids)
        self.assertNotIn("uninstalled", self.notes(order))

    def test_a_card_that_was_charged_meanwhile(self):
        """The order that is still being paid keeps the payment, with all that is known of it."""
        payment = self.pay(12.0)
        order = self.draft_order(payment)
        self.reader.tap()
        self.uninstall()
        self.assertEqual(order.payment_ids.payment_status, "done")
        self.assertEqual(order.payment_ids.transaction_id, payment.payment_intent)
        self.assertEqual(order.payment_ids.card_no, "4242")
        self.assertNotIn("uninstalled", self.notes(order))

    def test_a_declined_payment_is_closed_at_stripe(self):
        payment = self.pay(12.0)
        self.reader.decline()
        self.look(payment)
        self.assertEqual(payment.state, "declined")
        self.uninstall()
        self.assertEqual(self.intent(payment)["status"], "canceled")

    def test_an_authorized_payment_is_captured(self):
        payment = self.pay(12.0)
        self.reader.tap()
        self.env.cr.execute(
            "UPDATE pos_stripe_payment SET state = 'authorized' WHERE id = %s", [payment.id]
        )
        self.env.invalidate_all()
        self.uninstall()
        self.assertEqual(self.intent(payment)["amount_received"], 1200)

    def test_a_payment_that_waits_for_its_tip_is_captured(self):
        self.config.set_tip_after_payment = True
        self.account.overcapture = True
        payment = self.pay(12.0)
        self.reader.tap()
        self.look(payment)
        order = self.finish(payment)
        self.assertTrue(payment._is_held())
        self.uninstall()
        self.assertEqual(self.intent(payment)["amount_received"], 1200)
        self.assertNotIn("uninstalled", self.notes(order))

    def test_a_settled_sale_is_not_talked_about(self):
        payment = self.pay(12.0)
        self.reader.tap()
        self.look(payment)
        order = self.finish(payment)
        # What is the addon's goes with it.
        names = [name for name in order.payment_ids._fields if not name.startswith("stripe_")]
        before = order.payment_ids.read(names)
        self.uninstall()
        self.assertEqual(order.payment_ids.read(names), before)
        self.assertNotIn("uninstalled", self.notes(order))
        self.assertNotIn("uninstalled", self.notes(self.pos_session))

    def test_charged_and_on_no_order(self):
        payment = self.pay(12.0)
        self.reader.tap()
        self.uninstall()
        note = self.notes(self.pos_session)
        self.assertIn("for order 2-0001: the card was charged, but no order shows it", note)
        self.assertIn(payment.payment_intent, note)

    def test_stripe_is_silent(self):
        payment = self.pay(12.0)
        order = self.draft_order(payment)
        self.provider.stripe_terminal_webhook_id = "we_1"
        self.uninstall_in_silence()
        self.assertIn("it is not known whether the card was charged", self.notes(order))
        self.assertIn(payment.payment_intent, self.notes(order))
        self.assertFalse(order.payment_ids)
        self.assertFalse(self.method.use_payment_terminal)

    def test_forced_and_never_confirmed(self):
        payment = self.pay(12.0)
        with patch.dict(os.environ, STRIPE_API_BASE=UNREACHABLE):
            self.look(payment)
        payment._force_done()
        order = self.finish(payment)
        self.uninstall_in_silence()
        self.assertIn("it is not known whether the card was charged", self.notes(order))

    def test_forced_and_not_paid(self):
        """The activity that told the managers of it becomes a note: orders have none any more."""
        payment = self.pay(12.0)
        with patch.dict(os.environ, STRIPE_API_BASE=UNREACHABLE):
            self.look(payment)
        payment._force_done()
        order = self.finish(payment)
        self.uninstall()
        note = self.notes(order)
        self.assertEqual(note.count("Ask the customer to pay, or correct the order"), 1)
        self.assertFalse(self.env["mail.activity"].search([("res_model", "=", "pos.order")]))

    def test_somebody_else_carries_the_payment_out(self):
        """A thread that died with its lease does not keep the addon from being uninstalled."""
        payment = self.pay(12.0)
        Worker(self, payment).claim()
        with patch("odoo.addons.pos_payment_stripe.hooks.time.sleep"):
            self.uninstall()
        self.assertIn("it is not known whether", self.notes(self.pos_session))

    def test_the_webhook_is_removed_at_stripe(self):
        self.provider.action_stripe_terminal_create_webhook()
        self.assertTrue(self.account.test.all("webhook_endpoint"))
        self.uninstall()
        self.assertFalse(self.account.test.all("webhook_endpoint"))

    def test_authorized_and_never_captured(self):
        payment = self.pay(12.0)
        self.reader.tap()
        self.look(payment)
        payment.write({"state": "authorized", "intent_status": "requires_capture"})
        self.env.flush_all()
        self.uninstall_in_silence()
        self.assertIn("authorized on the card", self.notes(self.pos_session))

    def test_a_refund_that_stripe_did_not_hear_of(self):
        payment = self.pay(12.0)
        self.reader.tap()
        self.look(payment)
        payment.wanted = "refund"
        self.uninstall_in_silence()
        self.assertIn("it was to be refunded", self.notes(self.pos_session))
