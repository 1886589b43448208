import json
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .kiosk_case import CANCEL, KioskCase


@tagged("post_install", "-at_install")
class TestKioskFlow(KioskCase):
    """From the press at the kiosk to the paid order, by the server alone."""

    def results(self, order):
        """Return what the bus told the kiosk's page about payments of an order."""
        self.env.cr.precommit.run()
        sent = self.env["bus.bus"].sudo().search([("message", "like", "PAYMENT_STATUS")])
        payloads = [json.loads(message)["payload"] for message in sent.mapped("message")]
        return [
            payload["payment_result"]
            for payload in payloads
            if payload["data"]["pos.order"][0]["id"] == order.id
        ]

    def test_the_kiosk_loads_the_method(self):
        data = self.ask(f"/pos-self/data/{self.kiosk.id}", access_token=self.kiosk.access_token)
        loaded = {method["id"] for method in data["pos.payment.method"]}
        self.assertEqual(loaded, set(self.method.ids))
        self.assertIn("stripe_terminal", self.kiosk._supported_kiosk_payment_terminal())

    def test_paid_while_no_page_asks(self):
        order, row = self.start()
        self.assertEqual((row.state, row.amount, row.user_id), ("collecting", 4.5, self.kiosk_user))
        self.reader.tap()
        self.look(row)
        self.assertPaidOnce(order, row)
        self.assertEqual(self.results(order), ["Success"])
        self.assertEqual(order.payment_ids.card_no, row.card_last4)
        self.assertTrue(order.payment_ids.ticket)

    def test_the_page_is_told(self):
        order, row = self.start()
        told = self.status(order)
        self.assertEqual(told["state"], "waiting")
        self.assertIn("card reader", told["sentence"])
        self.reader.tap()
        self.look(row)
        told = self.status(order)
        self.assertEqual(told["state"], "finished")
        self.assertEqual(told["records"]["pos.order"][0]["state"], "paid")
        self.assertEqual(told["records"]["pos.payment"][0]["card_no"], row.card_last4)

    def test_a_second_press_is_the_same_payment(self):
        order, row = self.start()
        answer = self.press(self.resent(order))
        self.assertEqual(answer["payment_status"]["state"], "waiting")
        self.assertEqual(order._stripe_kiosk_row(), row)
        self.carry_out(row)
        intents = self.simulator.ledger(self.account)["intents"]
        lines = [intent["metadata"]["pos_payment_line_uuid"] for intent in intents]
        self.assertEqual(lines.count(row.line_uuid), 1)

    def test_declined_then_retried(self):
        order, row = self.start(amount=4.05)
        self.reader.tap()
        self.look(row)
        told = self.status(order)
        self.assertEqual(told["state"], "again")
        self.assertIn("declined", told["sentence"])
        self.assertEqual(self.results(order), ["fail"])
        intent = row.payment_intent
        self.press(self.resent(order))
        self.carry_out(row)
        self.assertEqual((row.state, row.payment_intent), ("collecting", intent))

    def test_declined_then_another_basket(self):
        order, row = self.start(amount=4.05)
        self.reader.tap()
        self.look(row)
        line = order.lines
        change = {"qty": 2, "price_subtotal": 8.1, "price_subtotal_incl": 8.1}
        self.press(self.resent(order, lines=[(1, line.id, change)], amount_total=8.1))
        self.carry_out(row)
        self.assertEqual(order.amount_total, 8.1)
        self.reader.tap()
        self.look(row)
        self.assertPaidOnce(order, row)

    def test_canceled_at_the_kiosk(self):
        order, row = self.start()
        told = self.status(order, route=CANCEL)
        self.assertEqual(told["state"], "canceling")
        self.carry_out(row)
        told = self.status(order)
        self.assertEqual((told["state"], row.state), ("again", "canceled"))
        self.assertIn("Nothing was charged", told["sentence"])
        self.press(self.resent(order))
        self.carry_out(row)
        self.reader.tap()
        self.look(row)
        self.assertPaidOnce(order, row)

    def test_canceled_on_the_reader(self):
        order, row = self.start()
        self.reader.customer_cancel()
        self.look(row)
        told = self.status(order)
        self.assertEqual(told["state"], "again")
        self.assertIn("You canceled on the card reader", told["sentence"])

    def test_the_reader_is_with_a_till(self):
        till = self._open_session(self._create_register("Till", self.method))
        at_till = self.send(self.line(9.0), session=till)
        self.carry_out(at_till)
        answer = self.press(self.basket())
        self.assertEqual(answer["payment_status"]["state"], "again")
        self.assertIn("One moment, please", answer["payment_status"]["sentence"])
        self.assertEqual(at_till.state, "collecting")

    def test_too_small_for_a_card(self):
        asked = len(self.sent("POST"))
        answer = self.press(self.basket(0.2))
        self.assertEqual(answer["payment_status"]["state"], "again")
        self.assertIn("pay at the counter", answer["payment_status"]["sentence"])
        self.assertEqual(len(self.sent("POST")), asked)

    def test_a_method_of_the_browser(self):
        method = self._create_method("Browser", "WSC513105011299", stripe_connection="browser")
        with (
            self.assertRaisesRegex(ValidationError, "asked through Stripe only"),
            self.env.cr.savepoint(),
        ):
            self._create_kiosk("Browser", method)
        till = self._create_register("Browser", method)
        self.assertFalse(till._stripe_kiosk_methods())
        self.assertFalse(method._stripe_terminal_kiosk_advice())

    def test_the_form_of_a_kiosk_method_is_content(self):
        self.assertFalse(self.method._stripe_terminal_kiosk_advice())
        self.assertFalse(self.env["res.config.settings"].create({}).stripe_terminal_lacks_kiosk)

    def test_a_kiosk_method_is_converted(self):
        method = self._create_method("Core", "WSC513105011298")
        kiosk = self._create_kiosk("Core", method)
        self.account.add_reader(serial_number="WSC513105011298")
        # As core's addon has it, which is not installed here.
        self.env.cr.execute(
            "UPDATE pos_payment_method SET use_payment_terminal = 'stripe' WHERE id = %s",
            (method.id,),
        )
        self.env.invalidate_all()
        method.action_stripe_terminal_convert()
        self.assertEqual(method.use_payment_terminal, "stripe_terminal")
        self.assertEqual(kiosk._stripe_kiosk_methods(), method)

    def test_paid_after_the_total_changed(self):
        order, row = self.start()
        order.sudo().amount_total = 9.0
        self.reader.tap()
        self.look(row)
        self.assertUnfinished(order, row)
        self.assertIn("9.00", order.activity_ids[:1].note)

    def test_paid_after_the_order_was_removed(self):
        order, row = self.start()
        # As a cron of somebody else's may, past every guard.
        self.env.cr.execute("DELETE FROM pos_order WHERE id = %s", (order.id,))
        self.env.invalidate_all()
        self.reader.tap()
        self.look(row)
        self.assertTrue(self.unattached(row))
        self.assertIn("the order is gone", self.pos_session.activity_ids[:1].note)

    def test_paid_after_the_order_was_paid_otherwise(self):
        order, row = self.start()
        order.add_payment(
            {
                "pos_order_id": order.id,
                "amount": 4.5,
                "payment_method_id": self.other_method.id,
            }
        )
        self.env.cr.execute("UPDATE pos_order SET state = 'paid' WHERE id = %s", (order.id,))
        self.env.invalidate_all()
        self.reader.tap()
        self.look(row)
        self.assertTrue(self.unattached(row))
        self.assertEqual(len(order.payment_ids), 1)

    def test_a_third_party_refuses_the_order(self):
        order, row = self.start()
        self.reader.tap()
        Order = type(self.env["pos.order"])
        with (
            patch.object(Order, "_process_saved_order", side_effect=ValueError("no")),
            self.assertLogs("odoo.addons.pos_payment_stripe", "ERROR"),
        ):
            self.look(row)
        self.assertEqual((row.state, order.state, len(order.payment_ids)), ("paid", "draft", 0))
        self.assertEqual(self.status(order)["state"], "help")
        row.carry_at = fields.Datetime.now() - timedelta(seconds=1)
        self.run_cron()
        self.assertPaidOnce(order, row)
        self.assertEqual(self.results(order), ["Success"])

    def test_a_kiosk_that_lost_its_power(self):
        order, row = self.start()
        row.kiosk_seen_at -= timedelta(minutes=2)
        self.run_cron()
        self.carry_out(row)
        self.assertEqual((row.state, order.state), ("canceled", "draft"))
        self.assertEqual(self.reader.screen["state"], "cancelled")

    def test_a_page_that_asks_is_not_gone(self):
        order, row = self.start()
        row.kiosk_seen_at -= timedelta(minutes=2)
        self.status(order)
        self.run_cron()
        self.assertEqual((row.state, row.wanted), ("collecting", False))

    def unattached(self, row):
        row.settled_at -= timedelta(minutes=1)
        return self.Payment._unattached([("id", "=", row.id)])

    def assertUnfinished(self, order, row):
        """Assert that the money is nobody's yet, and that people know."""
        self.assertEqual((row.state, order.state), ("paid", "draft"))
        self.assertFalse(order.payment_ids)
        self.assertTrue(self.unattached(row))
        self.assertEqual(self.status(order)["state"], "help")
        self.assertIn("no order shows it", order.activity_ids[:1].summary)
