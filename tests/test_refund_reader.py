from odoo.tests import tagged

from .refund_case import INTERAC, CanadaCase
from .worker import Worker, pass_time

VISA = "4242424242424242"


@tagged("post_install", "-at_install")
class TestRefundReader(CanadaCase):
    """Where the card has to be present, the reader asks for it, and it is refunded once."""

    def original(self, refund):
        return refund.refunded_payment_id

    def test_interac_is_asked_for_on_the_reader(self):
        refund = self.refund(self.interac(), 5.0)
        self.assertEqual((refund.state, refund.on_reader), ("collecting", True))
        self.assertTrue(refund.holds_reader)
        self.assertEqual(self.reader.screen["kind"], "refund")
        self.assertEqual(self.reader.screen["amount"], 500)
        self.assertIn("presents the card", refund._till_data()["sentence"])
        self.reader.insert(INTERAC)
        self.look(refund)
        self.assertState(refund, "paid")
        self.assertEqual((refund.card_network, refund.card_last4), ("interac", "1933"))
        self.assertEqual(refund.emv_receipt["account_type"], "checking")
        self.assertEqual(self.refunded_at_stripe(self.original(refund)), 500)
        # The second time it is known beforehand.
        again = self.send(self.refund_line(self.original(refund), 7.0))
        self.assertTrue(again.holds_reader)
        self.carry_out(again)
        self.reader.insert(INTERAC)
        self.look(again)
        self.assertState(again, "paid")
        self.assertEqual(self.refunded_at_stripe(self.original(refund)), 1200)

    def test_another_card_then_the_right_one(self):
        old = self.interac()
        line = self.refund_line(old, 12.0)
        refund = self.send(line)
        self.carry_out(refund)
        self.reader.insert(VISA)
        self.look(refund)
        self.assertState(refund, "declined")
        self.assertIn("not the one that paid", refund._till_data()["sentence"])
        self.carry_out(self.send(self.again(line)))
        self.reader.insert(INTERAC)
        self.look(refund)
        self.assertState(refund, "paid")
        self.assertEqual(self.refunded_at_stripe(self.original(refund)), 1200)

    def test_the_customer_or_the_cashier_cancels(self):
        old = self.interac()
        line = self.refund_line(old, 12.0)
        refund = self.send(line)
        self.carry_out(refund)
        self.reader.customer_cancel()
        self.look(refund)
        self.assertState(refund, "declined")
        self.assertIn("canceled", refund._till_data()["sentence"])
        self.carry_out(self.send(self.again(line)))
        refund._cancel()
        self.carry_out(refund)
        self.assertState(refund, "canceled")
        self.assertNotEqual(self.reader.screen["state"], "amount")
        self.carry_out(self.send(self.again(line)))
        self.assertEqual((refund.state, refund.attempt), ("collecting", 2))
        self.reader.insert(INTERAC)
        refund._cancel()
        self.carry_out(refund)
        self.assertState(refund, "paid")
        self.assertEqual(self.refunded_at_stripe(self.original(refund)), 1200)

    def test_lost_answers(self):
        old = self.interac()
        for kind in ("drop_after", "drop_before", "500_after"):
            path = "/v1/terminal/readers/*/refund_payment"
            self.simulator.faults.add("POST", path, kind, times=1)
            refund = self.refund(old, 2.0)
            self.assertEqual(refund.state, "collecting", kind)
            self.reader.insert(INTERAC)
            self.look(refund)
            self.assertState(refund, "paid")
        self.assertEqual(self.refunded_at_stripe(self.original(refund)), 600)

    def test_the_card_was_presented_while_nobody_listened(self):
        refund = self.send(self.refund_line(self.interac(), 12.0))
        worker = Worker(self, refund)
        worker.claim()
        worker.go_until("process_intent")
        worker.ask()
        self.reader.insert(INTERAC)
        # The worker dies, and the reader goes on to something else.
        self.reader.reset()
        pass_time(self, seconds=120)
        self.look(refund)
        self.assertState(refund, "paid")
        self.assertEqual(self.refunded_at_stripe(self.original(refund)), 1200)

    def test_the_reader_is_off_or_with_another_till(self):
        old = self.interac()
        self.reader.go_offline()
        line = self.refund_line(old, 12.0)
        refund = self.send(line)
        self.carry_out(refund)
        self.assertEqual(refund.state, "declined")
        self.reader.go_online()
        other = self.pay(5.0)
        self.carry_out(self.send(self.again(line)))
        self.assertState(refund, "declined")
        self.assertIn("busy with order 2-0001", refund._till_data()["sentence"])
        other._cancel()
        self.carry_out(other)
        self.carry_out(self.send(self.again(line)))
        self.assertEqual(refund.state, "collecting")

    def test_other_cards_are_not_asked_for_whatever_a_till_wants(self):
        sale = self.sell(12.0)
        refund = self.refund(sale, 12.0, on_reader=True)
        self.assertState(refund, "paid")
        self.assertFalse(refund.on_reader)
        path = f"/v1/terminal/readers/{self.reader.id}/refund_payment"
        self.assertFalse(self.sent("POST", path))
        self.assertEqual(self.refunded_at_stripe(sale), 1200)
