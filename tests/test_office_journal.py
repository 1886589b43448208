from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tests import tagged

from ..models.pos_stripe_payment_search import GROUPS
from .common import StripeTerminalCase


@tagged("post_install", "-at_install")
class TestOfficeJournal(StripeTerminalCase):
    """The journal as the office reads it: totals, search, groups, and the first sentence."""

    def paid(self, amount=12.0, minutes_ago=5):
        """Return a payment that Stripe has taken a while ago."""
        payment = self.pay(amount)
        self.reader.tap()
        self.look(payment)
        payment.settled_at = fields.Datetime.now() - timedelta(minutes=minutes_ago)
        return payment

    def forced(self):
        """Return a payment that was forced while Stripe is silent, and is on an order."""
        payment = self.pay(12.0)
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(payment)
        payment._force_done()
        self.draft_order(payment)._process_saved_order(draft=False)
        return payment

    def forced_and_unpaid(self):
        payment = self.forced()
        self.simulator.faults.clear()
        self.look(payment)
        self.assertTrue(payment.unpaid)
        return payment

    def found(self, text):
        ours = ("config_id", "=", self.config.id)
        return self.Payment.search([("found_by", "ilike", text), ours])

    # Totals

    def test_the_total_leaves_out_what_was_not_taken(self):
        paid = self.paid(12.0)
        declined = self.pay(7.0)
        self.reader.decline("insufficient_funds")
        self.look(declined)
        waiting = self.pay(3.0)
        rows = paid + declined + waiting
        self.assertEqual(rows.mapped("taken"), [12.0, 0.0, 0.0])
        ((total,),) = self.Payment._read_group([("id", "in", rows.ids)], [], ["taken:sum"])
        self.assertEqual(total, 12.0)

    def test_what_was_forced_and_not_paid_adds_nothing(self):
        self.assertEqual(self.forced_and_unpaid().taken, 0)

    def test_what_was_refunded_without_an_order_adds_nothing(self):
        payment = self.paid()
        payment._refund_unattached()
        self.carry_out(payment)
        self.assertTrue(payment.refund)
        self.assertEqual(payment.taken, 0)

    def test_what_was_refunded_in_the_dashboard_is_left_out_too(self):
        payment = self.paid()
        payment.refunds = [
            {"id": "re_1", "amount": 240, "status": "succeeded", "created": 1, "line_uuid": None},
            {"id": "re_2", "amount": 100, "status": "failed", "created": 1, "line_uuid": None},
            # Of a row of its own.
            {"id": "re_3", "amount": 300, "status": "succeeded", "created": 1, "line_uuid": "x"},
        ]
        self.assertEqual(payment.taken, 9.6)

    def test_a_refund_is_negative(self):
        payment = self.paid()
        payment.write({"kind": "refund"})
        self.assertEqual(payment.taken, -12.0)

    # Search and groups

    def test_one_field_finds_a_payment_by_whatever_a_person_has(self):
        payment, other = self.paid(12.34), self.paid(5.0)
        other.order_ref = "7-0001"
        for text in ("2-0001", payment.payment_intent, "12.34", "12,34", "-12,34", "12,34 €"):
            with self.subTest(text):
                self.assertEqual(self.found(text), payment)
        self.assertEqual(self.found("4242"), payment + other)
        self.assertFalse(self.found("12.35"))
        search = etree.fromstring(self.Payment.get_view(view_type="search")["arch"])
        self.assertEqual(search.find("field").get("name"), "found_by")

    def test_people_group_by_what_means_something_to_them(self):
        told = self.Payment.fields_get(attributes=["groupable"])
        offered = {name for name, field in told.items() if field["groupable"]}
        self.assertEqual(offered, GROUPS)

    # The list

    def test_forced_and_unpaid_rows_are_red(self):
        view = etree.fromstring(self.Payment.get_view(view_type="list")["arch"])
        self.assertEqual(view.get("decoration-danger"), "unpaid")
        self.assertEqual(view.get("decoration-warning"), "unverified")
        self.assertFalse(view.xpath("//field[@name='amount']/@sum"))
        self.assertTrue(view.xpath("//field[@name='taken']/@sum"))

    # The first sentence

    def test_the_form_begins_with_who_forced_it_also_when_it_turned_out_unpaid(self):
        payment = self.forced()
        who = self.env.user.name
        self.assertIn(f"Forced by {who} at ", payment.story)
        self.assertIn("Stripe has not said yet", payment.story)
        self.assertEqual(payment.story_tone, "warning")
        self.simulator.faults.clear()
        self.look(payment)
        self.assertIn(f"Forced by {who} at ", payment.story)
        self.assertTrue(payment.story.endswith("; Stripe took nothing; ask the customer."))
        self.assertEqual(payment.story_tone, "danger")
        payment.forced_by = "Camille"
        self.assertIn("Forced by Camille at ", payment.story)

    def test_each_state_has_a_sentence(self):
        payment = self.paid()
        said = set()
        for kind in ("payment", "refund"):
            payment.kind = kind
            for state, _name in self.Payment._fields["state"].selection:
                payment.state = state
                self.assertTrue(payment.story, (kind, state))
                self.assertNotRegex(payment.story, r"[:,; ]$")
                self.assertIn(payment.story_tone, ("success", "info", "warning", "danger"))
                said.add(payment.story)
        self.assertGreaterEqual(len(said), 11, said)

    def test_a_paid_one_tells_card_and_time(self):
        payment = self.paid(minutes_ago=0)
        self.assertRegex(payment.story, r"^Stripe took .*12\.00.* from Visa 4242 at \d+:\d\d")
        payment.settled_at = fields.Datetime.now() - timedelta(days=2)
        self.assertRegex(payment.story, r" at \d+/\d+/\d+,? ")

    def test_one_that_no_order_shows_says_so(self):
        self.assertIn("no order shows it", self.paid().story)
