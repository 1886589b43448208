from unittest.mock import patch

import psycopg2

from odoo import models
from odoo.addons.bus.models.bus import BusBus
from odoo.addons.mail.models.mail_activity import MailActivity
from odoo.addons.point_of_sale.models.pos_order import PosOrder, PosOrderLine
from odoo.addons.point_of_sale.models.pos_payment import PosPayment
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .refund_case import FAILING_CARD, RefundCase
from .tip_case import TipCase
from .worker import Worker, pass_time

CARRY = "odoo.addons.pos_payment_stripe.models.pos_stripe_payment_carry"
LOGGERS = (CARRY, "odoo.sql_db", "odoo.addons.pos_payment_stripe.models.pos_payment")
BASE = "odoo.addons.pos_payment_stripe.models.pos_stripe_payment.PosStripePayment"
LOCKED = "The books are locked until Friday."
# What a third party may raise, and what people read of it.
ERRORS = {
    "user error": (lambda: UserError(LOCKED), LOCKED),
    "validation": (lambda: ValidationError(LOCKED), LOCKED),
    "access": (lambda: AccessError(LOCKED), LOCKED),
    "redirect": (lambda: RedirectWarning(LOCKED, 1, "Go"), LOCKED),
    "integrity": (lambda: psycopg2.IntegrityError("secret detail"), "IntegrityError"),
    "anything": (lambda: ZeroDivisionError("secret detail"), "ZeroDivisionError"),
}


class ThirdParty:
    """What breaks Odoo's own records, for the cases below."""

    def break_method(self, model_class, name, error=None, only=None):
        """Have a method of a model raise until the patcher that is returned is stopped."""
        original, error = getattr(model_class, name), error or (lambda: UserError(LOCKED))

        def broken(records, *args, **kwargs):
            if only and not only(records, *args):
                return original(records, *args, **kwargs)
            self.broken_calls += 1
            raise error()

        self.broken_calls = 0
        patcher = patch.object(model_class, name, broken)
        patcher.start()
        self.addCleanup(patcher.stop)
        return patcher

    def mend(self, patcher):
        patcher.stop()

    def quiet(self):
        mute = mute_logger(*LOGGERS)
        mute.__enter__()
        self.addCleanup(mute.__exit__)

    def notes(self):
        """Return what managers were asked, once for each sentence."""
        return set(self.env["mail.activity"].search([]).mapped("note")) - self.old_notes

    def bus_of(self, payment):
        """Return how many messages about a payment wait on the bus."""
        messages = (
            self.env["bus.bus"].sudo().search([("message", "like", "STRIPE_TERMINAL_PAYMENT")])
        )
        return len(messages.filtered(lambda one: f'"id":{payment.id}' in one.message))

    def retry(self, **pause):
        pass_time(self, **pause)
        self.run_cron()

    def assertUnrecorded(self, payment, words, tries):
        self.assertIn(words, payment.carry_sentence)
        self.assertNotIn("secret", payment.carry_sentence)
        self.assertEqual(payment.carry_tries, tries)
        self.assertFalse(payment.lease_until)

    def assertRecorded(self, payment):
        due = (payment.carry_due, payment.carry_at, payment.carry_tries, payment.carry_sentence)
        self.assertFalse(any(due), due)
        self.assertFalse(payment.unpaid or payment.unverified)
        self.assertFalse(payment.payment_id.stripe_unverified)
        self.assertEqual(payment.payment_id.card_no, payment.card_last4 or False)

    def setUp(self):
        super().setUp()
        self.quiet()
        self.old_notes = set()
        self.old_notes = self.notes()


@tagged("post_install", "-at_install")
class TestEvidence(ThirdParty, RefundCase):
    """What Stripe said stands, whatever Odoo's other records make of it."""

    def forced(self, amount=12.0):
        """Return a payment that was forced while Stripe was silent, its order finished."""
        payment = self.pay(amount)
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(payment)
        payment._force_done()
        self.draft_order(payment)._process_saved_order(draft=False)
        self.simulator.faults.clear()
        return payment

    def forced_and_paid(self):
        """Return a forced payment of which Stripe will say that it was paid after all."""
        payment = self.forced()
        self.reader.tap()
        return payment

    # Each error, where Stripe's answer meets a finished order

    def test_what_stripe_said_is_kept_whatever_the_payment_raises(self):
        for name, (error, words) in ERRORS.items():
            with self.subTest(name):
                payment = self.forced_and_paid()
                patcher = self.break_method(PosPayment, "write", error)
                before = self.bus_of(payment)
                self.look(payment)
                self.assertEqual((payment.state, payment._till_data()["state"]), ("paid", "paid"))
                self.assertUnrecorded(payment, words, tries=1)
                self.assertGreater(self.bus_of(payment), before)
                self.mend(patcher)
                self.retry(minutes=1)
                self.assertRecorded(payment)

    def test_a_constraint_of_the_database(self):
        payment = self.forced_and_paid()
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE pos_payment ADD CONSTRAINT no_cards CHECK (card_no IS NULL) NOT VALID"
        )
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.assertUnrecorded(payment, "CheckViolation", tries=1)
        self.env.cr.execute("ALTER TABLE pos_payment DROP CONSTRAINT no_cards")
        self.retry(minutes=1)
        self.assertRecorded(payment)

    def test_what_raises_only_when_it_is_committed(self):
        payment = self.forced_and_paid()
        write = PosPayment.write

        def late(records, vals):
            def refuse():
                raise UserError(LOCKED)

            records.env.cr.precommit.add(refuse)
            return write(records, vals)

        with patch.object(PosPayment, "write", late):
            self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.assertUnrecorded(payment, LOCKED, tries=1)
        self.retry(minutes=1)
        self.assertRecorded(payment)

    # Trying again

    def test_it_is_tried_again_with_growing_pauses_and_people_are_told_once(self):
        payment = self.forced_and_paid()
        patcher = self.break_method(PosPayment, "write")
        self.look(payment)
        asked = len(self.sent())
        for tries, pause in enumerate((1, 5, 30, 120, 360, 360), start=2):
            calls = self.broken_calls
            self.retry(seconds=60 * pause - 10)
            self.assertEqual(self.broken_calls, calls, "Too early")
            self.assertEqual(len(self.notes()), int(tries > 3))
            self.retry(seconds=11)
            self.assertUnrecorded(payment, LOCKED, tries)
            self.assertEqual(len(self.notes()), int(tries >= 3))
        self.assertEqual(len(self.sent()), asked, "Stripe was asked again")
        (note,) = self.notes()
        self.assertIn(LOCKED, note)
        self.assertEqual(payment.payment_id.pos_order_id.activity_ids[0].note, note)
        self.mend(patcher)
        self.retry(hours=6)
        self.assertRecorded(payment)

    def test_one_failure_is_logged_once(self):
        payment = self.forced_and_paid()
        self.break_method(PosPayment, "write")
        with self.assertLogs(CARRY, "ERROR") as logs:
            self.look(payment)
            self.retry(minutes=1)
            self.retry(minutes=5)
        self.assertEqual(len(logs.records), 1)
        self.assertTrue(logs.records[0].exc_info)

    def test_the_managers_are_told_on_the_session_where_the_order_refuses(self):
        payment = self.forced_and_paid()
        self.break_method(PosPayment, "write")
        self.break_method(
            MailActivity, "create", only=lambda _r, vals: "pos.order" in self.models_of(vals)
        )
        self.look(payment)
        self.retry(minutes=1)
        self.retry(minutes=5)
        (note,) = self.notes()
        self.assertIn(note, payment.session_id.activity_ids.mapped("note"))

    def models_of(self, vals_list):
        ids = [vals.get("res_model_id") for vals in vals_list]
        return self.env["ir.model"].sudo().browse(filter(None, ids)).mapped("model")

    def test_a_manager_tries_again(self):
        payment = self.forced_and_paid()
        patcher = self.break_method(PosPayment, "write")
        self.look(payment)
        self.mend(patcher)
        with self.assertRaises(AccessError):
            payment.with_user(self.cashier).action_carry_over()
        self.env.flush_all()
        payment.with_user(self.manager).action_carry_over()
        self.assertRecorded(payment)

    def test_the_closing_comparison_lists_it(self):
        payment = self.forced_and_paid()
        patcher = self.break_method(PosPayment, "write")
        self.look(payment)
        comparison = self.pos_session._stripe_terminal_comparison()
        problems = [one["problem"] for one in comparison._result()["differences"]]
        self.assertTrue(any(LOCKED in problem for problem in problems), problems)
        self.mend(patcher)
        # Whoever compares again has it tried again.
        comparison._ask(again=True)
        self.run_cron()
        self.assertRecorded(payment)

    # What else may raise

    def test_an_activity_that_cannot_be_made(self):
        payment = self.forced()
        patcher = self.break_method(MailActivity, "create")
        payment._cancel()
        self.carry_out(payment)
        self.assertEqual(payment.state, "canceled")
        self.assertTrue(payment.unpaid)
        self.assertTrue(payment.payment_id.stripe_unverified)
        self.assertFalse(payment.payment_id.ticket)
        self.retry(minutes=1)
        self.retry(minutes=5)
        self.assertFalse(self.notes())
        self.mend(patcher)
        self.retry(hours=2)
        (note,) = self.notes()
        self.assertIn("Ask the customer to pay", note)
        self.assertFalse(payment.carry_due)
        self.assertFalse(payment.carry_tries)

    def test_a_payment_that_cannot_be_marked_is_told_all_the_same(self):
        payment = self.forced()
        payment.payment_id.ticket = "Approved"
        self.break_method(PosPayment, "write")
        payment._cancel()
        self.carry_out(payment)
        self.assertEqual((payment.state, payment.unpaid), ("canceled", True))
        (note,) = self.notes()
        self.assertIn("Ask the customer to pay", note)
        self.assertUnrecorded(payment, LOCKED, tries=1)
        self.assertIn("not taken", payment.carry_sentence)

    def test_a_bus_that_fails(self):
        for name in ("_sendone", "create"):
            with self.subTest(name):
                payment = self.send(self.line(12.0))
                patcher = self.break_method(BusBus, name)
                self.carry_out(payment)
                self.assertEqual(payment.state, "collecting")
                self.reader.tap()
                self.look(payment)
                self.assertEqual(payment._till_data()["state"], "paid")
                self.assertTrue(payment.carry_due)
                self.assertFalse(payment.carry_sentence)
                self.mend(patcher)
                self.retry(minutes=5)
                self.assertTrue(self.bus_of(payment))
                self.assertFalse(payment.carry_due)

    def test_a_refund_that_the_bank_sends_back(self):
        self.simulator.async_refund_time = 0.1
        sale = self.sell(card=FAILING_CARD)
        refund = self.refund(sale, 12.0)
        self.finish(refund)
        patcher = self.break_method(PosPayment, "write")
        self.simulator.wait_until(lambda: self.refunds(sale)[0]["status"] == "failed")
        self.look(refund)
        self.assertEqual(refund.state, "declined")
        self.assertTrue(refund.unpaid)
        self.assertTrue(self.notes())
        self.assertUnrecorded(refund, LOCKED, tries=1)
        self.mend(patcher)
        self.retry(minutes=1)
        self.assertTrue(refund.payment_id.stripe_unverified)
        self.assertFalse(refund.carry_due)

    # An order arrives

    def test_a_sale_is_not_refused_for_what_we_write(self):
        payment = self.pay()
        self.reader.tap()
        self.look(payment)
        order = self.draft_order(payment)
        patcher = self.break_method(PosPayment, "write")
        order._process_saved_order(draft=False)
        self.assertEqual(payment.payment_id, order.payment_ids)
        self.assertUnrecorded(payment, LOCKED, tries=1)
        self.mend(patcher)
        order._process_saved_order(draft=False)
        self.assertRecorded(payment)

    def test_a_sale_is_not_refused_for_a_constraint_of_the_database(self):
        payment = self.pay()
        self.reader.tap()
        self.look(payment)
        order = self.draft_order(payment)
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE pos_payment ADD CONSTRAINT no_cards CHECK (card_no IS NULL)"
        )
        order._process_saved_order(draft=False)
        self.assertUnrecorded(payment, "CheckViolation", tries=1)

    def test_a_payment_that_was_never_sent_refuses_no_sale(self):
        for model_class, name in ((PosPayment, "write"), (MailActivity, "create")):
            with self.subTest(name):
                row = self.Payment.new(
                    {
                        "order_uuid": self.line(1)["order_uuid"],
                        "line_uuid": self.line(1)["line_uuid"],
                        "amount_minor": 1200,
                        "currency_id": self.pos_session.currency_id.id,
                    }
                )
                order = self.draft_order(row)
                patcher = self.break_method(model_class, name)
                order._process_saved_order(draft=False)
                self.mend(patcher)
                self.assertEqual(order.payment_ids.stripe_unverified, name == "create")
                self.assertEqual(bool(order.activity_ids), name == "write")

    def test_the_errors_of_an_order_stay_its_own(self):
        payment = self.forced()
        order = payment.payment_id.pos_order_id
        self.break_method(
            models.BaseModel,
            "_write_multi",
            only=lambda records, *_args: records._name == "pos.order",
        )
        order.floating_order_name = "changed"
        with self.assertRaisesRegex(UserError, LOCKED):
            order.payment_ids._link_stripe_payments()

    # Whoever is killed between

    def test_what_a_killed_process_did_not_do_is_done_by_the_next(self):
        payment = self.forced_and_paid()
        worker = Worker(self, payment)
        worker.claim()
        worker.ask()
        with patch("odoo.addons.pos_payment_stripe.runner.carry_over"):
            worker.finish()
        self.assertEqual(payment.state, "paid")
        self.assertTrue(payment.carry_due)
        self.assertTrue(payment.payment_id.stripe_unverified)
        asked = len(self.sent())
        self.run_cron()
        self.assertRecorded(payment)
        self.assertEqual(len(self.sent()), asked)

    def test_a_plain_payment_notes_nothing_that_is_due(self):
        payment = self.pay()
        self.reader.tap()
        with patch.object(type(self.Payment), "_carry_alone") as alone:
            alone.return_value = ()
            self.look(payment)
        self.assertEqual([call.args for call in alone.call_args_list], [("bus",)])
        with patch.object(type(self.Payment), "_carry_alone") as alone:
            self.look(payment)
        alone.assert_not_called()
        self.assertFalse(payment.carry_due)


@tagged("post_install", "-at_install")
class TestTipEvidence(ThirdParty, TipCase):
    """The same where what is recorded is a tip given on the reader."""

    def forced(self):
        """Return a payment whose tip is not known when its order is finished."""
        self.config.stripe_tip_on_reader = True
        payment = self.pay(10.0)
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(payment)
        payment._force_done()
        self.reader.choose_tip(150)
        self.reader.tap()
        order = self.sync([self.card(payment)], uuid=payment.order_uuid)
        self.simulator.faults.clear()
        return payment, order

    def test_whatever_raises_the_tip_is_recorded_once(self):
        for model_class, name in (
            (PosOrder, "write"),
            (PosOrderLine, "create"),
            (PosPayment, "write"),
        ):
            with self.subTest(f"{model_class.__name__}.{name}"):
                payment, order = self.forced()
                patcher = self.break_method(model_class, name)
                self.look(payment)
                self.assertEqual((payment.state, payment.tip), ("paid", 1.5))
                self.assertUnrecorded(payment, LOCKED, tries=1)
                self.assertFalse(payment.tip_recorded)
                self.assertFalse(self.tip_lines(order))
                self.assertEqual(order.payment_ids.amount, 10.0)
                if model_class is not PosPayment:
                    # What does not hang on the tip is not held up.
                    self.assertEqual(order.payment_ids.card_no, "4242")
                self.retry(minutes=1)
                self.retry(minutes=5)
                self.assertEqual(len(self.notes()), 1)
                self.env["mail.activity"].search([("res_id", "=", order.id)]).unlink()
                self.mend(patcher)
                self.retry(hours=1)
                self.assertRecorded(payment)
                self.assertAgrees(order, 11.5, 1.5)
                self.retry(hours=1)
                self.assertAgrees(order, 11.5, 1.5)


@tagged("post_install", "-at_install")
class TestTipAfterPaymentEvidence(ThirdParty, TipCase):
    """The same where the tip is added after the payment."""

    after_payment = True

    def tipped(self, tip=2.0):
        payment = self.pay(10.0)
        self.reader.tap()
        self.look(payment)
        order = self.sync([self.card(payment)], uuid=payment.order_uuid)
        self.tip_screen(order, tip)
        return payment, order

    def test_a_captured_tip_that_cannot_be_recorded(self):
        payment, order = self.tipped()
        patcher = self.break_method(PosPayment, "write")
        self.carry_out(payment)
        self.assertEqual((payment.state, payment.tip), ("paid", 2.0))
        self.assertUnrecorded(payment, LOCKED, tries=1)
        self.assertFalse(payment.tip_recorded)
        self.mend(patcher)
        self.retry(minutes=1)
        self.assertRecorded(payment)
        self.assertAgrees(order, 12.0, 2.0)

    def test_a_tip_that_comes_too_late_is_no_reason_to_refuse_it(self):
        payment = self.pay(10.0, tip=1.0)
        self.reader.tap()
        self.look(payment)
        payment.write({"tip_after_payment": True})
        order = self.sync([self.card(payment)], uuid=payment.order_uuid)
        patcher = self.break_method(MailActivity, "create")
        self.tip_screen(order, 5.0)
        self.assertTrue(self.broken_calls)
        self.assertUnrecorded(payment, LOCKED, tries=1)
        self.mend(patcher)
        self.retry(minutes=1)
        self.assertEqual(len(self.notes()), 1)
        self.assertRecorded(payment)

    def test_a_missing_tip_of_which_nobody_can_be_told_yet(self):
        self.account.overcapture = True
        self.account.overcapture_limit, self.account.incremental_authorization = 20, False
        payment, order = self.tipped(5.0)
        patcher = self.break_method(MailActivity, "create")
        self.carry_out(payment)
        self.assertAgrees(order, 10.0, 0)
        self.assertUnrecorded(payment, LOCKED, tries=1)
        self.mend(patcher)
        self.retry(minutes=1)
        (note,) = self.notes()
        self.assertIn("5.00", note)
        self.assertRecorded(payment)
