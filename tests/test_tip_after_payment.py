from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .tip_case import TipCase
from .worker import pass_time

UNIONPAY = "6200000000000005"
EFTPOS = "6280000360000978"


@tagged("post_install", "-at_install")
class TestTipAfterPayment(TipCase):
    """A card that is authorized first, and charged with the tip that the guest leaves."""

    after_payment = True

    def setUp(self):
        super().setUp()
        self.account.overcapture = True

    def authorized(self, amount=10.0, card="4242424242424242", **values):
        """Return a payment that the bank has approved."""
        payment = self.pay(amount, **values)
        self.assertEqual(self.reader.screen["state"], "amount")
        self.reader.tap(card)
        self.look(payment)
        return payment

    def sold(self, *payments):
        """Return the finished order of some payments, as a till synchronises it."""
        payments = payments or (self.authorized(),)
        cards = [self.card(payment) for payment in payments]
        order = self.sync(cards, uuid=payments[0].order_uuid)
        return order, *payments

    def captured(self, payment):
        return self.account.intent(payment.payment_intent)["amount_received"]

    # Authorized

    def test_authorized_is_done_for_the_till(self):
        payment = self.authorized()
        data = payment._till_data()
        self.assertEqual((data["state"], data["held"], data["amount"]), ("authorized", True, 10.0))
        order, _payment = self.sold(payment)
        self.assertEqual(order.state, "paid")
        self.assertFalse(payment.unverified or payment.payment_id.stripe_unverified)
        self.assertEqual(self.captured(payment), 0)

    def test_canceled_while_the_guest_taps_is_not_done_for_the_till(self):
        payment = self.pay(10.0)
        self.reader.tap()
        payment._cancel()
        self.simulator.faults.add("POST", "/v1/payment_intents/*/cancel", "drop_before", times=None)
        self.carry_out(payment)
        self.assertEqual(payment.intent_status, "requires_capture")
        data = payment._till_data()
        self.assertEqual((data["held"], data["canceling"]), (False, True))
        self.simulator.faults.clear()
        self.carry_out(payment)
        self.assertEqual(payment.state, "canceled")
        self.assertEqual(self.captured(payment), 0)

    def test_a_sold_meal_is_not_taken_back_at_a_till(self):
        _order, payment = self.sold()
        payment._cancel()
        self.carry_out(payment)
        self.assertEqual((payment.state, payment.wanted), ("authorized", False))
        payment.payment_id._unlink_give_up_stripe_payments()
        self.carry_out(payment)
        self.assertEqual(payment.state, "canceled")

    def test_waiting_for_the_tip_asks_stripe_nothing(self):
        payment = self.authorized()
        pass_time(self, hours=3)
        kicked = []
        self.patch(
            self.registry["pos.stripe.payment"],
            "_kick",
            lambda payments, insist=False: kicked.extend(payments.ids),
        )
        before = len(self.sent())
        payment._request_read()
        self.run_cron()
        self.assertFalse(kicked)
        self.assertEqual(len(self.sent()), before)

    def test_a_charge_that_takes_no_tip_is_captured_at_once(self):
        for card, status in ((UNIONPAY, "captured"), (EFTPOS, "at once")):
            with self.subTest(card=card, status=status):
                payment = self.authorized(card=card)
                self.assertEqual((payment.state, payment.tip), ("paid", 0))
                self.assertFalse(payment._till_data()["held"])
        self.audit()

    def test_a_tip_that_was_entered_before_is_charged_at_once(self):
        payment = self.authorized(11.0, tip=1.0)
        self.assertEqual(payment.state, "paid")

    def test_registers_without_tips_after_the_payment_charge_at_once(self):
        self.config.set_tip_after_payment = False
        self.assertEqual(self.authorized().state, "paid")

    def test_a_split_order_that_is_tipped_at_the_till_waits_for_no_more(self):
        first = self.authorized(4.0)
        second = self.authorized(7.0, order_uuid=first.order_uuid, tip=1.0)
        self.assertEqual((first.state, second.state), ("authorized", "paid"))
        cards = [self.card(first), self.card(second)]
        order = self.sync(cards, tip=1.0, uuid=first.order_uuid)
        self.carry_out(first)
        self.assertEqual((self.captured(first), self.captured(second)), (400, 700))
        order.write({"is_tipped": True, "tip_amount": 1.0})  # as each synchronisation does
        self.assertEqual((order.amount_total, order.amount_paid), (11.0, 11.0))
        self.assertEqual((order.tip_amount, len(self.activities(order))), (1.0, 0))
        self.audit()

    # Captured

    def test_with_tip(self):
        order, payment = self.sold()
        self.tip_screen(order, 1.5)
        # Nothing shows more than Stripe has, until it has it.
        self.assertEqual((order.amount_paid, payment.payment_id.amount), (10.0, 10.0))
        self.carry_out(payment)
        self.assertAgrees(order, 11.5, 1.5)
        self.assertEqual(payment.tip, 1.5)
        self.audit()

    def test_with_tip_by_authorizing_more(self):
        self.account.overcapture = False
        order, payment = self.sold()
        path = "/v1/payment_intents/*/increment_authorization"
        before = len(self.sent("POST", path))
        self.tip_screen(order, 1.5)
        self.carry_out(payment)
        self.assertEqual(len(self.sent("POST", path)) - before, 1)
        self.assertAgrees(order, 11.5, 1.5)
        self.audit()

    def test_without_tip(self):
        order, payment = self.sold()
        self.tip_screen(order, 0)
        self.carry_out(payment)
        self.assertAgrees(order, 10.0, 0)
        self.assertFalse(self.activities(order))
        self.audit()

    def test_a_till_that_dies_before_it_says_that_the_order_is_tipped(self):
        order, payment = self.sold()
        self.env["pos.order.line"].create(
            {**self.order_line(self.tip_product, 1.5)[2], "order_id": order.id}
        )
        self.carry_out(payment)
        self.assertAgrees(order, 11.5, 1.5)

    def test_several_cards(self):
        first = self.authorized(4.0)
        second = self.authorized(6.0, order_uuid=first.order_uuid)
        order, *_payments = self.sold(first, second)
        self.tip_screen(order, 1.5)
        self.carry_out(first)
        self.carry_out(second)
        self.assertEqual((self.captured(first), self.captured(second)), (550, 600))
        self.assertAgrees(order, 11.5, 1.5)
        self.audit()

    def test_a_tip_with_taxes_in_it(self):
        self.config.tip_product_id = self._create_taxed_product(10)
        self.tip_product = self.config.tip_product_id
        order, payment = self.sold()
        self.tip_screen(order, 1.5)
        self.carry_out(payment)
        self.assertAgrees(order, 11.5, 1.5)
        self.assertAlmostEqual(order.amount_tax, 1.30 + 0.14)

    def test_lost_answers_capture_once(self):
        for path in ("increment_authorization", "capture"):
            for kind in ("drop_before", "drop_after", "500_after"):
                with self.subTest(path=path, kind=kind):
                    self.account.overcapture = path == "capture"
                    order, payment = self.sold()
                    route = f"/v1/payment_intents/*/{path}"
                    self.simulator.faults.add("POST", route, kind, times=1)
                    self.tip_screen(order, 1.5)
                    self.come_to_rest(payment)
                    self.assertAgrees(order, 11.5, 1.5)
        self.audit()

    def test_a_silent_stripe_is_asked_until_it_answers(self):
        order, payment = self.sold()
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.tip_screen(order, 1.5)
        self.carry_out(payment)
        self.assertEqual(payment.state, "authorized")
        pass_time(self, hours=2)
        self.simulator.faults.clear()
        self.run_cron()
        self.assertAgrees(order, 11.5, 1.5)

    # What cannot be captured with its tip

    def assertTold(self, order, payment):
        notes = self.activities(order).mapped("note")
        self.assertTrue(notes)
        self.assertIn("5.00", notes[0])
        self.assertEqual(payment._till_data()["tip_sentence"], payment._tip_sentence())

    def test_a_tip_over_the_limit_is_authorized_instead(self):
        self.account.overcapture_limit = 20
        order, payment = self.sold()
        self.tip_screen(order, 5.0)
        self.carry_out(payment)
        self.assertEqual(payment.tip_way, "increment")
        self.assertAgrees(order, 15.0, 5.0)
        self.assertFalse(self.activities(order))

    def test_a_tip_that_stripe_refuses_is_left_out(self):
        self.account.overcapture_limit, self.account.incremental_authorization = 20, False
        order, payment = self.sold()
        self.tip_screen(order, 5.0)
        self.carry_out(payment)
        self.assertEqual(payment.tip_refusal, "amount_too_large")
        self.assertAgrees(order, 10.0, 0)
        self.assertTold(order, payment)
        self.audit()

    def test_a_tip_that_the_bank_refuses_is_left_out(self):
        self.account.overcapture = False
        order, payment = self.sold()
        self.tip_screen(order, 5.05)  # 15.05 is a declined amount of Stripe's test mode
        self.carry_out(payment)
        self.assertEqual(payment.tip_refusal, "generic_decline")
        self.assertAgrees(order, 10.0, 0)
        self.assertTrue(self.activities(order))
        self.audit()

    def test_a_wrong_key_is_no_reason_to_leave_a_tip_out(self):
        order, payment = self.sold()
        key, self.provider.stripe_secret_key = self.provider.stripe_secret_key, "sk_test_wrong"
        self.tip_screen(order, 1.5)
        self.carry_out(payment)
        self.assertEqual((payment.state, payment.tip_way), ("authorized", "overcapture"))
        self.provider.stripe_secret_key = key
        pass_time(self, hours=2)
        self.run_cron()
        self.assertAgrees(order, 11.5, 1.5)

    def test_an_invoiced_order_gets_no_tip(self):
        payment = self.authorized()
        order = self.sync(
            [self.card(payment)],
            uuid=payment.order_uuid,
            to_invoice=True,
            partner_id=self.env["res.partner"].create({"name": "Guest"}).id,
        )
        self.assertTrue(order.account_move)
        self.tip_screen(order, 5.0)
        self.carry_out(payment)
        self.assertAgrees(order, 10.0, 0)
        self.assertTold(order, payment)

    # Nobody says anything

    def test_captured_in_time_without_anybody(self):
        order, payment = self.sold()
        lost = self.authorized()  # its till died before the order was finished
        for _hour in range(40):
            self.simulator.advance(3600)
            pass_time(self, hours=1)
            self.run_cron()
        self.assertEqual((self.captured(payment), self.captured(lost)), (1000, 1000))
        self.assertEqual(order.amount_paid, 10.0)
        self.assertIn(lost, self.Payment._unattached([]))

    def test_a_payment_without_order_is_shown_before_it_is_captured(self):
        payment = self.authorized()
        payment.settled_at = fields.Datetime.now() - timedelta(minutes=1)
        self.assertIn(payment, self.Payment._unattached([]))
        payment._refund_unattached()
        self.carry_out(payment)
        self.assertEqual((payment.state, self.captured(payment)), ("canceled", 0))

    def test_an_authorization_that_stripe_released_is_told(self):
        order, payment = self.sold()
        self.provider._stripe_terminal_gateway().cancel_payment_intent(payment.payment_intent, "x")
        self.tip_screen(order, 1.5)
        self.carry_out(payment)
        self.assertEqual((payment.state, payment.unpaid), ("canceled", True))
        self.assertIn("Ask the customer to pay", self.activities(order)[0].note)

    def test_a_cancel_before_the_order_is_finished_charges_nothing(self):
        payment = self.authorized()
        self.cancel(payment)
        self.assertEqual((payment.state, self.captured(payment)), ("canceled", 0))
        self.audit()

    def test_a_payment_that_was_forced_is_charged_with_its_tip(self):
        """The bank had approved it while Stripe could not be asked, and the guest left a tip."""
        payment = self.pay(10.0)
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(payment)
        payment._force_done()
        self.reader.tap()
        order = self.sync([self.card(payment, 10.0)], uuid=payment.order_uuid)
        self.simulator.faults.clear()
        self.look(payment)
        self.assertEqual((payment.state, payment.wanted), ("authorized", False))
        self.tip_screen(order, 1.5)
        self.carry_out(payment)
        self.assertAgrees(order, 11.5, 1.5)
        self.assertFalse(self.activities(order))
        self.audit()

    def test_a_tip_that_comes_after_the_capture_is_left_out(self):
        order, payment = self.sold()
        pass_time(self, hours=40)
        self.run_cron()
        self.assertAgrees(order, 10.0, 0)
        self.tip_screen(order, 5.0)
        self.assertAgrees(order, 10.0, 0)
        self.assertTold(order, payment)
        self.assertIn("charged already", payment._tip_sentence())
        self.audit()

    def test_a_tip_that_comes_between_release_and_capture_is_left_out(self):
        order, payment = self.sold()
        self.tip_screen(order, 0)
        self.assertTrue(payment.tip_released)
        self.tip_screen(order, 5.0)
        self.carry_out(payment)
        self.assertAgrees(order, 10.0, 0)
        self.assertTold(order, payment)
        self.audit()

    def test_a_late_tip_is_found_in_spite_of_rounding(self):
        payment = self.authorized()
        order = self.sync([self.card(payment)], uuid=payment.order_uuid, price=9.98)
        self.tip_screen(order, 0)
        self.carry_out(payment)
        self.tip_screen(order, 5.0)
        self.assertFalse(sum(self.tip_lines(order).mapped("price_subtotal_incl")))
        self.assertTold(order, payment)

    def test_a_tip_that_somebody_else_has_paid_is_not_charged_to_a_forced_card(self):
        payment = self.pay(10.0)
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(payment)
        payment._force_done()
        self.reader.tap()
        self.config.with_context(
            bypass_payment_method_ids_forbidden_change=True
        ).payment_method_ids += self.other_method
        cash = {"amount": 11.5, "payment_method_id": self.other_method.id}
        cards = [self.card(payment, 10.0), {**cash, "uuid": "cash of the second guest"}]
        self.sync(cards, price=20.0, tip=1.5, uuid=payment.order_uuid)
        self.simulator.faults.clear()
        self.look(payment)
        self.assertEqual(payment.state, "authorized")
        pass_time(self, hours=40)
        self.run_cron()
        self.assertEqual(self.captured(payment), 1000)

    def test_a_refused_tip_of_an_invoiced_order_leaves_the_invoice_alone(self):
        order, payment = self.sold()
        self.account.overcapture = False
        path = "/v1/payment_intents/*/increment_authorization"
        refusal = {"status": 402, "code": "card_declined", "decline_code": "insufficient_funds"}
        self.tip_screen(order, 5.0)
        order.partner_id = self.env["res.partner"].create({"name": "Guest"})
        order.action_pos_order_invoice()
        self.simulator.faults.add("POST", path, "error", **refusal)
        self.simulator.faults.add("POST", "/v1/payment_intents/*/capture", "error", **refusal)
        self.carry_out(payment)
        self.assertEqual((payment.state, payment.tip), ("paid", 0))
        self.assertEqual(sum(self.tip_lines(order).mapped("price_subtotal_incl")), 5.0)
        self.assertTold(order, payment)

    # Refunded

    def test_what_waits_for_a_tip_is_captured_before_it_is_refunded(self):
        order, payment = self.sold()
        line = self.line(-4.0, refunded_uuid=payment.line_uuid)
        refund = self.send(line)
        # The runner takes the refund before the payment, and waits for it.
        self.carry_out(refund)
        self.assertEqual((refund.state, refund.wanted), ("new", "collect"))
        self.carry_out(payment)
        self.assertEqual((payment.state, self.captured(payment)), ("paid", 1000))
        self.carry_out(refund)
        self.assertEqual((refund.state, refund.amount), ("paid", -4.0))
        self.assertAgrees(order, 10.0, 0)
        self.audit()

    def test_the_tip_is_refunded_with_the_rest(self):
        order, payment = self.sold()
        self.tip_screen(order, 1.5)
        self.carry_out(payment)
        for amount, state in ((11.51, "declined"), (11.5, "paid")):
            refund = self.send(self.line(-amount, refunded_uuid=payment.line_uuid))
            self.carry_out(refund)
            self.assertEqual(refund.state, state)
        self.audit()

    # Closing

    def compare(self):
        return self.compare_with_stripe(self.pos_session)

    def test_closing_captures_what_still_waits(self):
        order, payment = self.sold()
        self.assertEqual(self.compare()["state"], "agrees")
        self.assertTrue(self.pos_session.close_session_from_ui()["successful"])
        self.assertTrue(payment.tip_released)
        self.carry_out(payment)
        self.assertEqual((payment.state, self.captured(payment)), ("paid", 1000))
        self.assertFalse(self.activities(order))
        self.audit()

    def test_a_tip_that_is_not_captured_yet_holds_the_closing_up(self):
        order, payment = self.sold()
        path = "/v1/payment_intents/*/capture"
        self.simulator.faults.add("POST", path, "drop_before", times=None)
        self.tip_screen(order, 1.5)
        self.carry_out(payment)
        self.assertEqual(self.compare()["state"], "differs")
        self.simulator.faults.clear()
        self.carry_out(payment)
        self.assertEqual(self.compare()["state"], "agrees")

    def test_the_journal_items_are_those_of_a_session_paid_in_cash(self):
        order, payment = self.sold()
        self.tip_screen(order, 1.5)
        self.carry_out(payment)
        cash_session = self.cash_register()
        cash = {"amount": 11.5, "payment_method_id": self.drawer.id}
        self.sync([cash], cash_session, tip=1.5)
        self.assertEqual(self.compare()["state"], "agrees")
        for session in (self.pos_session, cash_session):
            self.assertTrue(session.close_session_from_ui()["successful"])
        self.assertEqual(self.journal_items(self.pos_session), self.journal_items(cash_session))
        self.assertEqual(self.journal_items(cash_session)[1], 11.5)
