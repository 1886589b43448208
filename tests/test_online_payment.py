from odoo.tests import tagged

from .common import CardAndCashCase


@tagged("post_install", "-at_install")
class TestOnlinePayment(CardAndCashCase):
    """Core empties drafts of registers with an online payment; what the journal knows stays."""

    def setUp(self):
        super().setUp()
        self.payment = self.pay()
        self.order = self.draft_order(self.payment)
        self.line = self.order.payment_ids

    def clean(self):
        # As `get_and_set_online_payments_data` does.
        self.order.sudo()._clean_payment_lines()
        return self.order.payment_ids

    def test_a_line_whose_card_is_asked_for_stays(self):
        self.assertEqual(self.clean(), self.line)
        self.assertFalse(self.payment.wanted)

    def add_other_line(self):
        self.order.add_payment(
            {
                "pos_order_id": self.order.id,
                "amount": 1.0,
                "payment_method_id": self.other_method.id,
            }
        )

    def test_other_lines_go(self):
        self.add_other_line()
        self.assertEqual(self.clean(), self.line)

    def test_nothing_goes_once_a_card_was_charged(self):
        self.add_other_line()
        self.reader.tap()
        self.look(self.payment)
        self.assertEqual(len(self.clean()), 2)

    def test_a_line_that_only_says_so_goes(self):
        self.payment.order_uuid = "another order"
        self.assertFalse(self.clean())

    def test_all_lines_can_be_removed_otherwise(self):
        self.line.with_context(stripe_keeps_journalled=True).unlink()
        self.assertFalse(self.order.payment_ids)
