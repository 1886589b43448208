from odoo import Command
from odoo.exceptions import MissingError, UserError
from odoo.tests import tagged

from .common import CardAndCashCase


@tagged("post_install", "-at_install")
class TestProvenOrder(CardAndCashCase):
    """An order that Stripe proves paid gets through, whatever became of its draft meanwhile."""

    def setUp(self):
        super().setUp()
        self.payment = self.pay()
        self.order_uuid = self.payment.order_uuid
        self.order = self.sync("draft", [Command.create(self.card())])

    def card(self, **values):
        """Return what a till sends of its card line."""
        return {
            "uuid": self.payment.line_uuid,
            "amount": 12.0,
            "payment_method_id": self.method.id,
            "payment_status": "done",
            **values,
        }

    def sync(self, state, payments, **values):
        """Have a till send its order with commands for its payments."""
        order = {
            "uuid": self.order_uuid,
            "access_token": "token-1",
            "state": state,
            "amount_total": 12.0,
            "amount_paid": 12.0,
            "lines": [self.product_line(12.0, uuid="line-1")],
            "payment_ids": payments,
        }
        return self.sync_order(**{**order, **values})

    def finish(self, **values):
        """Have a till send its finished order, whose card line it had synchronised before."""
        line = self.order.payment_ids
        line_id = getattr(self, "line_id", line.id)
        return self.sync("paid", [Command.update(line_id, self.card(**values))])

    def charge(self):
        self.reader.tap()
        self.look(self.payment)
        self.assertEqual(self.payment.state, "paid")

    def remove_line(self):
        """Remove the draft's payment, as core's online payments do."""
        self.line_id = self.order.payment_ids.id
        self.order.payment_ids.sudo().unlink()

    def assertRecorded(self, order, *payments):
        self.assertEqual(order, self.order)
        self.assertEqual(order.state, "paid")
        self.assertEqual(order.amount_paid, 12.0)
        recorded = order.payment_ids.filtered(lambda line: line.payment_method_id == self.method)
        self.assertEqual(recorded.mapped("uuid"), [payment.line_uuid for payment in payments])
        self.assertEqual(self.payment.payment_id, recorded)
        self.assertFalse(recorded.filtered("stripe_unverified"))

    # A receipt was printed

    def test_a_printed_order(self):
        self.charge()
        self.order.nb_print = 2
        self.assertRecorded(self.finish(), self.payment)
        self.assertEqual(self.order.nb_print, 2)

    def test_a_printed_order_lets_its_session_close(self):
        self.charge()
        self.order.nb_print = 1
        self.finish()
        # Stripe's simulator remembers what the other tests have charged.
        differences = self.compare_with_stripe(self.pos_session)["differences"]
        self.pos_session.stripe_terminal_accept([difference["key"] for difference in differences])
        self.assertIs(self.pos_session.action_pos_session_closing_control(), True)
        self.assertEqual(self.pos_session.state, "closed")

    def assertLocked(self, **values):
        self.order.nb_print = 1
        with self.assertRaisesRegex(UserError, "printed order"):
            self.finish(**values)

    def test_a_printed_order_that_stripe_does_not_prove(self):
        self.assertLocked()

    def test_a_printed_order_with_another_amount(self):
        self.charge()
        self.assertLocked(amount=13.0)

    def test_a_printed_order_with_another_method(self):
        self.charge()
        self.assertLocked(payment_method_id=self.other_method.id)

    def test_a_printed_order_with_another_order_s_payment(self):
        self.charge()
        self.payment.order_uuid = "another order"
        self.assertLocked()

    # The line has gone

    def test_a_line_that_has_gone(self):
        self.charge()
        self.remove_line()
        self.assertRecorded(self.finish(), self.payment)

    def test_a_line_that_has_gone_of_a_printed_order(self):
        self.charge()
        self.remove_line()
        self.order.nb_print = 1
        self.assertRecorded(self.finish(), self.payment)

    def test_a_line_that_has_gone_and_was_not_changed_since(self):
        self.charge()
        self.remove_line()
        self.assertRecorded(self.sync("paid", []), self.payment)

    def test_a_line_that_has_gone_and_is_not_paid(self):
        self.remove_line()
        with self.assertRaises(MissingError):
            self.finish()

    def test_a_line_that_has_gone_with_another_amount(self):
        self.charge()
        self.remove_line()
        with self.assertRaises(MissingError):
            self.finish(amount=13.0)

    def test_an_order_that_was_paid_otherwise_gets_no_line(self):
        self.charge()
        self.remove_line()
        bank = {"uuid": "bank-1", "amount": 12.0, "payment_method_id": self.other_method.id}
        order = self.sync("paid", [Command.create(bank)])
        self.assertEqual(order.state, "paid")
        self.assertEqual(order.payment_ids.mapped("uuid"), ["bank-1"])

    # The session is not open

    def test_a_session_in_opening_control(self):
        self.charge()
        self.pos_session.state = "opening_control"
        self.assertRecorded(self.finish(), self.payment)

    def test_a_later_session_in_opening_control(self):
        self.charge()
        self.order.nb_print = 1
        self.pos_session.state = "closed"
        self.config.open_ui()
        self.assertEqual(self.config.current_session_id.state, "opening_control")
        self.assertRecorded(self.finish(), self.payment)
        self.assertEqual(self.order.session_id, self.config.current_session_id)

    def test_a_line_that_was_canceled_and_whose_removal_nobody_told(self):
        self.payment._cancel()
        self.carry_out(self.payment)
        cash = {
            "uuid": "paid-otherwise",
            "amount": 12.0,
            "payment_method_id": self.other_method.id,
        }
        order = self.sync("paid", [Command.create(cash)], id=self.order.id)
        self.assertEqual(order.payment_ids.mapped("uuid"), ["paid-otherwise"])
        self.assertEqual((order.state, order.amount_paid), ("paid", 12.0))

    def test_a_line_that_may_still_be_charged_is_not_left_out(self):
        cash = {
            "uuid": "paid-otherwise",
            "amount": 12.0,
            "payment_method_id": self.other_method.id,
        }
        with self.assertRaises(UserError):
            self.sync("paid", [Command.create(cash)], id=self.order.id)
        self.assertIn(self.payment.line_uuid, self.order.payment_ids.mapped("uuid"))
