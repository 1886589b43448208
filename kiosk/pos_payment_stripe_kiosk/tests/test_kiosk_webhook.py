from odoo.addons.pos_payment_stripe.tests.test_webhook import LOGGER, SECRET, WebhookCase
from odoo.addons.pos_payment_stripe.tests.worker import pass_time
from odoo.tests import tagged
from odoo.tools import mute_logger

from .kiosk_case import CANCEL, KioskCase

SUCCEEDED = "payment_intent.succeeded"
FAILED = "payment_intent.payment_failed"
READER = "terminal.reader.action_succeeded"


@tagged("post_install", "-at_install")
class TestKioskWebhook(KioskCase, WebhookCase):
    """Stripe's messages go wrong in all the ways there are; no page of the kiosk asks meanwhile."""

    def setUp(self):
        super().setUp()
        self.note_kicks()

    def receive(self, *events, secret=SECRET):
        """Deliver events in this order; what each leads to is done before the next comes.

        :return: the HTTP statuses
        """
        statuses = []
        for event in events:
            self.kicked.clear()
            statuses.append(self.deliver(event, secret).status_code)
            for row in self.Payment.browse(sorted(set(self.kicked))):
                self.carry_out(row)
        return statuses

    def paid_at_reader(self):
        """Return an order and its row, whose card was presented; nobody has told Odoo yet."""
        order, row = self.start()
        self.reader.tap()
        self.assertEqual((row.state, order.state), ("collecting", "draft"))
        return order, row

    def test_one_message_finishes_the_order(self):
        for event_type in (SUCCEEDED, READER):
            with self.subTest(event_type):
                order, row = self.paid_at_reader()
                self.assertEqual(self.receive(self.event(event_type)), [200])
                self.assertPaidOnce(order, row)

    def test_lost(self):
        order, row = self.paid_at_reader()
        pass_time(self, minutes=1)
        self.run_cron()
        self.assertPaidOnce(order, row)

    def test_lost_of_a_declined_card(self):
        order, row = self.start()
        self.reader.decline("insufficient_funds")
        pass_time(self, minutes=1)
        self.run_cron()
        self.assertIn(row.state, ("declined", "canceled"))
        self.assertEqual((order.state, order.payment_ids.ids), ("draft", []))

    def test_late(self):
        """It comes when the scheduled action has long finished the order."""
        order, row = self.paid_at_reader()
        events = [self.event(READER), self.event(SUCCEEDED)]
        pass_time(self, minutes=1)
        self.run_cron()
        self.assertPaidOnce(order, row)
        pass_time(self, hours=20)
        self.assertEqual(self.receive(*events), [200, 200])
        self.assertPaidOnce(order, row)

    def test_late_for_a_canceled_payment(self):
        """A card was presented while the customer pressed Cancel: the order is paid, once."""
        order, row = self.paid_at_reader()
        event = self.event(SUCCEEDED)
        self.status(order, route=CANCEL)
        self.carry_out(row)
        self.assertPaidOnce(order, row)
        self.assertEqual(self.receive(event), [200])
        self.assertPaidOnce(order, row)

    def test_twice(self):
        order, row = self.paid_at_reader()
        event = self.event(SUCCEEDED)
        self.assertEqual(self.receive(event, event, event), [200, 200, 200])
        self.assertPaidOnce(order, row)
        self.assertEqual(len(self.WebhookEvent.search([("event_id", "=", event["id"])])), 1)

    def test_in_the_wrong_order(self):
        """The decline of the first card is told after the second card has paid."""
        order, row = self.start()
        self.reader.decline("insufficient_funds")
        self.look(row)
        failed = self.event(FAILED)
        self.press(self.resent(order))
        self.carry_out(row)
        self.reader.tap()
        succeeded, of_reader = self.event(SUCCEEDED), self.event(READER)
        self.assertEqual(self.receive(succeeded, of_reader, failed), [200, 200, 200])
        self.assertPaidOnce(order, row)

    def test_a_success_is_told_that_never_was(self):
        """Also under a good signature: a message is a reason to read, and no word about money."""
        self.paid_at_reader()
        event = self.event(SUCCEEDED)
        self.receive(event)
        order, row = self.start()
        event["id"], event["data"]["object"]["id"] = "evt_other", row.payment_intent
        self.assertEqual(self.receive(event), [200])
        self.assertEqual((row.state, order.state), ("collecting", "draft"))
        self.assertFalse(order.payment_ids)

    @mute_logger(LOGGER)
    def test_with_a_wrong_signature(self):
        order, row = self.paid_at_reader()
        event = self.event(SUCCEEDED)
        self.assertEqual(self.receive(event, secret="whsec_" + "somebodyelses"), [400])
        self.assertFalse(self.kicked)
        self.assertEqual((row.state, order.state), ("collecting", "draft"))
        pass_time(self, minutes=1)
        self.run_cron()
        self.assertPaidOnce(order, row)
