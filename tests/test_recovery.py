from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.pos_payment_stripe import runner
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import StripeTerminalCase
from .worker import pass_time


@tagged("post_install", "-at_install")
class TestRecovery(StripeTerminalCase):
    """Payments that did not go the usual way, and what is made of them."""

    def order_of(self, payment, amount=None, **values):
        """Have a till synchronise a paid order with the line of `payment`."""
        amount = payment.amount if amount is None else amount
        order = {
            "uuid": payment.order_uuid,
            "state": "paid",
            "amount_total": amount,
            "amount_paid": amount,
            "date_order": fields.Datetime.to_string(fields.Datetime.now()),
            "lines": [self.product_line(amount)],
            "payment_ids": [self.card_line(payment, amount=amount)],
        }
        return self.sync_order(**{**order, **values})

    def card_line(self, payment, **values):
        """Return the command with which a till sends the line of `payment`."""
        return (
            0,
            0,
            {
                "uuid": payment.line_uuid,
                "amount": payment.amount,
                "payment_method_id": self.method.id,
                "payment_status": "done",
                **values,
            },
        )

    def paid(self, amount=12.0, minutes_ago=5):
        """Return a payment that Stripe has taken a while ago."""
        payment = self.pay(amount)
        self.reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        payment.settled_at = fields.Datetime.now() - timedelta(minutes=minutes_ago)
        return payment

    def forced(self):
        """Return a payment that was forced while Stripe is silent, and its order."""
        payment = self.pay(12.0)
        self.silence()
        self.look(payment)
        payment._force_done()
        return payment, self.order_of(payment)

    def silence(self):
        self.simulator.faults.add("*", "*", "drop_before", times=None)

    def unattached(self):
        return self.Payment._unattached([("config_id", "=", self.config.id)])

    def activities(self, order):
        return self.env["mail.activity"].search(
            [("res_model", "=", "pos.order"), ("res_id", "=", order.id)]
        )

    # The till's word against Stripe's

    def test_a_sale_takes_the_card_facts_from_the_journal(self):
        payment = self.paid()
        order = self.order_of(payment)
        self.assertEqual(payment.payment_id, order.payment_ids)
        self.assertEqual(order.payment_ids.card_no, "4242")
        self.assertEqual(order.payment_ids.transaction_id, payment.payment_intent)
        self.assertFalse(order.payment_ids.stripe_unverified)
        self.assertFalse(self.activities(order))

    def test_forced_and_paid_becomes_verified(self):
        payment, order = self.forced()
        self.assertTrue(order.payment_ids.stripe_unverified)
        self.reader.tap()
        self.simulator.faults.clear()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.assertFalse(order.payment_ids.stripe_unverified)
        self.assertEqual(order.payment_ids.card_no, "4242")
        self.assertFalse(self.activities(order))

    def test_forced_and_never_paid_tells_the_managers(self):
        payment, order = self.forced()
        self.simulator.faults.clear()
        self.reader.customer_cancel()
        self.look(payment)
        self.assertEqual((payment.state, payment.unverified), ("canceled", False))
        self.assertTrue(payment.unpaid)
        self.assertTrue(order.payment_ids.stripe_unverified)
        activities = self.activities(order)
        self.assertIn(self.env.user, activities.user_id)
        self.assertIn("12.00", activities[0].note)
        self.assertEqual(order.state, "paid")

    def test_forced_while_odoo_was_away(self):
        """The till finished the order by itself; the reader must not ask the next customer."""
        payment = self.pay(12.0)
        order = self.order_of(payment)
        self.assertTrue(order.payment_ids.stripe_unverified)
        self.carry_out(payment)
        self.assertEqual((payment.state, self.reader.screen["state"]), ("canceled", "cancelled"))
        self.assertIn("12.00", self.activities(order)[0].note)

    def test_forced_while_odoo_was_away_and_paid(self):
        payment = self.pay(12.0)
        self.reader.tap()
        order = self.order_of(payment)
        self.carry_out(payment)
        self.assertEqual(payment.state, "paid")
        self.assertFalse(order.payment_ids.stripe_unverified)
        self.assertFalse(self.activities(order))

    def test_the_managers_read_the_language_of_their_company(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.partner_id.lang = "fr_FR"
        payment, order = self.forced()
        self.simulator.faults.clear()
        self.reader.customer_cancel()
        self.look(payment)
        self.assertIn("12,00", self.activities(order)[0].note)

    def test_a_line_that_was_never_sent_is_reported(self):
        payment = self.Payment.new(self.line(12.0) | {"currency_id": self.config.currency_id.id})
        payment.amount_minor = 1200
        order = self.order_of(payment)
        self.assertEqual(order.state, "paid")
        self.assertTrue(order.payment_ids.stripe_unverified)
        self.assertTrue(self.activities(order))

    def test_another_amount_is_reported(self):
        payment = self.paid(12.0)
        order = self.order_of(payment, amount=15.0)
        self.assertTrue(order.payment_ids.stripe_unverified)
        self.assertTrue(payment.unpaid)
        self.assertIn("15.00", self.activities(order)[0].note)
        self.assertIn("12.00", self.activities(order)[0].note)

    def test_the_payment_of_another_order_is_reported(self):
        payment = self.paid(12.0)
        order = self.order_of(payment, uuid="00000000-0000-4000-8000-000000000000")
        self.assertTrue(order.payment_ids.stripe_unverified)

    # Without an order

    def test_paid_without_an_order_is_unattached(self):
        payment = self.paid(12.0)
        self.assertEqual(self.unattached(), payment)
        datum = payment._unattached_data()
        self.assertIn("4242", datum["card"])
        self.assertEqual(datum["register"], "Coffee bar")
        order = self.order_of(payment)
        self.assertFalse(self.unattached())
        # Nobody may cancel it now; it may have been canceled before the card was charged.
        self.env.flush_all()
        self.env.cr.execute("UPDATE pos_order SET state = 'cancel' WHERE id = %s", [order.id])
        self.env.invalidate_all()
        self.assertEqual(self.unattached(), payment)

    def test_a_till_has_time_to_finish_its_order(self):
        self.paid(12.0, minutes_ago=0)
        self.assertFalse(self.unattached())

    def test_attached_to_another_order(self):
        payment = self.paid(12.0)
        order_uuid = "00000000-0000-4000-8000-000000000001"
        payment._attach(self.pos_session, order_uuid, "2-0009")
        self.assertFalse(self.unattached())
        with self.assertRaises(UserError):
            payment._attach(self.pos_session, order_uuid, "2-0010")
        # What tells the till that has it on another order.
        data = payment._till_data()
        self.assertEqual((data["order_uuid"], data["order_ref"]), (order_uuid, "2-0009"))
        order = self.order_of(payment)
        self.assertEqual(order.uuid, order_uuid)
        self.assertFalse(order.payment_ids.stripe_unverified)
        self.assertMoney(payment)

    def test_attached_and_finished_by_the_till_that_had_it(self):
        payment = self.paid(12.0)
        first_uuid = payment.order_uuid
        payment._attach(self.pos_session, "00000000-0000-4000-8000-000000000001", "2-0009")
        attached = self.order_of(payment)
        line = self.card_line(payment, transaction_id=payment.payment_intent)
        order = self.order_of(payment, uuid=first_uuid, payment_ids=[line])
        self.assertNotEqual(order, attached)
        self.assertEqual((order.state, order.payment_ids.amount), ("paid", 12.0))
        self.assertTrue(order.payment_ids.stripe_unverified)
        self.assertIn(attached.pos_reference, self.activities(order)[0].note)
        self.assertEqual(payment.payment_id, attached.payment_ids)
        self.assertFalse(attached.payment_ids.stripe_unverified)

    def test_refunded_once(self):
        payment = self.paid(12.0)
        payment._refund_unattached()
        with self.assertRaises(UserError):
            payment._refund_unattached()
        self.carry_out(payment)
        self.carry_out(payment)
        self.assertEqual((payment.state, payment.refunded_minor), ("paid", 1200))
        self.assertFalse(payment.wanted)
        self.assertFalse(self.unattached())
        self.assertEqual(self.refunded(payment), 1200)

    def test_an_order_that_comes_after_its_payment_was_refunded(self):
        payment = self.paid(12.0)
        payment._refund_unattached()
        data = payment._till_data()
        self.assertEqual(data["state"], "canceled")
        self.assertIn("is refunded", data["sentence"])
        order = self.order_of(payment)
        self.assertTrue(order.payment_ids.stripe_unverified)
        self.carry_out(payment)
        self.assertEqual((payment.refunded_minor, payment.unpaid), (1200, True))
        self.assertTrue(order.payment_ids.stripe_unverified)
        self.assertFalse(order.payment_ids.ticket)
        self.assertIn("after it had been refunded", self.activities(order)[0].note)

    def test_an_ordinary_refund_leaves_the_sale_confirmed(self):
        payment = self.paid(12.0)
        order = self.order_of(payment)
        refund = self.send(self.line(-12.0, refunded_uuid=payment.line_uuid))
        self.carry_out(refund)
        self.carry_out(payment)
        self.assertEqual((payment.refunded_minor, payment._till_data()["state"]), (1200, "paid"))
        self.assertFalse(order.payment_ids.stripe_unverified)
        self.assertTrue(order.payment_ids.ticket)

    def test_a_refund_that_stripe_refuses_says_why(self):
        payment = self.paid(12.0)
        payment._refund_unattached()
        self.simulator.faults.add(
            "POST", "/v1/refunds", "error", status=400, code="insufficient_funds"
        )
        self.carry_out(payment)
        self.assertEqual(self.unattached(), payment)
        self.assertTrue(payment._unattached_data()["problem"])

    def test_a_refund_that_the_bank_sends_back_is_unattached_again(self):
        self.simulator.async_refund_time = 0.1
        payment = self.pay(12.0)
        self.reader.tap("4000000000005126")
        self.look(payment)
        payment.settled_at = fields.Datetime.now() - timedelta(minutes=5)
        payment._refund_unattached()
        self.carry_out(payment)
        self.assertFalse(self.unattached())
        self.simulator.wait_until(
            lambda: next(iter(self.account.test.all("refund")))["status"] == "failed"
        )
        pass_time(self, hours=30)
        self.run_cron()
        self.assertEqual((payment.refunded_minor, self.unattached()), (0, payment))

    def test_lost_answer_of_the_refund(self):
        payment = self.paid(12.0)
        self.simulator.faults.add("POST", "/v1/refunds", "drop_after", times=1)
        payment._refund_unattached()
        self.carry_out(payment)
        self.assertEqual(payment.refunded_minor, 1200)
        self.assertEqual(self.refunded(payment), 1200)

    def test_refund_while_stripe_is_silent_is_done_later(self):
        payment = self.paid(12.0)
        payment._refund_unattached()
        self.silence()
        self.carry_out(payment)
        self.assertEqual((payment.wanted, payment.refunded_minor), ("refund", 0))
        self.simulator.faults.clear()
        payment.look_at = fields.Datetime.now()
        self.run_cron()
        self.assertEqual(self.refunded(payment), 1200)

    def refunded(self, payment):
        """Return what the simulator refunded for a payment, in minor units."""
        (intent,) = [
            intent
            for intent in self.simulator.ledger(self.account)["intents"]
            if intent["id"] == payment.payment_intent
        ]
        return intent["refunded"]

    # The reader is with another till

    def test_take_over(self):
        first = self.pay(5.0)
        other = self._open_session(self._create_register("Terrace", self.method))
        line = self.line(6.0)
        second = self.send(line, session=other)
        holder_id = second._till_data()["holder"]
        self.assertEqual(holder_id, first.id)
        second._take_over(holder_id)
        self.carry_out(first)
        self.assertEqual(first.state, "canceled")
        self.send(self.again(line), session=other)
        self.carry_out(second)
        self.assertEqual(second.state, "collecting")
        self.reader.tap()
        self.look(second)
        self.assertMoney(first, second)

    def test_take_over_leaves_the_next_customer_alone(self):
        first = self.pay(5.0)
        other = self._open_session(self._create_register("Terrace", self.method))
        second = self.send(self.line(6.0), session=other)
        seen = second._till_data()["holder"]
        self.reader.tap()
        self.look(first)
        third = self.pay(7.0)
        second._take_over(seen)
        self.assertFalse(third.wanted)
        self.assertEqual(first.state, "paid")

    # Nobody asks any more

    def test_the_cron_settles_what_no_till_asks_for(self):
        payment = self.pay(5.0)
        self.reader.tap()
        self.run_cron()
        self.assertEqual(payment.state, "collecting", "a till was here just now")
        payment.look_at = fields.Datetime.now()
        self.run_cron()
        self.assertEqual(payment.state, "paid")

    def test_the_cron_stops_when_stripe_is_silent(self):
        payments = self.Payment
        for number in range(3):
            method = self._create_method(f"Card {number}", f"WSC00000000010{number}")
            self.account.add_reader(serial_number=f"WSC00000000010{number}")
            payment = self.send(self.line(5.0), method=method)
            self.carry_out(payment)
            payments |= payment
        payments.look_at = fields.Datetime.now()
        self.silence()
        before = len(self.sent())
        self.run_cron()
        self.assertEqual(len(self.sent()) - before, 3, "the tries of one row")
        self.assertEqual(sorted(payments.mapped("state")), ["collecting", "collecting", "unknown"])

    def test_the_cron_leaves_what_stripe_refuses_alone_for_a_while(self):
        payment = self.pay(5.0)
        del self.account.test.objects["payment_intent"][payment.payment_intent]
        payment.look_at = fields.Datetime.now()
        self.run_cron()
        self.assertEqual((payment.state, payment.failure_code), ("unknown", "resource_missing"))
        before = len(self.sent())
        self.run_cron()
        self.assertEqual(len(self.sent()), before)
        pass_time(self, hours=3)
        self.run_cron()
        self.assertGreater(len(self.sent()), before)
        self.assertGreater(payment.look_at, fields.Datetime.now() + timedelta(minutes=30))

    def test_a_row_that_fails_does_not_keep_the_cron_from_the_others(self):
        other = self.other_paid()
        payment = self.pay(5.0)
        (payment | other).look_at = fields.Datetime.now()
        carry_out = runner.carry_out

        def fail_for_one(dbname, record_id, *args):
            if record_id == payment.id:
                raise ValueError("out of order")
            return carry_out(dbname, record_id, *args)

        logger = "odoo.addons.pos_payment_stripe.models.pos_stripe_payment_cron"
        with patch.object(runner, "carry_out", fail_for_one), mute_logger(logger):
            self.run_cron()
        self.assertEqual(other.state, "paid")
        self.assertGreater(payment.look_at, fields.Datetime.now())

    def other_paid(self):
        """Return a payment of another reader whose card was charged, and nobody has looked."""
        method = self._create_method("Other", "WSC000000000099")
        reader = self.account.add_reader(serial_number="WSC000000000099")
        payment = self.send(self.line(5.0), method=method)
        self.carry_out(payment)
        reader.tap()
        return payment

    def test_a_reader_is_free_again_though_it_was_busy_with_a_canceled_payment(self):
        """Canceled in the dashboard while a card is in the reader, which lets go of neither."""
        payment = self.pay(5.0)
        self.provider._stripe_terminal_gateway().cancel_payment_intent(payment.payment_intent, "x")
        self.simulator.faults.add(
            "POST",
            "/v1/terminal/readers/*/cancel_action",
            "error",
            status=400,
            code="terminal_reader_busy",
        )
        self.look(payment)
        self.assertEqual((payment.state, payment.holds_reader), ("canceled", True))
        self.simulator.faults.clear()
        payment.look_at = fields.Datetime.now()
        self.run_cron()
        self.assertFalse(payment.holds_reader)
        self.assertEqual(self.pay(6.0).state, "collecting")

    def test_a_declined_intent_is_closed_in_the_end(self):
        payment = self.pay(5.0)
        self.reader.decline()
        self.look(payment)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE pos_stripe_payment SET write_date = write_date - interval '1 day',"
            " look_at = look_at - interval '1 day' WHERE id = %s",
            (payment.id,),
        )
        self.env.invalidate_all()
        self.run_cron()
        self.assertEqual((payment.state, payment.intent_status), ("canceled", "canceled"))
