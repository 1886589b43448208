from odoo.tests import tagged

from .refund_case import FAILING_CARD, RefundCase
from .worker import pass_time


@tagged("post_install", "-at_install")
class TestRefundClosing(RefundCase):
    """A session with refunds: what Stripe knows of them, and what is written into the books."""

    def compare(self):
        """Compare as the closing popup does, and return what it shows."""
        return self.compare_with_stripe(self.pos_session.with_user(self.cashier))

    def assertDiffers(self, kind, *parts):
        """Assert that there is one difference of a kind, whose problem names the parts."""
        result = self.compare()
        self.assertEqual(result["state"], "differs", result)
        (difference,) = result["differences"]
        self.assertEqual(difference["key"].split(":")[0], kind)
        self.assertTrue(difference["advice"])
        for part in parts:
            self.assertIn(part, difference["problem"])

    def test_sales_minus_refunds_agree(self):
        sale = self.sell(12.0)
        self.finish(self.refund(sale, 5.0))
        result = self.compare()
        self.assertEqual(result["state"], "agrees", result)
        self.assertIn("2 card payments ($\xa07.00) match", result["sentence"])

    def test_the_refund_of_another_session_counts_in_its_own(self):
        sale = self.sell(12.0)
        self.assertEqual(self.compare()["state"], "agrees")
        self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.pos_session = self._open_session(self.config)
        self.finish(self.refund(sale, 5.0))
        result = self.compare()
        self.assertEqual(result["state"], "agrees", result)
        self.assertIn("$\xa0-5.00", result["sentence"])

    def test_made_but_not_recorded(self):
        self.refund(self.sell(12.0), 5.0)
        self.assertDiffers("not_recorded", "$\xa05.00", "2-0002", "refunded")

    def test_recorded_but_not_made(self):
        self.simulator.async_refund_time = 0.1
        sale = self.sell(12.0, FAILING_CARD)
        refund = self.refund(sale, 12.0)
        self.finish(refund)
        self.simulator.wait_until(lambda: self.refunds(sale)[0]["status"] == "failed")
        self.assertDiffers("not_taken", "$\xa012.00", "not made")

    # What was refunded without the Point of Sale

    def test_a_part_that_was_refunded_in_the_dashboard(self):
        self.in_dashboard(self.sell(12.0), 300)
        self.assertDiffers("went_back", "$\xa03.00", "of order", "dashboard")

    def test_a_whole_that_was_refunded_in_the_dashboard_with_our_metadata(self):
        self.in_dashboard(self.sell(12.0), 1200, metadata=self.our_metadata())
        self.assertDiffers("went_back", "$\xa012.00", "of order", "dashboard")

    def our_metadata(self):
        """Return metadata as our own refunds have it, copied by a person or a script."""
        return {
            "odoo_database": self.env.cr.dbname,
            "pos_session": self.pos_session.name,
            "pos_payment_line_uuid": "a line that nobody knows",
            "pos_refund_attempt": "1",
        }

    def test_two_refunds_in_the_dashboard_are_two_differences(self):
        sale = self.sell(12.0)
        self.in_dashboard(sale, 300)
        self.in_dashboard(sale, 300)
        differences = self.compare()["differences"]
        self.assertEqual(len({difference["key"] for difference in differences}), 2)

    def test_the_dashboards_refund_counts_beside_the_shops_own(self):
        sale = self.sell(12.0)
        self.finish(self.refund(sale, 5.0))
        self.in_dashboard(sale, 300)
        self.assertDiffers("went_back", "$\xa03.00")

    def test_a_copy_of_the_shops_own_refund_counts(self):
        sale = self.sell(12.0)
        refund = self.refund(sale, 5.0)
        self.finish(refund)
        self.in_dashboard(sale, 500, metadata=refund._flow().refund_metadata())
        self.assertDiffers("went_back", "$\xa05.00")

    def test_a_refund_under_way_does_not_count_twice(self):
        sale = self.sell(12.0)
        self.simulator.faults.add("POST", "/v1/refunds", "drop_after", times=None)
        # The charge was read before, and cannot be read since.
        self.simulator.faults.add("GET", "/v1/payment_intents/*", "drop_after", nth=2, times=None)
        refund = self.refund(sale, 5.0)
        self.simulator.faults.clear()
        self.assertEqual((refund.state, self.refunded_at_stripe(sale)), ("unknown", 500))
        self.assertDiffers("still_open", "$\xa05.00")
        self.carry_out(refund)
        self.finish(refund)
        self.assertEqual(self.compare()["state"], "agrees")

    def test_a_refund_that_the_journal_shows_already(self):
        sale = self.sell(12.0)
        self.in_dashboard(sale, 300)
        sale._flow().apply_charge(
            self.provider._stripe_terminal_gateway()
            .retrieve_refunded_charge(sale.payment_intent)
            .data["latest_charge"]
        )
        self.assertTrue(sale.payment_id.pos_order_id.stripe_refunded_outside)
        self.assertDiffers("went_back", "$\xa03.00")
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        keys = [difference["key"] for difference in self.compare()["differences"]]
        self.assertEqual([key.split(":")[0] for key in keys], ["unreachable", "went_back"])

    def test_the_dashboards_refund_of_an_earlier_session_is_told_once(self):
        sale = self.sell(12.0)
        elsewhere = self._open_session(self._create_register("Bar", self.method))
        self.assertEqual(self.compare()["state"], "agrees")
        self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.assertEqual(self.pos_session.state, "closed")
        self.in_dashboard(sale, 300)
        self.pos_session = elsewhere
        self.assertEqual(self.compare()["state"], "agrees")
        self.pos_session = self._open_session(self.config)
        self.assertDiffers("went_back", "$\xa03.00")
        manager = self.pos_session.with_user(self.manager)
        keys = [one["key"] for one in manager.stripe_terminal_compare()["differences"]]
        manager.stripe_terminal_accept(keys)
        self.assertEqual(manager.close_session_from_ui(), {"successful": True})
        self.assertIn("3.00", "".join(self.pos_session.sudo().message_ids.mapped("body")))
        self.pos_session = self._open_session(self.config)
        self.assertEqual(self.compare()["state"], "agrees")

    def test_the_refund_of_another_register_is_no_difference(self):
        sale = self.sell(12.0)
        first = self.pos_session
        self.pos_session = self._open_session(self._create_register("Bar", self.method))
        refund = self.refund(sale, 5.0)
        self.assertDiffers("not_recorded", "$\xa05.00")
        second, self.pos_session = self.pos_session, first
        self.assertEqual(self.compare()["state"], "agrees")
        self.pos_session = second
        self.finish(refund)
        for self.pos_session in (first, second):
            self.assertEqual(self.compare()["state"], "agrees")

    def test_what_failed_at_the_bank_did_not_go_back(self):
        self.simulator.async_refund_time = 0.1
        sale = self.sell(12.0, FAILING_CARD)
        self.in_dashboard(sale, 300)
        self.simulator.wait_until(lambda: self.refunds(sale)[0]["status"] == "failed")
        self.assertEqual(self.compare()["state"], "agrees")

    def test_a_refund_that_was_changed_to_cash(self):
        refund = self.refund(self.sell(12.0), 5.0)
        self.finish(refund)
        self.config.with_context(
            bypass_payment_method_ids_forbidden_change=True
        ).payment_method_ids += self.other_method
        refund.payment_id.payment_method_id = self.other_method
        self.assertDiffers("not_recorded", "$\xa05.00", "records it as Bank")

    def test_another_amount(self):
        refund = self.refund(self.sell(12.0), 5.0)
        self.finish(refund, amount=-6.0)
        self.assertDiffers("other_amount", "$\xa06.00", "$\xa05.00")

    def test_still_open(self):
        self.simulator.faults.add("POST", "/v1/refunds", "drop_before", times=None)
        self.refund(self.sell(12.0), 5.0)
        self.simulator.faults.clear()
        self.assertDiffers("still_open", "$\xa05.00", "still open")

    def test_while_stripe_is_silent(self):
        self.finish(self.refund(self.sell(12.0), 5.0))
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        result = self.compare()
        self.assertEqual([item["key"] for item in result["differences"]], ["unreachable"])

    # The books

    def test_journal_items_are_those_of_a_session_paid_in_cash(self):
        cash = self.env["pos.payment.method"].create(
            {
                "name": "Cash",
                "company_id": self.company.id,
                "journal_id": self.env["account.journal"]
                .create({"name": "Cash 2", "type": "cash", "code": "CSH2"})
                .id,
            }
        )
        books = {}
        for method in (self.method, cash):
            self.pos_session = self._open_session(self._create_register(method.name, method))
            if method == cash:
                for amount in (12.0, -5.0):
                    self.draft_order(
                        self.Payment.new(
                            {
                                "kind": "refund" if amount < 0 else "payment",
                                "order_uuid": f"order {amount}",
                                "line_uuid": f"line {amount}",
                                "amount_minor": abs(amount) * 100,
                                "currency_id": self.pos_session.currency_id.id,
                            }
                        ),
                        payment_method_id=cash.id,
                    )._process_saved_order(draft=False)
            else:
                self.finish(self.refund(self.sell(12.0), 5.0))
                self.assertEqual(self.compare()["state"], "agrees")
            pass_time(self, seconds=1)
            self.assertEqual(self.close(), {"successful": True})
            books[method] = self.items()
        # The sale, and the claim that each way of paying leaves to its own entry.
        self.assertEqual(books[self.method]["session"], books[cash]["session"])
        # What came in: on the bank's outstanding account as a payment, in the drawer as cash.
        self.assertEqual(sum(books[self.method]["paid"]), sum(books[cash]["paid"]))
        self.assertEqual(sum(books[self.method]["paid"]), 7.0)

    def close(self):
        session = self.pos_session
        if session.cash_journal_id:
            session.with_user(self.cashier).post_closing_cash_details(7.0)
        return session.with_user(self.cashier).close_session_from_ui()

    def items(self):
        """Return the balances of the closed session's entry, and of the money that came in."""
        session = self.pos_session
        self.assertEqual(session.state, "closed")
        entry = sorted(
            (item.account_id.account_type, item.balance) for item in session.move_id.line_ids
        )
        related = session._get_related_account_moves() - session.move_id
        money = related.line_ids.filtered(
            lambda item: item.account_id.account_type in ("asset_cash", "asset_current")
        )
        return {"session": entry, "paid": money.mapped("balance")}
