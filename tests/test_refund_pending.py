from odoo.tests import tagged

from .refund_case import RefundCase
from .worker import pass_time


@tagged("post_install", "-at_install")
class TestRefundPending(RefundCase):
    """A refund that waits for the shop's balance at Stripe is told as such, and settles later."""

    def wait(self, amount=12.0):
        self.account.covers_refunds = False
        sale = self.sell(amount)
        line = self.refund_line(sale, amount)
        refund = self.send(line)
        self.carry_out(refund)
        self.assertEqual(
            (refund.refund_status, refund.pending_reason), ("pending", "insufficient_funds")
        )
        return sale, refund, line

    def test_the_till_says_that_it_waits(self):
        sale, refund, line = self.wait()
        data = refund._till_data()
        self.assertEqual((data["state"], data["waits"]), ("paid", True))
        self.assertIn("balance at Stripe is too low", data["sentence"])
        # It will be made: another click makes no second one.
        self.carry_out(self.send(self.again(line)))
        self.assertEqual(len(self.refunds(sale)), 1)

    def test_it_is_not_passed_off_as_done(self):
        self.account.covers_refunds = False
        refund = self.refund(self.sell(12.0), 12.0)
        self.assertEqual(refund.refund_status, "pending")
        order = self.finish(refund)
        self.assertIn("balance at Stripe is too low", refund._till_data()["sentence"])
        self.assertIn("balance at Stripe is too low", "".join(order.activity_ids.mapped("note")))

    def test_managers_are_told_once(self):
        _sale, refund, _line = self.wait()
        order = self.finish(refund)
        self.assertFalse(refund.payment_id.stripe_unverified)
        activities = order.activity_ids
        self.assertTrue(activities)
        self.assertEqual(activities.mapped("summary"), ["Refund waits at Stripe"] * len(activities))
        for part in ("12.00", "Visa 4242", "2-0002", "balance at Stripe is too low"):
            self.assertIn(part, activities[0].note)
        for _look in range(2):
            pass_time(self, hours=2)
            self.run_cron()
        self.assertEqual(order.activity_ids, activities)
        self.assertTrue(refund._till_data()["waits"])

    def test_made_when_the_balance_suffices(self):
        _sale, refund, _line = self.wait()
        self.finish(refund)
        self.account.top_up()
        pass_time(self, hours=2)
        self.run_cron()
        self.assertState(refund, "paid")
        self.assertEqual((refund.refund_status, refund.pending_reason), ("succeeded", False))
        data = refund._till_data()
        self.assertEqual((data["waits"], data["sentence"]), (False, ""))

    def test_on_its_way_is_no_reason_to_tell(self):
        sale = self.sell(12.0, "4000000000007726")
        self.simulator.async_refund_time = 60
        refund = self.refund(sale, 12.0)
        order = self.finish(refund)
        self.assertEqual(refund.pending_reason, "processing")
        data = refund._till_data()
        self.assertEqual((data["waits"], data["sentence"]), (False, ""))
        self.assertFalse(order.activity_ids)

    def test_failed_in_the_end(self):
        _sale, refund, _line = self.wait()
        order = self.finish(refund)
        with self.simulator.lock:
            (made,) = self.account.test.all("refund")
            made.update(status="failed", failure_reason="insufficient_funds", pending_reason=None)
        pass_time(self, hours=2)
        self.run_cron()
        self.assertEqual((refund.state, refund.unpaid), ("declined", True))
        self.assertFalse(refund.pending_reason)
        self.assertIn("balance at Stripe is too low", "".join(order.activity_ids.mapped("note")))
