from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import OwnAccountCase

CASHIER = "point_of_sale.group_pos_user"
MANAGER = "point_of_sale.group_pos_manager"


@tagged("post_install", "-at_install")
class TestClosing(OwnAccountCase):
    """A session closes when its card payments agree with Stripe, or when a manager says so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.method = cls.config.payment_method_ids

    def setUp(self):
        super().setUp()
        self.pos_session = self.pos_session.with_user(self.cashier)

    # What happens in the shop

    def paid(self, amount=12.0, **values):
        payment = self.pay(amount, **values)
        self.reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        return payment

    def finish(self, payment, **values):
        """Have the till synchronise the finished order of a payment."""
        order = self.draft_order(payment, **values)
        order._process_saved_order(draft=False)
        return order

    def sold(self, amount=12.0):
        payment = self.paid(amount)
        self.finish(payment)
        return payment

    def test_a_card_payment_that_was_changed_to_cash(self):
        payment = self.sold()
        self.config.with_context(
            bypass_payment_method_ids_forbidden_change=True
        ).payment_method_ids += self.other_method
        order = payment.payment_id.pos_order_id
        payment.payment_id.payment_method_id = self.other_method
        result = self.compare()
        self.assertDiffers(result, "not_recorded")
        problem = result["differences"][0]["problem"]
        self.assertIn(f"order {order.pos_reference} records it as Bank", problem)
        # Core's own way is another line in the place of the first one.
        order.payment_ids.unlink()
        order.add_payment(
            {
                "pos_order_id": order.id,
                "amount": payment.amount,
                "payment_method_id": self.other_method.id,
            }
        )
        result = self.compare()
        self.assertDiffers(result, "not_recorded")
        self.assertIn("records it as Bank", result["differences"][0]["problem"])

    def test_a_card_payment_that_was_changed_to_nothing(self):
        payment = self.sold(4.6)
        payment.payment_id.amount = 0
        result = self.compare()
        self.assertDiffers(result, "other_amount")
        self.assertIn("Stripe took $\xa04.60", result["differences"][0]["problem"])

    def test_a_payment_that_was_refunded_before_its_order_came(self):
        payment = self.paid()
        payment.settled_at -= timedelta(minutes=5)
        payment._refund_unattached()
        self.carry_out(payment)
        self.finish(payment)
        self.assertDiffers(self.compare(), "not_taken")

    # What the till does

    @property
    def comparison(self):
        return self.env["pos.stripe.comparison"].sudo()._for_session(self.pos_session)

    def compare(self):
        """Compare as the closing popup does, and return what it shows."""
        return self.compare_with_stripe(self.pos_session)

    def assertDiffers(self, result, *kinds):
        self.assertEqual(result["state"], "differs")
        found = [difference["key"].split(":")[0] for difference in result["differences"]]
        self.assertEqual(sorted(found), sorted(kinds))
        self.assertTrue(all(difference["advice"] for difference in result["differences"]))

    def close(self, user=None):
        return self.pos_session.with_user(user or self.cashier).close_session_from_ui()

    def assertCloses(self, user=None):
        self.assertEqual(self.close(user), {"successful": True})
        self.assertEqual(self.pos_session.state, "closed")

    def assertStaysOpen(self, user=None):
        answer = self.close(user)
        self.assertFalse(answer["successful"])
        self.assertTrue(answer["stripe_terminal"])
        self.assertEqual(self.pos_session.state, "opened")
        return answer["message"]

    # Agreement

    def test_agreement_is_one_line_of_totals(self):
        self.sold(12.34)
        self.sold(0.56)
        result = self.compare()
        self.assertEqual(result["state"], "agrees")
        self.assertIn("2 card payments ($\xa012.90) match Stripe", result["sentence"])
        self.assertCloses()

    def test_canceled_declined_and_refunded_payments_are_no_difference(self):
        canceled, declined, refunded = self.pay(5.0), None, None
        canceled._cancel()
        self.carry_out(canceled)
        declined = self.pay(6.0)
        self.reader.decline()
        self.look(declined)
        refunded = self.paid(7.0)
        refunded.wanted = "refund"
        self.carry_out(refunded)
        result = self.compare()
        self.assertEqual((result["state"], result["sentence"]), ("agrees", "Stripe: no payments"))
        self.assertCloses()

    def test_other_registers_databases_and_online_payments_do_not_count(self):
        self.sold()
        gateway = self.provider._stripe_terminal_gateway()
        params = {
            "amount": 900,
            "currency": "usd",
            "allowed_payment_method_types": ["card_present"],
        }
        for metadata in (
            {},
            {"odoo_database": "other", "pos_session": self.pos_session.name},
            {"odoo_database": self.env.cr.dbname, "pos_session": "Bar/00001"},
        ):
            intent = gateway.create_payment_intent({**params, "metadata": metadata}, None).data
            gateway.process_payment_intent(self.reader.id, intent["id"], None)
            self.reader.tap()
        self.assertEqual(self.compare()["state"], "agrees")

    def test_more_payments_than_one_page_of_stripe(self):
        self.sold()
        gateway = self.provider._stripe_terminal_gateway()
        params = {
            "amount": 900,
            "currency": "usd",
            "allowed_payment_method_types": ["card_present"],
        }
        for _number in range(205):
            gateway.create_payment_intent(params, None)
        before = len(self.sent("GET", "/v1/payment_intents"))
        self.assertEqual(self.compare()["state"], "agrees")
        self.assertEqual(len(self.sent("GET", "/v1/payment_intents")) - before, 3)

    def test_a_payment_that_began_long_before_the_session(self):
        self.sold()
        self.pos_session.sudo().start_at = fields.Datetime.now() + timedelta(days=7)
        self.assertEqual(self.compare()["state"], "agrees")

    def test_a_session_without_card_payments_closes_while_stripe_is_silent(self):
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.assertEqual(self.compare()["state"], "agrees")
        self.assertCloses()

    def test_a_register_without_a_stripe_reader_is_none_of_our_business(self):
        self.pos_session = self._open_session(
            self._create_register("Bar", self.other_method)
        ).with_user(self.cashier)
        self.assertEqual(self.pos_session.stripe_terminal_compare(True)["state"], "none")
        self.assertCloses()

    # Each kind of difference

    def test_taken_but_not_recorded(self):
        self.sold(3.0)
        self.paid(4.6, order_ref="2-0042")
        result = self.compare()
        self.assertDiffers(result, "not_recorded")
        problem = result["differences"][0]["problem"]
        for part in ("4.60", "2-0042", "Visa 4242"):
            self.assertIn(part, problem)
        self.assertIn("4.60", self.assertStaysOpen())

    def test_a_card_has_one_name(self):
        for number, masked, name in (
            ("378282246310005", "American Express **** 0005", "American Express 0005"),
            ("6280000360000978", "eftpos **** 0978", "eftpos 0978"),
        ):
            with self.subTest(name):
                payment = self.pay(4.6)
                self.reader.tap(card=number)
                self.look(payment)
                self.assertIn(masked, payment._ticket())
                self.assertIn(name, payment.story)
                problems = "".join(one["problem"] for one in self.compare()["differences"])
                self.assertIn(name, problems)

    def test_taken_for_an_order_that_is_still_a_draft(self):
        self.draft_order(self.paid())
        self.assertDiffers(self.compare(), "not_recorded")

    def test_taken_and_the_journal_has_lost_it(self):
        self.sold()
        lost = self.paid(4.6)
        lost.unlink()
        result = self.compare()
        self.assertDiffers(result, "not_recorded")
        self.assertIn("4.60", result["differences"][0]["problem"])

    def test_a_late_order_settles_the_difference_without_asking_again(self):
        payment = self.paid()
        self.assertDiffers(self.compare(), "not_recorded")
        self.finish(payment)
        self.assertEqual(self.pos_session.stripe_terminal_compare()["state"], "agrees")
        self.assertCloses()

    def test_a_payment_that_another_session_has_taken_over(self):
        payment = self.paid()
        payment.settled_at -= timedelta(minutes=5)
        other = self._open_session(self._create_register("Bar", self.method))
        payment._attach(other, "another order", "3-0001")
        order = self.draft_order(payment)
        order.session_id = other
        order._process_saved_order(draft=False)
        self.assertEqual(self.compare()["state"], "agrees")
        self.pos_session = other.with_user(self.cashier)
        result = self.compare()
        self.assertIn("1 card payment ($\xa012.00) matches", result["sentence"])

    def test_recorded_but_not_taken(self):
        payment = self.pay(4.6)
        self.reader.decline()
        self.look(payment)
        self.finish(payment)
        result = self.compare()
        self.assertDiffers(result, "not_taken")
        self.assertIn("4.60", result["differences"][0]["problem"])
        self.assertStaysOpen()

    def test_recorded_and_never_sent(self):
        self.finish(
            self.Payment.new(
                {
                    "order_uuid": "an order",
                    "line_uuid": "a line",
                    "amount_minor": 460,
                    "currency_id": self.pos_session.currency_id.id,
                }
            )
        )
        self.assertDiffers(self.compare(), "not_taken")

    def test_recorded_with_the_payment_of_another_order(self):
        payment = self.paid()
        payment_order = payment.order_uuid
        payment.order_uuid = "another"
        order = self.draft_order(payment)
        order.uuid = payment_order
        order._process_saved_order(draft=False)
        self.assertDiffers(self.compare(), "not_taken")

    def test_the_journal_says_paid_and_stripe_does_not(self):
        payment = self.pay()
        payment._cancel()
        self.carry_out(payment)
        payment.state = "paid"
        self.finish(payment)
        self.assertDiffers(self.compare(), "not_taken")

    def test_another_amount(self):
        self.finish(self.paid(4.5), amount=4.51)
        result = self.compare()
        self.assertDiffers(result, "other_amount")
        problem = result["differences"][0]["problem"]
        self.assertIn("4.51", problem)
        self.assertIn("4.50", problem)
        self.assertStaysOpen()

    def test_still_open(self):
        payment = self.pay()
        self.assertDiffers(self.compare(), "still_open")
        self.assertStaysOpen()
        # The answer counts only as long as nothing goes on.
        self.reader.tap()
        self.look(payment)
        self.finish(payment)
        self.assertEqual(self.pos_session.stripe_terminal_compare()["state"], "comparing")
        self.assertIn("still being compared", self.assertStaysOpen())

    def test_forced_and_still_unknown(self):
        payment = self.pay()
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(payment)
        payment._force_done()
        self.finish(payment)
        self.simulator.faults.clear()
        self.reader.go_offline()
        self.assertDiffers(self.compare(), "still_open")

    # Stripe cannot be asked

    def test_a_silent_stripe_is_a_difference(self):
        self.sold()
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        result = self.compare()
        self.assertDiffers(result, "unreachable")
        self.assertIn("cannot be asked", self.assertStaysOpen())
        self.simulator.faults.clear()
        self.assertEqual(self.compare()["state"], "agrees")
        self.assertCloses()

    def test_one_lost_answer_is_asked_for_again(self):
        self.sold()
        self.simulator.faults.add("GET", "/v1/payment_intents", "drop_after", times=1)
        self.assertEqual(self.compare()["state"], "agrees")

    def test_a_wrong_key_is_said_so(self):
        self.sold()
        self.provider.stripe_secret_key = "sk_test_" + "wrong"
        result = self.compare()
        self.assertDiffers(result, "unreachable")
        self.assertIn("secret key", result["differences"][0]["advice"])

    def test_an_answer_that_never_comes(self):
        self.sold()
        self.pos_session.stripe_terminal_compare(True)
        self.comparison.asked_at = fields.Datetime.now() - timedelta(minutes=1)
        self.assertDiffers(self.pos_session.stripe_terminal_compare(), "unreachable")

    def test_an_old_answer_does_not_count(self):
        self.sold()
        self.compare()
        self.comparison.compared_at = fields.Datetime.now() - timedelta(hours=1)
        self.assertStaysOpen()
        self.assertEqual(self.pos_session.stripe_terminal_compare()["state"], "comparing")

    def test_without_any_comparison_nothing_closes(self):
        self.sold()
        self.assertStaysOpen()
        with self.assertRaises(UserError):
            self.pos_session.update_closing_control_state_session("")
        with self.assertRaises(UserError):
            self.pos_session.action_pos_session_validate()

    # Who closes all the same

    def accept(self, result, user, **values):
        self.pos_session.with_user(user).stripe_terminal_accept(
            [difference["key"] for difference in result["differences"]], **values
        )

    def test_a_manager_closes_with_differences_and_they_are_noted(self):
        self.paid(4.6, order_ref="2-0042")
        result = self.compare()
        self.assertStaysOpen(self.manager)
        self.accept(result, self.manager)
        self.assertCloses(self.manager)
        notes = "".join(self.pos_session.sudo().message_ids.mapped("body"))
        for part in (self.manager.name, "2-0042", "4.60"):
            self.assertIn(part, notes)

    def test_a_cashier_does_not(self):
        self.paid()
        result = self.compare()
        with self.assertRaises(AccessError):
            self.accept(result, self.cashier)
        self.assertStaysOpen()

    def test_a_difference_that_nobody_has_seen_is_not_accepted(self):
        self.paid()
        self.accept(self.compare(), self.manager)
        self.paid(5.0)
        self.compare()
        self.assertStaysOpen(self.manager)

    def test_a_manager_closes_while_stripe_is_silent(self):
        self.sold()
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.accept(self.compare(), self.manager)
        self.assertCloses(self.manager)

    def test_strangers_learn_nothing(self):
        stranger = self._create_user("stranger", "base.group_user")
        with self.assertRaises(AccessError):
            self.pos_session.with_user(stranger).stripe_terminal_compare(True)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        other = self._create_user("elsewhere", MANAGER, company)
        with self.assertRaises(AccessError):
            self.pos_session.with_user(other).stripe_terminal_compare(True)

    # From the backend

    def test_the_backend_closes_what_agrees(self):
        self.sold()
        self.compare()
        self.assertIs(self.pos_session.action_pos_session_closing_control(), True)

    def test_the_backend_shows_the_comparison_first(self):
        self.paid()
        session = self.pos_session.with_user(self.manager)
        action = session.action_pos_session_closing_control()
        self.assertEqual(action["res_model"], "pos.stripe.closing")
        self.assertEqual(session.state, "opened")
        self.compare()
        dialog = self.env["pos.stripe.closing"].browse(action["res_id"])
        with self.assertRaises(AccessError):
            dialog.with_user(self.cashier).action_close()
        dialog = dialog.with_user(self.manager)
        action = dialog.action_close()
        self.assertEqual((action["res_model"], session.state), ("pos.stripe.closing", "opened"))
        differences = self.pos_session.stripe_terminal_compare()["differences"]
        dialog.shown = "\n".join(difference["key"] for difference in differences)
        dialog.action_close()
        self.assertEqual(session.state, "closed")
