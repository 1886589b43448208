from odoo.tests import tagged

from .common import StripeTerminalCase


@tagged("post_install", "-at_install")
class TestDue(StripeTerminalCase):
    """What is charged is what is due: the server asks no card for what an order does not owe."""

    def refused(self, line, code):
        """Send a line that is to be refused, and assert that nothing was asked of Stripe."""
        before = len(self.sent("POST"))
        answer = self.Payment._send(self.pos_session, self.method, line)
        self.assertEqual((answer["state"], answer["failure_code"]), ("declined", code))
        self.assertTrue(answer["sentence"])
        self.assertFalse(self.Payment.search([("line_uuid", "=", line["line_uuid"])]).wanted)
        self.assertEqual(len(self.sent("POST")), before)
        return answer

    def paid(self, amount, **values):
        payment = self.pay(amount, **values)
        self.reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        return payment

    def test_more_than_is_owed(self):
        self.refused(self.line(6.9, due=2.4, order_total=2.4), "amount_above_due")

    def test_what_is_owed_to_the_cent(self):
        payment = self.send(self.line(0.7, due=0.1 + 0.6, order_total=0.7))
        self.assertEqual(payment.wanted, "collect")

    def test_a_till_that_tells_nothing_is_served(self):
        for told in ({}, {"due": None, "order_total": None}, {"due": "much"}, {"due": True}):
            with self.subTest(told=told):
                payment = self.send(self.line(2.4, **told))
                self.assertEqual(payment.wanted, "collect")
                payment._cancel()
                self.carry_out(payment)

    def test_a_finished_order_is_not_paid_again(self):
        payment = self.paid(5.0)
        self.draft_order(payment)._process_saved_order(draft=False)
        self.refused(self.line(5.0, order_uuid=payment.order_uuid), "order_paid")

    def test_a_canceled_order_is_not_paid(self):
        line = self.line(5.0)
        payment = self.send(line)
        payment._cancel()
        self.carry_out(payment)
        self.draft_order(payment).action_pos_order_cancel()
        self.refused(self.line(5.0, order_uuid=payment.order_uuid), "order_canceled")

    def test_an_order_that_cards_cover_already(self):
        payment = self.paid(5.0, due=9.1, order_total=9.1)
        stale = {"order_uuid": payment.order_uuid, "due": 9.1, "order_total": 9.1}
        answer = self.refused(self.line(9.1, **stale), "order_covered")
        self.assertIn("5.00", answer["sentence"])
        self.assertIn(self.config.name, answer["sentence"])
        rest = self.send(self.line(4.1, **stale))
        self.assertEqual(rest.wanted, "collect")

    def test_what_was_refunded_is_owed_again(self):
        payment = self.paid(5.0)
        self.env.cr.execute(
            "UPDATE pos_stripe_payment SET settled_at = settled_at - interval '1 hour'"
        )
        payment.invalidate_recordset()
        payment._refund_unattached()
        self.carry_out(payment)
        self.assertEqual(payment.refunded_minor, 500)
        again = self.send(self.line(5.0, order_uuid=payment.order_uuid, due=5, order_total=5))
        self.assertEqual(again.wanted, "collect")

    def test_the_same_request_again_is_no_second_one(self):
        line = self.line(5.0, due=5.0, order_total=5.0)
        payment = self.send(line)
        self.carry_out(payment)
        self.reader.tap()
        self.look(payment)
        self.draft_order(payment)._process_saved_order(draft=False)
        self.assertEqual(self.send(line).state, "paid")

    def test_a_finished_order_takes_its_request_back(self):
        payment = self.pay(5.0)
        order = self.draft_order(payment)
        order.payment_ids.unlink()
        payment.wanted = False
        self.sync_order(
            uuid=payment.order_uuid,
            access_token=order.access_token,
            state="paid",
            amount_total=5.0,
            amount_paid=5.0,
            lines=[self.product_line(5.0)],
            payment_ids=[
                (0, 0, {"amount": 5.0, "payment_method_id": self.method.id, "name": "now"})
            ],
        )
        self.carry_out(payment)
        self.assertEqual(payment.state, "canceled")
        self.assertNotEqual(self.reader.screen["state"], "collecting")
