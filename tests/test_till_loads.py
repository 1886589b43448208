from odoo.tests import tagged

from .common import CardAndCashCase


@tagged("post_install", "-at_install")
class TestTillLoads(CardAndCashCase):
    """What tills load of orders: no activities, and of cards only where a card was charged."""

    def loaded(self, model, records):
        """Return what a till loads of records, as a list of dicts."""
        return self.env[model]._load_pos_data_read(records, self.config)

    def order_with(self, method, uuid):
        return self.sync_order(
            uuid=uuid,
            access_token=uuid,
            state="draft",
            amount_total=12.0,
            amount_paid=0,
            lines=[self.product_line(12.0, uuid=f"line of {uuid}")],
            payment_ids=[
                (0, 0, {"uuid": f"payment of {uuid}", "amount": 12, "payment_method_id": method.id})
            ],
        )

    def test_orders_come_without_what_only_the_office_shows(self):
        order = self.order_with(self.other_method, "order-1")
        names = set(self.loaded("pos.order", order)[0])
        mixin = self.env["mail.activity.mixin"]._fields
        self.assertIn("activity_ids", mixin)
        self.assertEqual(names & set(mixin), {"id", "display_name"} & names)
        self.assertFalse([name for name in names if name.startswith("stripe_")])
        every = set(order.read()[0])
        self.assertEqual(
            {name for name in every - names if not name.startswith("stripe_")},
            {name for name in mixin if name in every} - {"id", "display_name"},
        )

    def test_tills_are_told_of_no_fields_that_they_do_not_load(self):
        told = self.pos_session.load_data_params()
        names = set(told["pos.order"]["relations"])
        self.assertIn("lines", names)
        self.assertNotIn("activity_ids", names)
        self.assertFalse([name for name in names if name.startswith("stripe_")])
        # All of the others, as core says it.
        self.assertEqual(told["pos.order"]["fields"], [])
        self.assertNotIn("stripe_is_adoptable", told["pos.payment"]["relations"])

    def test_only_card_payments_tell_of_cards(self):
        card = self.order_with(self.method, "order-1").payment_ids
        bank = self.order_with(self.other_method, "order-2").payment_ids
        ours = {"stripe_card", "stripe_refunded_uuid", "stripe_tip", "stripe_unverified"}
        of_card, of_bank = self.loaded("pos.payment", card)[0], self.loaded("pos.payment", bank)[0]
        self.assertEqual({name for name in of_card if name.startswith("stripe_")}, ours)
        self.assertFalse([name for name in of_bank if name.startswith("stripe_")])
        self.assertEqual(of_card.keys() - of_bank.keys(), ours)

    def test_a_card_has_the_name_that_receipts_give_it(self):
        card = self.order_with(self.method, "order-1").payment_ids
        self.assertFalse(self.loaded("pos.payment", card)[0]["stripe_card"])
        card.sudo().write({"card_brand": "amex", "card_no": "0005"})
        loaded = self.loaded("pos.payment", card)[0]
        self.assertEqual(loaded["stripe_card"], "American Express 0005")

    def test_a_payment_that_became_another_way_s_still_tells_of_its_card(self):
        bank = self.order_with(self.other_method, "order-1").payment_ids
        bank.sudo().stripe_unverified = True
        self.assertTrue(self.loaded("pos.payment", bank)[0]["stripe_unverified"])
