import uuid
from contextlib import suppress

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .refund_case import RefundCase

SETTLED = "so this (payment|refund) cannot be changed"
NO_CARD = "only a Point of Sale manager"


@tagged("post_install", "-at_install")
class TestSettledPayment(RefundCase):
    """What Stripe has settled is not edited, and nothing becomes a card payment by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cash = cls.env["pos.payment.method"].create(
            {"name": "Cash", "journal_id": cls.company_data["default_journal_cash"].id}
        )
        # As set up before the session was opened.
        for method in (cls.cash, cls.other_method):
            cls.env.cr.execute(
                "INSERT INTO pos_config_pos_payment_method_rel VALUES (%s, %s)",
                (cls.config.id, method.id),
            )
        cls.env.invalidate_all()

    def call(self, records, method, *args, user=None):
        """Call a method of records as a browser of the cashier, or of another user, does."""
        records = records.with_user(user or self.cashier)
        is_model = getattr(getattr(type(records), method), "_api_model", False)
        result = call_kw(records, method, [*([] if is_model else [records.ids]), *args], {})
        self.env.flush_all()
        self.env.invalidate_all()
        return result

    def assertRefused(self, sentence, records, method, *args, user=None):
        with self.assertRaisesRegex(UserError, sentence), self.env.cr.savepoint():
            self.call(records, method, *args, user=user)
        self.env.invalidate_all()

    def order(self, *methods, amount=3.0, **values):
        """Have a till synchronise a finished order that is paid with some methods."""
        payments = [
            (
                0,
                0,
                {
                    "amount": amount,
                    "payment_method_id": method.id,
                    "uuid": str(uuid.uuid4()),
                    **values,
                },
            )
            for method in methods
        ]
        total = amount * len(payments)
        order = {
            "session_id": self.pos_session.id,
            "uuid": str(uuid.uuid4()),
            "access_token": str(uuid.uuid4()),
            "state": "paid",
            "amount_total": total,
            "amount_paid": total,
            "amount_tax": 0,
            "amount_return": 0,
            "date_order": "2026-01-01 10:00:00",
            "lines": [self.product_line(total)],
            "payment_ids": payments,
        }
        result = self.call(self.env["pos.order"], "sync_from_ui", [order])
        return self.env["pos.order"].browse(result["pos.order"][0]["id"])

    def draft(self):
        """Return a draft order with a card payment that no reader was asked for."""
        values = {"order_uuid": str(uuid.uuid4()), "line_uuid": str(uuid.uuid4())}
        values |= {"amount_minor": 300, "currency_id": self.pos_session.currency_id.id}
        return self.draft_order(self.Payment.new(values))

    def changes(self, payment):
        """Return what must not be written on a settled line, one by one."""
        other, company = self.order(self.cash), self.env["res.company"].search([])[-1:]
        return {
            "amount": 1.0,
            "card_brand": "amex",
            "card_no": "0005",
            "card_type": "debit",
            "cardholder_name": "Somebody",
            "company_id": (company - payment.company_id).id,
            "is_change": True,
            "payment_date": "2020-01-01 10:00:00",
            "payment_method_authcode": "other",
            "payment_method_id": self.cash.id,
            "payment_method_issuer_bank": "other",
            "payment_method_payment_mode": "other",
            "payment_ref_no": "other",
            "payment_status": "reversed",
            "pos_order_id": other.id,
            "session_id": False,
            "stripe_refunded_uuid": "other",
            "stripe_tip": 1.0,
            "stripe_unverified": not payment.stripe_unverified,
            "ticket": "other",
            "transaction_id": "pi_other",
            "uuid": str(uuid.uuid4()),
        }

    def test_each_field(self):
        payment = self.sell(12.0).payment_id
        order = payment.pos_order_id
        for user in (self.cashier, self.manager):
            for name, value in self.changes(payment).items():
                with self.subTest(name, login=user.login):
                    self.assertRefused(SETTLED, payment, "write", {name: value}, user=user)
                    self.assertRefused(
                        SETTLED,
                        order,
                        "write",
                        {"payment_ids": [(1, payment.id, {name: value})]},
                        user=user,
                    )
            self.assertRefused(SETTLED, payment, "unlink", user=user)
            for command in ((2, payment.id), (5,), (6, 0, [])):
                self.assertRefused(SETTLED, order, "write", {"payment_ids": [command]}, user=user)

    def test_what_changes_nothing_or_nothing_of_stripe(self):
        payment = self.sell(12.0).payment_id
        self.call(
            payment,
            "write",
            {"amount": 12.0, "payment_method_id": payment.payment_method_id.id, "name": "Thanks"},
        )
        self.assertEqual(payment.name, "Thanks")

    def test_edit_payment_of_the_receipt_screen(self):
        """The dialog saves the order with what was changed in its list of payments."""
        payment = self.sell(12.0).payment_id
        order = payment.pos_order_id
        edit = {"payment_ids": [(1, payment.id, {"payment_method_id": self.cash.id})]}
        self.assertRefused(SETTLED, order, "web_save", edit, {"id": {}})
        self.assertEqual(payment.payment_method_id, self.method)
        mixed = self.order(self.cash, self.cash)
        edit = {
            "payment_ids": [
                (1, mixed.payment_ids[0].id, {"payment_method_id": self.other_method.id})
            ]
        }
        self.call(mixed, "web_save", edit, {"id": {}})
        self.assertEqual(mixed.payment_ids[0].payment_method_id, self.other_method)

    def test_a_refund(self):
        refund = self.refund(self.sell(12.0), 5.0)
        self.finish(refund)
        payment = refund.payment_id
        self.assertRefused(SETTLED, payment, "write", {"amount": -1})
        self.assertRefused(SETTLED, payment, "write", {"payment_method_id": self.cash.id})
        self.assertRefused(SETTLED, payment, "unlink")

    def test_by_another_order_of_a_till(self):
        payment = self.sell(12.0).payment_id
        order = {
            "session_id": self.pos_session.id,
            "uuid": str(uuid.uuid4()),
            "access_token": "a",
            "state": "paid",
            "amount_total": 3.0,
            "amount_paid": 3.0,
            "amount_tax": 0,
            "amount_return": 0,
            "lines": [self.product_line(3.0)],
        }
        for commands in (
            [(1, payment.id, {"amount": 3.0})],
            [(4, payment.id)],
            [(2, payment.id)],
        ):
            with suppress(UserError), self.env.cr.savepoint():
                self.call(
                    self.env["pos.order"], "sync_from_ui", [{**order, "payment_ids": commands}]
                )
            self.env.invalidate_all()
            self.assertRecordValues(
                payment, [{"amount": 12.0, "payment_method_id": self.method.id}]
            )
            self.assertNotEqual(payment.pos_order_id.uuid, order["uuid"])

    def test_the_sentinel_is_not_forged(self):
        order = self.order(self.cash)
        values = {
            "pos_order_id": order.id,
            "amount": 3.0,
            "payment_method_id": self.method.id,
        }
        for forged in (True, 1, "TILL_ORDER", "<object object>", {}):
            with self.assertRaisesRegex(UserError, NO_CARD), self.env.cr.savepoint():
                call_kw(
                    self.env["pos.payment"].with_user(self.cashier),
                    "create",
                    [[values]],
                    {"context": {"stripe_till_order": forged}},
                )

    # Cash into card

    def ways_to_a_card(self):
        """Yield orders and how a browser makes one of their lines a card's."""
        order = self.order(self.cash)
        card = {"payment_method_id": self.method.id}
        yield order, (order.payment_ids, "write", card)
        order = self.order(self.cash)
        edit = {"payment_ids": [(1, order.payment_ids.id, card)]}
        yield order, (order, "web_save", edit, {"id": {}})
        order = self.order(self.cash)
        new = {**card, "amount": 3.0, "pos_order_id": order.id}
        yield order, (self.env["pos.payment"], "create", [new])
        order = self.order(self.cash)
        yield order, (order, "add_payment", {**new, "pos_order_id": order.id})
        order = self.order(self.cash)
        yield order, (order, "write", {"payment_ids": [(0, 0, {**card, "amount": 3.0})]})

    def test_a_cashier_makes_no_card_payment(self):
        for order, call in self.ways_to_a_card():
            with self.subTest(call[1]):
                self.assertRefused(NO_CARD, *call)
                self.assertEqual(order.payment_ids.payment_method_id, self.cash)

    def test_a_manager_does_and_it_is_marked(self):
        for order, call in self.ways_to_a_card():
            with self.subTest(call[1]):
                self.call(*call, user=self.manager)
                card = order.payment_ids.filtered(
                    lambda line: line.payment_method_id == self.method
                )
                self.assertTrue(card.stripe_unverified)
                self.assertIn("never sent", order.activity_ids[:1].note)

    def test_the_payment_wizard_of_the_backend(self):
        order = self.draft()
        order.payment_ids.unlink()
        wizards = self.env["pos.make.payment"].with_context(active_id=order.id)
        values = {"config_id": self.config.id, "amount": 3.0, "payment_method_id": self.method.id}
        with self.assertRaises(AccessError):
            wizards.with_user(self.cashier).create(values)
        wizards.with_user(self.manager).create(values).check()
        self.assertEqual(order.state, "paid")
        self.assertTrue(order.payment_ids.stripe_unverified)

    def test_an_order_that_is_finished_by_rpc_is_marked_too(self):
        order = self.draft()
        self.call(order, "write", {"state": "paid"})
        self.assertTrue(order.payment_ids.stripe_unverified)

    # A sale is never refused

    def test_a_finished_order_always_arrives(self):
        order = self.order(self.method, stripe_unverified=False, transaction_id="pi_forged")
        self.assertEqual(order.state, "paid")
        self.assertTrue(order.payment_ids.stripe_unverified)

    def test_a_settled_line_that_arrives_as_cash_is_marked(self):
        payment = self.pay(12.0)
        self.reader.tap()
        self.look(payment)
        order = self.draft_order(payment, payment_method_id=self.cash.id)
        order.with_user(self.cashier)._process_saved_order(draft=False)
        self.assertTrue(payment.unpaid)
        self.assertTrue(order.payment_ids.stripe_unverified)
        self.assertRefused(SETTLED, order.payment_ids, "write", {"amount": 1.0})
        self.call(
            order.payment_ids, "write", {"payment_method_id": self.method.id}, user=self.manager
        )
        self.assertEqual(order.payment_ids.payment_method_id, self.method)

    def test_the_engine_writes(self):
        payment = self.sell(12.0)
        payment._fill_pos_payment()
        payment.payment_id.write({"amount": 13.0, "stripe_tip": 1.0})
        self.assertEqual(payment.payment_id.amount, 13.0)
