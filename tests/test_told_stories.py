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
            story.nothing_is_refunded_twice()
            story.refunds_go_where_the_money_came_from()
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

    # What happens to an order before it is finished

    def asked(self, story, amount=12.0):
        """Have the reader ask for what an order costs, and return its till's copy."""
        copy = story.new_order(amount)
        self.carry_out(story.ask_card(copy, amount))
        return copy

    def charged(self, story, copy):
        """Have the card charged that is asked for, and return the row."""
        story.tap()
        row = copy.rows()
        self.carry_out(row)
        self.assertEqual(row.state, "paid")
        return row

    def share(self, story, copy):
        """Have the till synchronise its order, and return the copy of another device."""
        copy.is_disturbed = True
        story.synchronise(copy, "draft")
        return story.other_device_reads(copy.order)

    def test_another_device_finishes_what_the_reader_asks_for(self):
        with self.told() as story:
            copy = self.asked(story)
            row, other = copy.rows(), self.share(story, copy)
            story.finish_copy(other)
            self.assertEqual(other.order.state, "paid")
            story.finish_copy(copy)
            self.carry_out(row)
            self.assertEqual(row.state, "canceled")

    def test_another_device_has_it_while_the_card_is_charged(self):
        with self.told() as story:
            copy = self.asked(story)
            other = self.share(story, copy)
            row = self.charged(story, copy)
            other.add_item(5.0)
            story.synchronise(other, "draft")
            story.finish_copy(copy)
            self.assertEqual(row.payment_id.pos_order_id, copy.order)

    def test_a_draft_is_emptied_and_printed(self):
        with self.told() as story:
            copy = self.asked(story)
            self.share(story, copy)
            row = self.charged(story, copy)
            copy.order.payment_ids.sudo().unlink()
            story.print_receipt(None, copy)
            story.finish_copy(copy)
            self.assertEqual(row.payment_id.pos_order_id, copy.order)

    def test_the_total_falls_while_the_card_is_charged(self):
        with self.told() as story:
            copy = self.asked(story)
            copy.add_item(-2.0)
            self.charged(story, copy)
            story.finish_copy(copy)
            self.assertFalse(copy.is_finished)

    def test_what_is_due_is_asked_for_after_the_total_fell(self):
        with self.told() as story:
            copy = self.asked(story)
            copy.add_item(-2.0)
            story.watch(copy)
            self.carry_out(copy.rows())
            self.assertEqual(copy.rows().state, "canceled")
            story.retry(None, copy)
            self.carry_out(copy.rows())
            self.assertEqual(self.charged(story, copy).amount_received, 1000)
            story.finish_copy(copy)
            self.assertTrue(copy.is_finished)

    def test_a_till_is_lost_and_its_order_restored(self):
        with self.told() as story:
            copy = self.asked(story)
            row = self.charged(story, copy)
            story.copies.remove(copy)
            story.pass_time(11)
            story.restore(row)
            story.finish_copy(story.copies[-1])
            self.assertEqual(row.payment_id.pos_order_id.uuid, copy.uuid)

    def test_a_till_comes_back_after_its_order_was_restored(self):
        with self.told() as story:
            copy = self.asked(story)
            row = self.charged(story, copy)
            story.pass_time(11)
            story.restore(row)
            story.finish_copy(copy)
            self.assertEqual(len(row.payment_id.pos_order_id.payment_ids), 1)

    def test_a_synchronisation_is_refused_and_its_answer_lost(self):
        with self.told() as story:
            copy = self.asked(story)
            row = self.charged(story, copy)
            story.third_party_refuses("pos.order", "user", 1)
            story.finish_copy(copy)
            self.assertFalse(row.payment_id)
            story.loses_answer = True
            for _turn in range(2):
                story.finish_copy(copy)
            self.assertTrue(copy.is_finished)
            self.assertEqual(len(copy.order.payment_ids), 1)
