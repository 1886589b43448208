from odoo.tests import tagged

from .refund_case import FAILING_CARD, RefundCase


@tagged("post_install", "-at_install")
class TestRefundWebhook(RefundCase):
    """What Stripe tells of refunds leads to reading them, whoever made them."""

    def receive(self, *types):
        """Receive the last event of each type as the webhook's route does, once signed."""
        events = self.account.test.all("event")
        for event_type in types:
            event = next(event for event in events if event["type"] == event_type)
            found = self.env["pos.stripe.webhook.event"].sudo()
            found._receive(self.provider, self.simulator.copy(event))

    def test_a_refund_in_the_dashboard_appears_on_the_order(self):
        sale = self.sell(12.0)
        order = sale.payment_id.pos_order_id
        refund = self.in_dashboard(sale, 450)
        self.carry_out(sale)
        self.assertFalse(sale.refunds_read_at, "A paid payment is not read without a reason")
        self.receive("charge.refunded", "refund.created")
        self.carry_out(sale)
        self.assertEqual((sale.state, sale.refunded_minor), ("paid", 450))
        for text in (sale.refunded_outside, order.stripe_refunded_outside):
            self.assertIn("$\xa04.50", text)
            self.assertIn(refund["id"], text)
        plan = self.Payment._refund_plan(self.pos_session, [order.uuid], 12.0, [])
        self.assertEqual([line["part"] for line in plan["lines"]], [7.5])

    def test_a_refund_that_fails_later_is_told_at_once(self):
        self.simulator.async_refund_time = 0.1
        sale = self.sell(12.0, FAILING_CARD)
        refund = self.refund(sale, 12.0)
        order = self.finish(refund)
        self.simulator.wait_until(lambda: self.refunds(sale)[0]["status"] == "failed")
        self.receive("refund.failed")
        event = self.env["pos.stripe.webhook.event"].search([], limit=1)
        self.assertEqual(event.stripe_payment_id, refund)
        self.carry_out(refund)
        self.assertEqual((refund.state, refund.unpaid), ("declined", True))
        self.assertTrue(order.activity_ids)

    def test_our_own_refunds_are_not_from_outside(self):
        sale = self.sell(12.0)
        self.refund(sale, 5.0)
        self.receive("charge.refunded", "refund.created")
        self.carry_out(sale)
        self.assertEqual((sale.refunded_minor, sale.refunded_outside), (500, ""))
