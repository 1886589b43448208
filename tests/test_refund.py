from odoo.tests import tagged

from .refund_case import FAILING_CARD, PENDING_CARD, RefundCase
from .worker import Worker, pass_time


@tagged("post_install", "-at_install")
class TestRefund(RefundCase):
    """A refund is what the till asks for, once, and never more than was taken."""

    def test_whole(self):
        sale = self.sell(12.0)
        refund = self.refund(sale, 12.0)
        self.assertState(refund, "paid")
        (made,) = self.refunds(sale)
        self.assertEqual((made["amount"], made["reason"]), (1200, "requested_by_customer"))
        self.assertEqual(made["metadata"]["pos_payment_line_uuid"], refund.line_uuid)
        self.assertRecordValues(
            refund,
            [
                {
                    "kind": "refund",
                    "refund": made["id"],
                    "refund_status": "succeeded",
                    "amount": -12.0,
                    "refunded_payment_id": sale.id,
                    "charge": sale.charge,
                    "card_brand": "visa",
                    "card_last4": "4242",
                    "payment_intent": False,
                }
            ],
        )
        data = refund._till_data()
        self.assertEqual((data["amount"], data["transaction_id"]), (-12.0, made["id"]))
        self.assertEqual((sale.refunded_minor, sale.refunded_outside), (1200, ""))

    def test_no_reader_is_asked(self):
        sale = self.sell()
        self.reader.go_offline()
        other = self.pay(5.0)
        self.assertState(self.refund(sale, 12.0), "paid")
        self.assertFalse(self.sent("POST", "/v1/terminal/readers/*/refund_payment"))
        self.assertNotEqual(other.state, "paid")

    def test_without_a_key_that_can_be_one(self):
        line = self.refund_line(self.sell(12.0), 5.0)
        for key, code in ((False, "no_secret_key"), ("pk_test_1", "key_is_publishable")):
            self.provider.stripe_secret_key = key
            answer = self.Payment._send(self.pos_session, self.method, line)
            self.assertEqual(answer["failure_code"], code)
        self.assertFalse(self.Payment.search([("kind", "=", "refund")]))

    def test_in_parts(self):
        sale = self.sell(12.0)
        for amount in (5.0, 4.0, 3.0):
            self.assertState(self.refund(sale, amount), "paid")
        self.assertEqual(self.refunded_at_stripe(sale), 1200)
        refund = self.refund(sale, 0.01)
        self.assertState(refund, "declined")
        self.assertIn("fully refunded already", refund._till_data()["sentence"])
        self.assertEqual(self.refunded_at_stripe(sale), 1200)

    def test_more_than_is_left(self):
        sale = self.sell(12.0)
        self.refund(sale, 5.0)
        line = self.refund_line(sale, 8.0)
        refund = self.send(line)
        self.carry_out(refund)
        self.assertState(refund, "declined")
        self.assertIn("Only $\xa07.00", refund._till_data()["sentence"])
        self.assertEqual(self.refunded_at_stripe(sale), 500)
        self.carry_out(self.send(self.again(line, amount=-7.0)))
        self.assertState(refund, "paid")
        self.assertEqual(self.refunded_at_stripe(sale), 1200)

    def test_what_the_dashboard_refunded_is_not_left(self):
        sale = self.sell(12.0)
        self.in_dashboard(sale, 1000)
        self.assertState(self.refund(sale, 3.0), "declined")
        self.assertState(self.refund(sale, 2.0), "paid")
        self.assertEqual(self.refunded_at_stripe(sale), 1200)
        self.assertIn("10.00", sale.refunded_outside)
        self.assertNotIn("2.00", sale.refunded_outside)
        self.assertIn("10.00", sale.payment_id.pos_order_id.stripe_refunded_outside)

    def test_somebody_is_faster(self):
        sale = self.sell(12.0)
        refund = self.send(self.refund_line(sale, 12.0))
        worker = Worker(self, refund)
        worker.claim()
        self.assertTrue(worker.go_until("create_refund"))
        self.in_dashboard(sale, 1000)
        worker.finish()
        self.assertState(refund, "declined")
        self.assertIn("Only $\xa02.00", refund._till_data()["sentence"])
        self.assertEqual(self.refunded_at_stripe(sale), 1000)

    def test_two_tills_at_once(self):
        sale = self.sell(12.0)
        before = len(self.sent("POST", "/v1/refunds"))
        workers = [Worker(self, self.send(self.refund_line(sale, amount))) for amount in (8.0, 7.0)]
        for worker in workers:
            worker.claim()
            worker.ask()
        for worker in workers:
            worker.apply_answer()
        for worker in workers:
            worker.finish()
        states = [self.Payment.browse(worker.payment_id).state for worker in workers]
        self.assertEqual(states, ["paid", "declined"])
        self.assertEqual(len(self.sent("POST", "/v1/refunds")) - before, 1)
        self.assertEqual(self.refunded_at_stripe(sale), 800)

    def test_more_refunds_than_stripe_lists(self):
        sale = self.sell(12.0)
        for _number in range(12):
            self.assertState(self.refund(sale, 0.5), "paid")
            pass_time(self, seconds=100)
        self.assertState(self.refund(sale, 6.01), "declined")
        self.assertState(self.refund(sale, 6.0), "paid")
        self.assertEqual(self.refunded_at_stripe(sale), 1200)

    def test_one_request_is_one_refund(self):
        sale = self.sell(12.0)
        line = self.refund_line(sale, 5.0)
        for _click in range(2):
            self.carry_out(self.send(line))
        self.carry_out(self.send(self.again(line)))
        self.assertEqual(self.refunded_at_stripe(sale), 500)

    # Answers that are lost

    def test_lost_answer(self):
        sale = self.sell(12.0)
        for kind in ("drop_after", "500_after", "drop_before", "500_before", "429"):
            self.simulator.faults.add("POST", "/v1/refunds", kind, times=1)
            self.assertState(self.refund(sale, 2.0), "paid")
        self.assertEqual(self.refunded_at_stripe(sale), 1000)

    def test_nothing_is_made_when_stripe_never_heard_of_it(self):
        sale = self.sell(12.0)
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        line = self.refund_line(sale, 12.0)
        refund = self.send(line)
        self.carry_out(refund)
        self.assertEqual(refund.state, "unknown")
        self.simulator.faults.clear()
        pass_time(self, seconds=100)
        self.look(refund)
        self.assertState(refund, "declined")
        self.assertEqual(self.refunded_at_stripe(sale), 0)
        self.carry_out(self.send(self.again(line)))
        self.assertState(refund, "paid")
        self.assertEqual(self.refunded_at_stripe(sale), 1200)

    def test_the_answer_stays_lost_and_is_read_later(self):
        sale = self.sell(12.0)
        self.simulator.faults.add("POST", "/v1/refunds", "drop_after", times=None)
        self.simulator.faults.add("GET", "*", "drop_before", nth=2, times=None)
        refund = self.refund(sale, 12.0)
        self.assertEqual(refund.state, "unknown")
        self.simulator.faults.clear()
        self.look(refund)
        self.assertState(refund, "paid")
        self.assertEqual(self.refunded_at_stripe(sale), 1200)

    def test_a_cancel_waits_until_nothing_can_arrive_any_more(self):
        sale = self.sell(12.0)
        refund = self.send(self.refund_line(sale, 12.0))
        lost = Worker(self, refund)
        lost.claim()
        lost.go_until("create_refund")
        pass_time(self, seconds=30)
        refund._cancel()
        refund.lease_until = False
        self.look(refund)
        self.assertEqual((refund.state, refund.wanted), ("unknown", "cancel"))
        pass_time(self, seconds=80)
        self.look(refund)
        self.assertState(refund, "canceled")
        self.assertEqual(self.refunded_at_stripe(sale), 0)

    def test_a_late_request_is_found_by_the_cancel(self):
        sale = self.sell(12.0)
        refund = self.send(self.refund_line(sale, 12.0))
        lost = Worker(self, refund)
        lost.claim()
        lost.go_until("create_refund")
        refund._cancel()
        refund.lease_until = False
        self.look(refund)
        lost.ask()
        self.look(refund)
        self.assertState(refund, "paid")
        self.assertEqual(self.refunded_at_stripe(sale), 1200)

    def test_forced_is_made_later(self):
        sale = self.sell(12.0)
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        refund = self.refund(sale, 12.0)
        refund._force_done()
        self.look(refund)
        order = self.finish(refund)
        self.assertTrue(refund.payment_id.stripe_unverified)
        self.simulator.faults.clear()
        pass_time(self, hours=3)
        self.run_cron()
        self.env.invalidate_all()
        self.assertState(refund, "paid")
        self.assertEqual(self.refunded_at_stripe(sale), 1200)
        self.assertFalse(refund.payment_id.stripe_unverified)
        self.assertFalse(order.activity_ids)

    # What the bank says later

    def test_pending_then_made(self):
        self.simulator.async_refund_time = 0.1
        sale = self.sell(12.0, PENDING_CARD)
        refund = self.refund(sale, 12.0)
        self.assertEqual((refund.state, refund.refund_status), ("paid", "pending"))
        self.simulator.wait_until(lambda: self.refunds(sale)[0]["status"] == "succeeded")
        pass_time(self, hours=1)
        self.run_cron()
        self.env.invalidate_all()
        self.assertEqual(refund.refund_status, "succeeded")
        self.assertState(refund, "paid")

    def test_failed_later(self):
        self.simulator.async_refund_time = 0.1
        sale = self.sell(12.0, FAILING_CARD)
        refund = self.refund(sale, 12.0)
        order = self.finish(refund)
        self.assertFalse(order.activity_ids)
        self.simulator.wait_until(lambda: self.refunds(sale)[0]["status"] == "failed")
        # Without a webhook it is noticed the next day.
        pass_time(self, hours=30)
        self.run_cron()
        self.env.invalidate_all()
        self.assertEqual((refund.state, refund.unpaid), ("declined", True))
        self.assertTrue(refund.payment_id.stripe_unverified)
        note = order.activity_ids[0].note
        for part in ("12.00", "Visa 5126", "no longer valid"):
            self.assertIn(part, note)
        self.assertEqual(sale.refunded_minor, 0)

    def test_failed_before_the_order_is_finished(self):
        self.simulator.async_refund_time = 0.1
        sale = self.sell(12.0, FAILING_CARD)
        line = self.refund_line(sale, 12.0)
        refund = self.send(line)
        self.carry_out(refund)
        self.simulator.wait_until(lambda: self.refunds(sale)[0]["status"] == "failed")
        self.look(refund)
        self.assertEqual(refund.state, "declined")
        self.carry_out(self.send(self.again(line)))
        self.assertEqual((refund.state, refund.attempt), ("paid", 2))
        self.assertEqual(len(self.refunds(sale)), 2)

    # What is recorded

    def test_the_order_gets_the_refund(self):
        sale = self.sell(12.0)
        refund = self.refund(sale, 12.0)
        self.finish(refund)
        self.assertRecordValues(
            refund.payment_id,
            [
                {
                    "amount": -12.0,
                    "transaction_id": refund.refund,
                    "card_no": "4242",
                    "stripe_unverified": False,
                }
            ],
        )

    def test_a_refund_that_was_never_sent_is_reported(self):
        sale = self.sell(12.0)
        refund = self.Payment.new(
            {
                "kind": "refund",
                "order_uuid": "an order",
                "line_uuid": "a line",
                "amount_minor": 1200,
                "currency_id": sale.currency_id.id,
            }
        )
        order = self.finish(refund)
        self.assertTrue(order.payment_ids.stripe_unverified)
        self.assertIn("never sent", order.activity_ids[0].note)

    def test_an_order_with_a_refund_is_not_cancelled(self):
        sale = self.sell(12.0)
        refund = self.refund(sale, 12.0)
        order = self.draft_order(refund)
        with self.assertRaisesRegex(Exception, "was refunded to a card"):
            order.write({"state": "cancel"})

    # Who may refund what

    def test_refusals(self):
        sale = self.sell(12.0)

        def refused(**values):
            line = {**self.refund_line(sale, 12.0), **values}
            data = self.Payment._send(self.pos_session.sudo(), self.method.sudo(), line)
            self.assertEqual(data["state"], "declined")
            return data["failure_code"]

        self.assertEqual(refused(refunded_uuid=None), "refund_without_original")
        self.assertEqual(refused(refunded_uuid="no such"), "refund_without_original")
        self.assertEqual(refused(amount=-0.001), "amount_not_positive")
        sale.payment_id.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertEqual(refused(), "refund_without_original")
        self.assertEqual(self.refunded_at_stripe(sale), 0)

    def test_a_refund_is_not_refunded(self):
        sale = self.sell(12.0)
        refund = self.refund(sale, 12.0)
        self.finish(refund)
        data = self.Payment._send(
            self.pos_session.sudo(), self.method.sudo(), self.refund_line(refund, 12.0)
        )
        self.assertEqual(data["failure_code"], "refund_without_original")
