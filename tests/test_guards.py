from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import StripeTerminalCase


@tagged("post_install", "-at_install")
class TestGuards(StripeTerminalCase):
    """No way of dropping an order or a line leaves a card payment behind unnoticed."""

    def paid(self):
        payment = self.pay()
        self.reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        return payment

    def test_a_cancelled_order_takes_its_running_payment_back(self):
        payment = self.pay()
        self.draft_order(payment).action_pos_order_cancel()
        self.assertEqual(payment.wanted, "cancel")
        self.carry_out(payment)
        self.assertEqual((payment.state, payment.intent_status), ("canceled", "canceled"))
        self.assertMoney(payment)

    def test_a_removed_order_takes_its_running_payment_back(self):
        payment = self.pay()
        order = self.draft_order(payment)
        self.env["pos.order"].remove_from_ui(order.ids)
        # With pos_self_order it stays as a cancelled one.
        self.assertIn(order.exists().state, (False, "cancel"))
        self.carry_out(payment)
        self.assertEqual(payment.state, "canceled")

    def test_a_deleted_order_takes_its_running_payment_back(self):
        payment = self.pay()
        self.draft_order(payment).unlink()
        self.assertEqual(payment.wanted, "cancel")

    def test_a_payment_whose_line_never_reached_the_server_is_taken_back(self):
        payment = self.pay()
        order = self.draft_order(payment)
        order.payment_ids.uuid = "another"
        order.action_pos_order_cancel()
        self.assertEqual(payment.wanted, "cancel")

    def test_a_deleted_line_takes_its_payment_back(self):
        payment = self.pay()
        self.draft_order(payment).payment_ids.unlink()
        self.assertEqual(payment.wanted, "cancel")

    def test_a_paid_order_is_neither_cancelled_nor_deleted(self):
        payment = self.paid()
        order = self.draft_order(payment)
        for give_up in (
            order.action_pos_order_cancel,
            order.unlink,
            lambda: self.env["pos.order"].remove_from_ui(order.ids),
            lambda: order.write({"state": "cancel"}),
        ):
            with self.assertRaisesRegex(UserError, "Refund the payment first"):
                give_up()
        self.assertEqual(order.state, "draft")
        self.assertFalse(payment.wanted)

    def test_a_refunded_order_can_be_cancelled(self):
        payment = self.paid()
        order = self.draft_order(payment)
        payment.wanted = "refund"
        self.carry_out(payment)
        self.assertEqual(payment.refunded_minor, payment.amount_minor)
        order.action_pos_order_cancel()
        self.assertEqual(order.state, "cancel")

    def test_the_card_wins_against_the_cancelled_order(self):
        payment = self.pay()
        order = self.draft_order(payment)
        order.action_pos_order_cancel()
        self.reader.tap()
        self.carry_out(payment)
        self.assertEqual(payment.state, "paid")
        self.assertMoney(payment)

    def test_a_deleted_paid_line_does_not_stop_the_till(self):
        payment = self.paid()
        self.draft_order(payment).payment_ids.unlink()
        self.assertEqual(payment.state, "paid")
        self.assertFalse(payment.wanted)

    def test_orders_with_other_methods_stay_as_they_are(self):
        running = self.pay()
        self.pos_session = self._open_session(self._create_register("Bar", self.other_method))
        order = self.draft_order(
            self.Payment.new(
                {
                    "order_uuid": "another order",
                    "line_uuid": "another line",
                    "amount_minor": 1200,
                    "currency_id": self.pos_session.currency_id.id,
                }
            ),
            payment_method_id=self.other_method.id,
        )
        order.action_pos_order_cancel()
        self.assertEqual(order.state, "cancel")
        order.unlink()
        self.assertFalse(running.wanted)
