from odoo.addons.pos_payment_stripe import runner
from odoo.tests import tagged

from .refund_case import FAILING_CARD, RefundCase
from .worker import pass_time


@tagged("post_install", "-at_install")
class TestRefundClosing(RefundCase):
    """A session with refunds: what Stripe knows of them, and what is written into the books."""

    def compare(self):
        """Compare as the closing popup does, and return what it shows."""
        session = self.pos_session.with_user(self.cashier)
        session.stripe_terminal_compare(True)
        self.env.flush_all()
        comparison = self.env["pos.stripe.comparison"].sudo()._of(session)
        runner.carry_out(self.env.cr.dbname, comparison.id, "pos.stripe.comparison")
        self.env.invalidate_all()
        return session.stripe_terminal_compare()

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
        self.finish(self.give_back(sale, 5.0))
        result = self.compare()
        self.assertEqual(result["state"], "agrees", result)
        self.assertIn("2 payments, $\xa07.00, agrees", result["sentence"])

    def test_the_refund_of_another_session_counts_in_its_own(self):
        sale = self.sell(12.0)
        self.assertEqual(self.compare()["state"], "agrees")
        self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.pos_session = self._open_session(self.config)
        self.finish(self.give_back(sale, 5.0))
        result = self.compare()
        self.assertEqual(result["state"], "agrees", result)
        self.assertIn("$\xa0-5.00", result["sentence"])

    def test_made_but_not_recorded(self):
        self.give_back(self.sell(12.0), 5.0)
        self.assertDiffers("not_recorded", "$\xa05.00", "2-0002", "gave")

    def test_recorded_but_not_made(self):
        self.simulator.async_refund_time = 0.1
        sale = self.sell(12.0, FAILING_CARD)
        refund = self.give_back(sale, 12.0)
        self.finish(refund)
        self.simulator.wait_until(lambda: self.refunds(sale)[0]["status"] == "failed")
        self.assertDiffers("not_taken", "$\xa012.00", "not made")

    def test_another_amount(self):
        refund = self.give_back(self.sell(12.0), 5.0)
        self.finish(refund, amount=-6.0)
        self.assertDiffers("other_amount", "$\xa06.00", "$\xa05.00")

    def test_still_open(self):
        self.simulator.faults.add("POST", "/v1/refunds", "drop_before", times=None)
        self.give_back(self.sell(12.0), 5.0)
        self.simulator.faults.clear()
        self.assertDiffers("still_open", "$\xa05.00", "still open")

    def test_while_stripe_is_silent(self):
        self.finish(self.give_back(self.sell(12.0), 5.0))
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
                self.finish(self.give_back(self.sell(12.0), 5.0))
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
