import itertools
from ast import literal_eval

from lxml import etree

from odoo.tests import tagged

from .common import StripeTerminalCase


@tagged("post_install", "-at_install")
class TestOfficeOrders(StripeTerminalCase):
    """A card payment that was only forced does not look like any other in the office."""

    def forced(self):
        """Return a payment that was forced while Stripe is silent, and its order."""
        payment = self.pay(12.0)
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(payment)
        payment._force_done()
        order = self.draft_order(payment)
        order._process_saved_order(draft=False)
        self.simulator.faults.clear()
        return payment, order

    def doubts(self, order):
        return order.stripe_doubt, order.payment_ids.stripe_doubt

    def filtered_orders(self, model="pos.order"):
        """Return what the filter of a model's search shows."""
        view = etree.fromstring(self.env[model].get_view(view_type="search")["arch"])
        (domain,) = view.xpath("//filter[@name='stripe_unverified']/@domain")
        return self.env[model].search(
            [*literal_eval(domain), ("session_id", "=", self.pos_session.id)]
        )

    def test_a_forced_payment_is_unverified(self):
        _payment, order = self.forced()
        self.assertEqual(self.doubts(order), ("unverified", "unverified"))

    def test_one_that_turned_out_unpaid_says_so(self):
        payment, order = self.forced()
        self.look(payment)
        self.assertTrue(payment.unpaid)
        self.assertEqual(self.doubts(order), ("unpaid", "unpaid"))

    def test_one_that_turned_out_paid_is_like_any_other(self):
        payment, order = self.forced()
        self.reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.assertEqual(self.doubts(order), (False, False))

    def test_a_filter_finds_them(self):
        _payment, order = self.forced()
        other = self.pay()
        self.reader.tap()
        self.look(other)
        self.draft_order(other)._process_saved_order(draft=False)
        self.assertEqual(self.filtered_orders(), order)
        self.assertEqual(self.filtered_orders("pos.payment"), order.payment_ids)

    def test_lists_and_forms_show_it(self):
        for model, kind in itertools.product(("pos.order", "pos.payment"), ("list", "form")):
            view = etree.fromstring(self.env[model].get_view(view_type=kind)["arch"])
            with self.subTest(model=model, kind=kind):
                (badge,) = view.xpath("//field[@name='stripe_doubt'][@widget='badge']")
                self.assertEqual(badge.get("decoration-danger"), "stripe_doubt == 'unpaid'")

    def test_a_list_of_orders_asks_no_more_for_many(self):
        orders = self.env["pos.order"]
        for _number in range(3):
            orders += self.forced()[1]
        orders.invalidate_recordset()
        with self.assertQueryCount(5):
            orders.mapped("stripe_doubt")
