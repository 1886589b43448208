import json
import uuid

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import OwnAccountCase
from .worker import pass_time

SILENT = {"seconds": 11}


@tagged("post_install", "-at_install")
class TestBasket(OwnAccountCase):
    """The order of a payment comes with its request, and any register can make it again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config = cls._create_register("Counter", cls.method + cls.other_method)
        cls.pos_session = cls._open_session(cls.config)
        cls.terrace = cls._open_session(cls._create_register("Terrace", cls.method))

    def basket(self, *amounts, **values):
        """Return what would synchronise an order of products that cost these amounts."""
        total = sum(amounts)
        return {
            "uuid": str(uuid.uuid4()),
            "state": "draft",
            "session_id": self.pos_session.id,
            "access_token": "of-the-till",
            "pos_reference": "2-0001",
            "date_order": fields.Datetime.to_string(fields.Datetime.now()),
            "amount_total": total,
            "amount_tax": 0,
            "amount_paid": 0,
            "amount_return": 0,
            "lines": [self.product_line(amount) for amount in amounts],
            "payment_ids": [],
            **values,
        }

    def asked(self, amount, basket, **values):
        """Return what a till sends for a line of the order that it sends along."""
        values = {"despite": False, **values}
        return self.line(amount, order_uuid=basket["uuid"], basket=basket, **values)

    def paid(self, amount, basket, **values):
        payment = self.send(self.asked(amount, basket, **values))
        self.carry_out(payment)
        self.reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        return payment

    def left(self, amount, basket, **values):
        """Return a payment whose till has gone since."""
        payment = self.paid(amount, basket, **values)
        pass_time(self, **SILENT)
        return payment

    def behind(self, session=None):
        return self.Payment._left_behind(session or self.pos_session)

    # What comes with the request

    def test_no_draft_is_made(self):
        basket = self.basket(2.4)
        self.paid(2.4, basket)
        self.assertFalse(self.env["pos.order"].search([("uuid", "=", basket["uuid"])]))

    def test_more_than_the_order_costs_is_not_asked_for(self):
        line = self.asked(6.9, self.basket(2.4))
        answer = self.Payment._send(self.pos_session, self.method, line)
        self.assertEqual(answer["failure_code"], "amount_above_due")
        self.assertFalse(self.Payment.search([("line_uuid", "=", line["line_uuid"])]))
        payment = self.send(self.again(line, amount=2.4))
        self.assertEqual(payment.wanted, "collect")

    def test_cards_together_take_no_more_than_the_order_costs(self):
        basket = self.basket(2.0, 3.0)
        self.paid(4.0, basket)
        answer = self.Payment._send(self.pos_session, self.method, self.asked(2.0, basket))
        self.assertEqual(answer["failure_code"], "amount_above_due")
        self.assertEqual(self.send(self.asked(1.0, basket)).wanted, "collect")

    def test_what_rounding_adds_is_owed(self):
        self.config.write(
            {
                "cash_rounding": True,
                "rounding_method": self.env["account.cash.rounding"]
                .create(
                    {
                        "name": "0.05",
                        "rounding": 0.05,
                        "strategy": "add_invoice_line",
                        "rounding_method": "HALF-UP",
                    }
                )
                .id,
            }
        )
        self.assertEqual(self.send(self.asked(2.45, self.basket(2.43))).wanted, "collect")

    def test_what_is_no_order_is_not_kept(self):
        order = self.basket(2.4)
        for basket in (
            None,
            "order",
            [],
            {},
            {"uuid": "another"},
            {**order, "lines": [self.product_line(2.4)] * 9000},
        ):
            with self.subTest(str(basket)[:40]):
                line = self.line(2.4, order_uuid=order["uuid"], basket=basket)
                payment = self.send(line)
                self.assertEqual(payment.wanted, "collect")
                self.assertFalse(payment.basket)
                payment._cancel()
                self.carry_out(payment)

    def test_no_card_data_is_kept(self):
        basket = self.basket(5.0)
        for method in (self.method, self.other_method):
            values = {
                "uuid": str(uuid.uuid4()),
                "amount": 1.0,
                "payment_method_id": method.id,
                "card_no": "4242",
                "ticket": "AID",
                "payment_method_authcode": "123",
            }
            basket["payment_ids"].append((0, 0, values))
        payment = self.send(self.asked(3.0, basket))
        for word in ("4242", "AID", "authcode"):
            self.assertNotIn(word, json.dumps(payment.basket))
        [(_create, _id, kept)] = payment.basket["payment_ids"]
        self.assertEqual(kept["payment_method_id"], self.other_method.id)

    def test_nobody_reads_it(self):
        payment = self.send(self.asked(2.4, self.basket(2.4)))
        for user in (self.manager, self.cashier):
            with self.subTest(user.login), self.assertRaises(AccessError):
                payment.with_user(user).read(["basket"])

    # Made again

    def test_any_register_with_the_method_restores_the_order(self):
        basket = self.basket(2.4, 4.5, general_customer_note="No milk")
        basket["payment_ids"].append(
            (
                0,
                0,
                {
                    "uuid": str(uuid.uuid4()),
                    "amount": 1.9,
                    "payment_method_id": self.method.id,
                    "payment_status": "retry",
                },
            )
        )
        payment = self.left(5.0, basket)
        [datum] = self.behind(self.terrace)
        self.assertTrue(datum["restorable"])
        restored = payment._restore(self.terrace)
        [order] = restored["orders"]["pos.order"]
        order = self.env["pos.order"].browse(order["id"])
        self.assertEqual((order.uuid, order.state), (basket["uuid"], "draft"))
        self.assertEqual((order.session_id, payment.session_id), (self.terrace, self.terrace))
        self.assertEqual(order.general_customer_note, "No milk")
        self.assertEqual(order.lines.mapped("price_subtotal_incl"), [2.4, 4.5])
        [line] = order.payment_ids
        self.assertEqual((line.uuid, line.amount), (payment.line_uuid, 5.0))
        self.assertEqual([one["line_uuid"] for one in restored["payments"]], [payment.line_uuid])
        self.assertFalse(self.behind())
        with self.assertRaises(UserError):
            payment._restore(self.pos_session)
        # And is finished as a till finishes it.
        self.sync_order(
            id=order.id,
            uuid=order.uuid,
            access_token=order.access_token,
            session_id=self.terrace.id,
            state="paid",
            amount_total=6.9,
            amount_paid=6.9,
            lines=[],
            payment_ids=[
                (
                    0,
                    0,
                    {
                        "uuid": str(uuid.uuid4()),
                        "amount": 1.9,
                        "payment_method_id": self.method.id,
                        "payment_status": "done",
                    },
                )
            ],
        )
        self.assertEqual(payment.payment_id, line)

    def test_all_cards_of_the_order_are_on_it(self):
        basket = self.basket(5.0, 5.0)
        rows = self.left(4.0, basket) | self.left(6.0, basket)
        order = rows[0]._restore(self.pos_session)["orders"]["pos.order"][0]
        order = self.env["pos.order"].browse(order["id"])
        self.assertEqual(sorted(order.payment_ids.mapped("amount")), [4.0, 6.0])
        self.assertFalse(self.behind())

    def test_core_has_the_draft(self):
        payment = self.left(5.0, self.basket(5.0))
        order = self.draft_order(payment)
        order.payment_ids.unlink()
        payment._restore(self.pos_session)
        self.assertEqual(order.payment_ids.uuid, payment.line_uuid)

    def test_core_has_the_draft_and_has_printed_it(self):
        payment = self.left(5.0, self.basket(5.0))
        order = self.draft_order(payment)
        order.payment_ids.unlink()
        order.nb_print = 2
        payment.with_user(self.cashier).sudo()._restore(self.pos_session)
        self.assertEqual(order.payment_ids.uuid, payment.line_uuid)
        self.assertEqual(order.nb_print, 2)

    def test_an_order_that_was_finished_otherwise_is_not_made_again(self):
        payment = self.left(5.0, self.basket(5.0))
        order = self.draft_order(payment)
        order.payment_ids.unlink()
        order.add_payment(
            {"pos_order_id": order.id, "amount": 5.0, "payment_method_id": self.other_method.id}
        )
        order.action_pos_order_paid()
        [datum] = self.behind()
        self.assertFalse(datum["restorable"])
        with self.assertRaises(UserError):
            payment._restore(self.pos_session)

    def test_a_register_without_the_method_is_told_nothing(self):
        other = self._open_session(self._create_register("Kiosk", self.other_method))
        self.left(5.0, self.basket(5.0))
        self.assertFalse(self.behind(other))

    def test_a_cashier_restores_with_the_rights_of_one(self):
        payment = self.left(5.0, self.basket(5.0))
        payment = payment.with_user(self.cashier).sudo()
        [order] = payment._restore(self.pos_session)["orders"]["pos.order"]
        self.assertEqual(self.env["pos.order"].browse(order["id"]).create_uid, self.cashier)

    # Whose till still works on it

    def test_what_a_till_works_on_is_not_unattached(self):
        payment = self.paid(2.0, self.basket(5.0))
        for _look in range(5):
            pass_time(self, seconds=4)
            payment._see()
        [datum] = self.behind(self.terrace)
        self.assertIn("in progress at Counter", datum["note"])
        with self.assertRaises(UserError):
            payment._refund_unattached()
        pass_time(self, **SILENT)
        [datum] = self.behind(self.terrace)
        self.assertNotIn("note", datum)

    def test_a_running_payment_that_was_left_alone_is_read(self):
        payment = self.send(self.asked(2.4, self.basket(2.4)))
        self.carry_out(payment)
        self.assertFalse(self.behind())
        pass_time(self, **SILENT)
        [datum] = self.behind()
        self.assertIn("in progress", datum["note"])
        self.reader.tap()
        self.carry_out(payment)
        self.assertEqual(payment.state, "paid")

    # About the same amount

    def test_who_asks_for_about_the_same_amount_is_told_once(self):
        lost = self.left(5.0, self.basket(5.0))
        line = self.asked(5.2, self.basket(5.2))
        answer = self.Payment._send(self.pos_session, self.method, line)
        self.assertEqual(answer["failure_code"], "payment_on_its_way")
        self.assertIn("5.00", answer["sentence"])
        payment = self.send(self.again(line, despite=True))
        self.assertEqual(payment.wanted, "collect")
        self.assertNotEqual(payment, lost)
        self.carry_out(payment)
        self.reader.decline("generic_decline")
        self.look(payment)
        self.assertEqual(self.send(self.again(line)).wanted, "collect")

    def test_who_cannot_be_told_is_not_stopped(self):
        self.left(5.0, self.basket(5.0))
        self.assertEqual(self.send(self.line(5.0)).wanted, "collect")

    def test_who_asks_for_something_else_is_not(self):
        self.left(5.0, self.basket(5.0))
        self.assertEqual(self.send(self.asked(9.0, self.basket(9.0))).wanted, "collect")

    def test_the_customers_of_another_till_are_theirs(self):
        payment = self.paid(5.0, self.basket(8.0))
        pass_time(self, **SILENT)
        payment._see()
        self.assertEqual(self.send(self.asked(5.0, self.basket(5.0))).wanted, "collect")

    # Kept as long as it is needed

    def test_it_is_forgotten_when_it_has_arrived(self):
        arrived, lost = self.paid(5.0, self.basket(5.0)), self.paid(6.9, self.basket(6.9))
        refused = self.send(self.asked(2.4, self.basket(2.4)))
        refused._cancel()
        self.carry_out(refused)
        self.draft_order(arrived)._process_saved_order(draft=False)
        rows = arrived | lost | refused
        self.Payment._gc_baskets()
        self.assertTrue(all(rows.mapped("basket")))
        pass_time(self, days=3)
        self.Payment._gc_baskets()
        self.assertEqual(rows.filtered("basket"), lost)
