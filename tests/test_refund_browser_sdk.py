from odoo.tests import tagged

from .browser_sdk_case import WithPage
from .page import Page
from .refund_case import INTERAC, CanadaCase
from .worker import pass_time

VISA = "4242424242424242"


@tagged("post_install", "-at_install")
class TestRefundBrowserSdk(WithPage, CanadaCase):
    """A till's browser has the card presented; it is refunded once, whatever it says."""

    connection = "browser"

    def begin(self, amount=5.0, **values):
        """Ask for a refund of an Interac payment; returns its row, with the reader waiting."""
        self.old = self.interac()
        return self.ask(amount, **values)

    def ask(self, amount=5.0, **values):
        """Ask for a refund of the same payment; returns its row, with the reader waiting."""
        self.first_line = self.refund_line(self.old, amount, **values)
        refund = self.send(self.first_line)
        self.carry_out(refund)
        self.carry_out(refund)
        self.assertEqual(refund.state, "collecting", refund._till_data())
        return refund

    def present(self, card=INTERAC):
        """Put a card into the reader; the page goes on with it."""
        self.reader.insert(card)
        self.page.go_on()

    def retry(self, refund, **values):
        self.carry_out(self.send(self.again(self.first_line, **values)))
        self.carry_out(refund)

    def come_to_rest(self, refund, seconds=130):
        """Let the till ask on until what may be on its way has arrived, or never will."""
        for _poll in range(3):
            pass_time(self, seconds=seconds / 3)
            self.look(refund)

    def expect(self, refund, state, refunded):
        self.assertState(refund, state)
        self.assertEqual(self.refunded_at_stripe(refund.refunded_payment_id), refunded)
        self.assertFalse(self.sent("POST", "/v1/terminal/readers/*/refund_payment"))
        for row in refund.refunded_payment_id.refund_ids:
            self.assertEqual(bool(row.refund), row.state == "paid")

    def test_interac(self):
        refund = self.begin()
        self.assertTrue(refund.on_reader and refund.holds_reader)
        self.assertEqual(
            (self.reader.screen["kind"], self.reader.screen["amount"]), ("refund", 500)
        )
        self.assertIn("presents the card", refund._till_data()["sentence"])
        self.present()
        self.look(refund)
        self.expect(refund, "paid", 500)
        self.assertEqual((refund.card_network, refund.card_last4), ("interac", "1933"))
        original = refund.refunded_payment_id
        self.assertFalse(original.refunded_outside)
        self.assertEqual(original._left_minor(), 700)
        self.first_line = self.refund_line(original, 7.0)
        again = self.send(self.first_line)
        self.assertTrue(again.holds_reader)
        self.carry_out(again)
        self.present()
        self.look(again)
        self.expect(again, "paid", 1200)
        self.assertNotEqual(again.refund, refund.refund)

    def test_other_cards_are_not_asked_for_whatever_a_till_wants(self):
        refund = self.refund(self.adopt(self.old_payment(12.0)), 12.0, on_reader=True)
        self.expect(refund, "paid", 1200)
        self.assertFalse(refund.on_reader)

    def test_without_reader(self):
        refund = self.refund(self.adopt(self.old_payment(12.0)), 12.0)
        self.expect(refund, "paid", 1200)

    def test_another_card_then_the_right_one(self):
        refund = self.begin()
        self.present(VISA)
        self.look(refund)
        self.expect(refund, "declined", 0)
        self.assertIn("not the one that paid", refund._till_data()["sentence"])
        self.retry(refund)
        self.present()
        self.look(refund)
        self.expect(refund, "paid", 500)

    def test_the_customer_or_the_cashier_cancels(self):
        refund = self.begin()
        self.reader.customer_cancel()
        self.carry_out(refund)
        self.expect(refund, "declined", 0)
        self.assertIn("canceled", refund._till_data()["sentence"])
        self.retry(refund)
        self.cancel(refund)
        self.expect(refund, "canceled", 0)
        self.assertNotEqual(self.reader.screen["state"], "amount")
        self.retry(refund)
        self.assertEqual((refund.state, refund.attempt), ("collecting", 2))
        self.present()
        self.look(refund)
        self.expect(refund, "paid", 500)

    def test_cancel_while_the_card_is_read(self):
        """Before the page was let refund anything, nothing goes; after it, Stripe tells."""
        refund = self.begin()
        page, self.page = self.page, None
        self.cancel(refund)
        self.expect(refund, "canceled", 0)
        self.reader.insert(INTERAC)
        page.go_on()
        self.expect(refund, "canceled", 0)
        self.assertNotEqual(self.reader.screen["state"], "processing")
        self.page = page
        self.retry(refund)
        self.reader.insert(INTERAC)
        self.assertTrue(refund._let_refund(page.name))
        refund._cancel()
        self.page = None
        self.carry_out(refund)
        self.assertEqual((refund.state, refund._till_data()["canceling"]), ("collecting", True))
        page.sdk.process_refund(page.connection)
        page.report("process", None)
        self.carry_out(refund)
        self.expect(refund, "paid", 500)

    def test_lost_answers_refund_once(self):
        for kind, refunded in (("drop_after", 500), ("drop_before", 0)):
            refund = self.begin()
            self.simulator.js_sdk.faults.add("POST", "/sdk/process_refund", kind)
            self.present()
            self.look(refund)
            if kind == "drop_before":
                self.assertEqual(refund.state, "unknown", "It may still be on its way")
                self.come_to_rest(refund)
                self.expect(refund, "declined", refunded)
                self.retry(refund)
                self.present()
                self.look(refund)
            self.expect(refund, "paid", 500)

    def test_a_lost_refund_is_found_before_it_is_made_again(self):
        """The page refunded, and said that it could not; Stripe was late to tell."""
        refund = self.begin()
        self.reader.insert(INTERAC)
        self.assertTrue(refund._let_refund(self.page.name))
        self.page.report("process", "generic_decline")
        self.carry_out(refund)
        self.expect(refund, "declined", 0)
        self.page.sdk.process_refund(self.page.connection)
        self.retry(refund, amount=-3.0)
        self.expect(refund, "paid", 500)
        self.assertEqual(refund.amount_minor, 500)

    def test_lost_answers_before_the_card_is_asked_for(self):
        self.old = self.interac()
        refunded = 0
        for kind in ("drop_before", "drop_after", "500_after"):
            for nth in (1, 2):
                fault = self.simulator.faults.add("GET", "/v1/payment_intents/*", kind, nth=nth)
                refund = self.ask(1.0)
                self.assertTrue(fault.hits, (kind, nth))
                self.present()
                self.look(refund)
                refunded += 100
                self.expect(refund, "paid", refunded)

    def test_stripe_is_silent_while_the_money_is_refunded(self):
        refund = self.begin()
        outage = self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.present()
        self.look(refund)
        self.assertEqual(refund.state, "unknown")
        self.simulator.faults.remove(outage)
        self.look(refund)
        self.expect(refund, "paid", 500)

    def test_what_a_page_says_is_not_believed(self):
        refund = self.begin()
        self.assertFalse(refund._let_refund("somebody"))
        refund._reported("somebody", "process", None)
        self.carry_out(refund)
        self.assertEqual(refund.state, "collecting")
        self.reader.insert(INTERAC)
        self.assertTrue(refund._let_refund(self.page.name))
        self.assertFalse(refund._let_refund(self.page.name), "Once only")
        self.page.report("process", None)
        self.carry_out(refund)
        self.assertEqual(refund.state, "unknown")
        self.come_to_rest(refund)
        self.expect(refund, "declined", 0)

    def test_the_page_dies_at_each_stage(self):
        def waiting(refund):
            return 0

        def let(refund):
            self.reader.insert(INTERAC)
            self.assertTrue(refund._let_refund(self.page.name))
            return 0

        def made(refund):
            let(refund)
            self.page.sdk.process_refund(self.page.connection)
            return 500

        for stage in (waiting, let, made):
            with self.subTest(stage=stage.__name__):
                refund = self.begin()
                refunded = stage(refund)
                self.page = None
                self.come_to_rest(refund, seconds=200)
                self.expect(refund, "paid" if refunded else "canceled", refunded)
                self.page = Page(self)
                with self.simulator.lock:
                    self.reader.connection.close()

    def test_reload_while_waiting(self):
        refund = self.begin()
        former = self.page
        self.reload_page()
        for _poll in range(2):
            self.look(refund)
        self.assertEqual(refund.collector, self.page.name)
        self.assertFalse(refund._let_refund(former.name))
        self.present()
        self.look(refund)
        self.expect(refund, "paid", 500)

    def test_no_other_page_while_money_may_be_on_its_way(self):
        refund = self.begin()
        self.reader.insert(INTERAC)
        self.assertTrue(refund._let_refund(self.page.name))
        refund._release_collector(self.page.name)
        self.assertEqual(refund._collect("another page"), {})

    def test_two_tills_give_one_payment_back(self):
        """One at a time, so that it is known whose refund it is."""
        first = self.begin()
        self.reader.insert(INTERAC)
        self.assertTrue(first._let_refund(self.page.name))
        second = self.send(self.refund_line(self.old, 5.0))
        self.assertEqual(second.failure_code, "reader_leased")
        self.account.add_reader(serial_number="ANOTHER-1", location=self.reader.object["location"])
        second.reader_serial = "ANOTHER-1"
        second.write({"wanted": "collect", "state": "new", "failure_code": False})
        page, self.page = self.page, None
        self.carry_out(second)
        self.assertEqual(second.state, "collecting")
        second._collect("second page")
        self.assertFalse(second._let_refund("second page"))
        self.carry_out(second)
        self.assertEqual((second.state, second.failure_code), ("declined", "refund_elsewhere"))
        page.sdk.process_refund(page.connection)
        page.report("process", None)
        self.carry_out(first)
        self.expect(first, "paid", 500)
        self.assertFalse(second.refund)

    def test_more_than_is_left_when_the_card_is_there(self):
        refund = self.begin(12.0)
        refund.refunded_payment_id.refunded_minor = 100  # another till was faster
        self.present()
        self.carry_out(refund)
        self.expect(refund, "declined", 0)

    def test_told_later_that_the_bank_sent_it_back(self):
        refund = self.begin()
        self.present()
        self.look(refund)
        with self.simulator.lock:
            event = {"object": "refund", "id": refund.refund, "payment_intent": "pi_other"}
        found = self.env["pos.stripe.webhook.event"].sudo()._payment(self.provider, event)
        self.assertEqual(found, refund)
