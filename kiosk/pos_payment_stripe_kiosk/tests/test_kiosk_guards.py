from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .kiosk_case import CANCEL, PROCESS, REMOVE, KioskCase


@tagged("post_install", "-at_install")
class TestKioskGuards(KioskCase):
    """What is refused while a payment runs, and who is told."""

    def test_an_order_that_is_being_paid_is_not_changed(self):
        order, row = self.start()
        line = order.lines
        answer = self.ask(
            PROCESS,
            order=self.resent(order, lines=[(1, line.id, {"qty": 2})]),
            access_token=self.kiosk.access_token,
            table_identifier=None,
        )
        self.assertEqual(answer, "UserError")
        self.assertEqual((order.lines.qty, order.amount_total, row.state), (1, 4.5, "collecting"))

    def test_an_order_that_is_being_paid_is_not_removed(self):
        order, row = self.start()
        self.assertEqual(self.remove(order), "UserError")
        self.assertEqual((order.state, row.state), ("draft", "collecting"))

    def test_a_canceled_one_is_removed(self):
        order, row = self.start()
        self.status(order, route=CANCEL)
        self.carry_out(row)
        self.assertIsNone(self.remove(order))
        self.assertIn(order.exists().state, (False, "cancel"))

    def test_a_paid_order_does_not_become_a_draft(self):
        """As core makes of any order that a visitor sends again."""
        order, row = self.start()
        self.reader.tap()
        self.look(row)
        answer = self.ask(
            PROCESS,
            order=self.resent(order),
            access_token=self.kiosk.access_token,
            table_identifier=None,
        )
        self.assertEqual(answer, "UserError")
        self.assertPaidOnce(order, row)

    def test_closing_the_kiosk_takes_the_payment_back_first(self):
        order, row = self.start()
        answer = self.kiosk.action_close_kiosk_session()
        self.assertIn("not closed yet", answer["params"]["message"])
        self.assertEqual((row.wanted, order.exists()), ("cancel", order))
        self.carry_out(row)
        self.assertEqual(row.state, "canceled")
        self.kiosk.action_close_kiosk_session()
        self.assertFalse(order.exists())

    def test_closing_the_kiosk_after_the_card_was_presented(self):
        """The order is finished, and its session closes with it."""
        order, row = self.start()
        self.reader.tap()
        self.kiosk.action_close_kiosk_session()
        self.carry_out(row)
        self.assertPaidOnce(order, row)

    def test_a_draft_with_money_is_not_deleted(self):
        order, row = self.start()
        order.sudo().amount_total = 9.0
        self.reader.tap()
        self.look(row)
        with self.assertRaises(UserError):
            order.unlink()

    @mute_logger("odoo.addons.pos_payment_stripe")
    def test_a_till_finishes_the_order_meanwhile(self):
        order, row = self.start()
        order.add_payment(
            {
                "pos_order_id": order.id,
                "amount": 4.5,
                "payment_method_id": self.other_method.id,
            }
        )
        order.action_pos_order_paid()
        self.status(order, route=CANCEL)
        self.carry_out(row)
        self.assertEqual((row.state, len(order.payment_ids)), ("canceled", 1))

    def remove(self, order):
        return self.ask(
            REMOVE,
            access_token=self.kiosk.access_token,
            order_id=order.id,
            order_access_token=order.access_token,
        )
