"""Stories as the random ones tell them, step by step: what each outsider once did harm with."""

from contextlib import contextmanager

from odoo.tests import tagged

from .test_random_stories import RandomStories, Story


@tagged("post_install", "-at_install")
class TestToldStories(RandomStories):
    """Nobody's word but Stripe's moves money, and none of Stripe's words is lost."""

    @contextmanager
    def told(self):
        """Tell a story, which ends as all do."""
        story = type("Story", (self.story,), {"case": self})()
        try:
            yield story
            self.env.invalidate_all()
            story.nothing_is_paid_twice()
            story.nothing_is_given_back_twice()
            story.money_goes_back_where_it_came_from()
            story.the_journal_has_only_what_was_sent()
        finally:
            story.teardown()

    def sold(self, story, amount=12.0):
        """Have a card pay an order, finish it, and return its `pos.payment`."""
        Story.customer_pays(story, amount, is_known=True, is_finished=True)
        return story.recorded[-1]

    def test_a_third_party_refuses_what_stripe_said(self):
        for error in ("user", "validation", "database"):
            with self.subTest(error), self.told() as story:
                story.new_line(12.0)
                row = story.row(story.lines[0])
                self.carry_out(row)
                self.assertEqual(row.state, "collecting")
                story.finish(story.lines[0])
                story.third_party_refuses("pos.payment", error, None)
                story.tap()
                for _look in range(3):
                    self.carry_out(row)
                self.assertEqual(row.state, "paid")
                self.assertFalse(row.payment_id.card_no)
                story.third_party_relents()

    def test_a_cashier_names_another_charge(self):
        with self.told() as story:
            payment = self.sold(story, 1.0)
            for reference in story.charges_of_others():
                values = {"transaction_id": reference, "uuid": f"new {reference}"}
                for name, value in values.items():
                    change = payment.with_user(self.cashier).write
                    story.tamper(payment, lambda c=change, n=name, v=value: c({n: v}))
                story.refund_recorded(payment, 500.0)
                self.carry_out(story.row(story.lines[-1]))

    def test_a_settled_payment_is_edited(self):
        for command in ("method", "amount", "remove", "replace"):
            with self.subTest(command), self.told() as story:
                payment = self.sold(story)
                story.edit(payment, command, 5.0)

    def test_cash_becomes_a_card(self):
        with self.told() as story:
            story.sell_for_cash(12.0)
            story.edit(story.recorded[-1], "method", 5.0)

    def test_refunds_in_the_dashboard(self):
        for amount in (5.0, 12.0):
            with self.subTest(amount), self.told() as story:
                self.sold(story)
                story.refund_in_dashboard(0, amount)

    def test_stripe_is_late_with_a_refund(self):
        for meanwhile in (409, 429, 500, 503):
            with self.subTest(meanwhile), self.told() as story:
                payment = self.sold(story)
                story.stripe_is_late("/v1/refunds", meanwhile)
                story.refund_recorded(payment, 5.0)
                self.carry_out(story.row(story.lines[-1]))
                story.late_requests_are_carried_out()
