import uuid

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .refund_case import RefundCase

CENTS_OF_ANOTHER_CHARGE = 50000


@tagged("post_install", "-at_install")
class TestRefundTarget(RefundCase):
    """A cashier who may write `pos.payment` chooses neither charge nor amount of a refund."""

    def setUp(self):
        super().setUp()
        self.rich = self.sell(CENTS_OF_ANOTHER_CHARGE / 100)

    def as_cashier(self, records, method, *args):
        """Call a method of records as a browser of the cashier does."""
        return call_kw(records.with_user(self.cashier), method, [records.ids, *args], {})

    def other_payment(self, amount=1.0, **values):
        """Return the payment of an order that was not paid by card."""
        return self.sync_order(
            uuid=str(uuid.uuid4()),
            state="paid",
            amount_total=amount,
            amount_paid=amount,
            date_order="2026-01-01 10:00:00",
            lines=[self.product_line(amount)],
            payment_ids=[
                (
                    0,
                    0,
                    {
                        "amount": amount,
                        "payment_method_id": self.other_method.id,
                        "uuid": str(uuid.uuid4()),
                        **values,
                    },
                )
            ],
        ).payment_ids

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.cr.execute(
            """INSERT INTO pos_config_pos_payment_method_rel (pos_config_id, pos_payment_method_id)
               VALUES (%s, %s) ON CONFLICT DO NOTHING""",
            (cls.config.id, cls.other_method.id),
        )
        cls.env.invalidate_all()

    def assertNotRefunded(self, payment, amount, code=None):
        data = (
            self.Payment.with_user(self.cashier)
            .sudo()
            ._send(self.pos_session.sudo(), self.method.sudo(), self.refund_line(payment, amount))
        )
        row = self.Payment.search([("line_uuid", "=", data["line_uuid"])])
        if row:
            self.carry_out(row)
        self.assertEqual(self.refunded_at_stripe(self.rich), 0)
        if code:
            self.assertEqual((data["state"], data["failure_code"]), ("declined", code))

    def test_the_id_of_another_charge(self):
        for reference in (self.rich.payment_intent, self.rich.charge):
            payment = self.other_payment()
            self.as_cashier(payment, "write", {"transaction_id": reference})
            self.assertNotRefunded(payment, 500.0, "refund_not_adopted")
            self.assertNotRefunded(payment, 1.0, "refund_not_adopted")

    def test_the_id_comes_with_the_order(self):
        for method in (self.method, self.other_method):
            payment = self.other_payment(
                transaction_id=self.rich.payment_intent, payment_method_id=method.id
            )
            self.assertNotRefunded(payment, 1.0, "refund_not_adopted")

    def test_what_a_paid_row_is_linked_to(self):
        cheap = self.sell(2.0)
        # Not even what is written behind the guards' back counts.
        cheap.payment_id.sudo().write({"transaction_id": self.rich.payment_intent, "amount": 500})
        self.assertNotRefunded(cheap.payment_id, 500.0)
        refund = self.refund(cheap, 2.0)
        self.assertState(refund, "paid")
        self.assertEqual(
            (self.refunded_at_stripe(cheap), self.refunded_at_stripe(self.rich)), (200, 0)
        )

    def test_the_uuid_of_another_line(self):
        """Also of one whose own payment has gone."""
        stolen = self.rich.line_uuid
        self.env.cr.execute(
            "UPDATE pos_payment SET uuid = 'gone' WHERE uuid = %s RETURNING id", (stolen,)
        )
        self.env.invalidate_all()
        payment = self.other_payment()
        self.as_cashier(payment, "write", {"uuid": stolen})
        self.assertNotRefunded(payment, 500.0, "refund_without_original")
        self.rich.sudo().payment_id = False
        self.assertNotRefunded(payment, 500.0, "refund_without_original")
        payment.sudo().transaction_id = self.rich.payment_intent
        self.assertNotRefunded(payment, 500.0, "refund_not_adopted")

    def test_a_row_of_another_company(self):
        self.env.cr.execute(
            "UPDATE pos_stripe_payment SET company_id = %s WHERE id = %s",
            (self.env["res.company"].create({"name": "Next door"}).id, self.rich.id),
        )
        self.env.invalidate_all()
        self.assertNotRefunded(self.rich.payment_id, 500.0, "refund_not_adopted")

    def test_a_running_refund_keeps_its_payment(self):
        cheap = self.sell(2.0)
        line = self.refund_line(cheap, 2.0)
        self.simulator.faults.add("POST", "/v1/refunds", "drop_before", times=9)
        refund = self.send(line)
        self.carry_out(refund)
        self.assertEqual((refund.state, refund.requested), ("unknown", True))
        self.send(self.again(line, refunded_uuid=self.rich.line_uuid, amount=-500.0))
        self.assertEqual(refund.refunded_payment_id, cheap)
        self.simulator.faults.clear()
        self.carry_out(self.send(self.again(line)))
        self.assertEqual(
            (self.refunded_at_stripe(cheap), self.refunded_at_stripe(self.rich)), (200, 0)
        )

    def test_plan_and_choices(self):
        payment = self.other_payment()
        self.as_cashier(payment, "write", {"transaction_id": self.rich.payment_intent})
        order = payment.pos_order_id
        plan = self.Payment._refund_plan(self.pos_session, [order.uuid], 1.0, [])
        self.assertEqual((plan["found"], plan["lines"]), (0, []))
        self.assertIn("adopt", plan["refusal"])
        (choice,) = [
            choice
            for choice in self.Payment._refund_choices(self.pos_session, "1.00")
            if choice["uuid"] == payment.uuid
        ]
        self.assertEqual(choice["left"], 0)
        self.assertIn("adopt", choice["refusal"])
        self.assertEqual(self.Payment._rest_of(payment), 0)

    def test_a_row_of_the_version_before(self):
        """It was made of what a cashier could write, and may have been read for another charge."""
        rich = self.old_payment(500.0)
        payment = self.other_payment()
        row = self.Payment._insert(
            {
                "line_uuid": payment.uuid,
                "session_id": payment.session_id.id,
                "currency_id": payment.currency_id.id,
                "payment_method_id": payment.payment_method_id.id,
                "provider_id": self.provider.id,
                "order_uuid": payment.pos_order_id.uuid,
                "payment_id": payment.id,
                "amount_minor": 100,
                "amount_received": CENTS_OF_ANOTHER_CHARGE,
                "settled_at": "2026-01-01 10:00:00",
                "state": "paid",
                "payment_intent": rich.transaction_id,
            }
        )
        payment.sudo().transaction_id = rich.transaction_id
        self.assertNotRefunded(payment, 1.0, "refund_not_adopted")
        manager = payment.with_user(self.manager)
        dialog = self.env["pos.stripe.adoption"].browse(manager.action_stripe_adopt()["res_id"])
        self.assertIn("Amount", dialog.objections)
        with self.assertRaises(UserError):
            dialog.with_user(self.manager).action_confirm()
        self.assertFalse(row.adopted_at)
        # One whose refund was under way at the update is not carried out either.
        refund = self.Payment._insert(
            {
                "kind": "refund",
                "line_uuid": str(uuid.uuid4()),
                "session_id": payment.session_id.id,
                "currency_id": payment.currency_id.id,
                "payment_method_id": payment.payment_method_id.id,
                "provider_id": self.provider.id,
                "refunded_payment_id": row.id,
                "amount_minor": 100,
                "request_uuid": "before",
                "wanted": "collect",
                "asked_at": row.create_date,
            }
        )
        self.carry_out(refund)
        self.assertEqual((refund.state, refund.failure_code), ("declined", "refund_not_adopted"))
        self.assertFalse(self.refunds(row))

    # Adoption

    def dialog(self, payment):
        action = payment.with_user(self.manager).action_stripe_adopt()
        return self.env[action["res_model"]].with_user(self.manager).browse(action["res_id"])

    def assertNotAdopted(self, payment, word):
        dialog = self.dialog(payment)
        self.assertIn(word, dialog.objections)
        with self.assertRaisesRegex(UserError, "Nothing was adopted"):
            dialog.action_confirm()
        self.assertFalse(self.Payment.search([("line_uuid", "=", payment.uuid)]))
        self.assertNotRefunded(payment, 1.0, "refund_not_adopted")

    def test_what_stripe_must_say(self):
        self.assertNotAdopted(
            self.old_payment(metadata={"order_id": "of a web shop"}), "another system"
        )
        ours = {"odoo_database": self.env.cr.dbname, "pos_payment_line_uuid": "another line"}
        self.assertNotAdopted(self.old_payment(metadata=ours), "another payment")
        late = self.old_payment()
        self.env.cr.execute(
            "UPDATE pos_payment SET payment_date = payment_date - %s::interval WHERE id = %s",
            ("25 hours", late.id),
        )
        self.env.invalidate_all()
        self.assertNotAdopted(late, "more than a day")
        more = self.old_payment(12.0)
        more.pos_order_id.payment_ids.sudo().amount = 11.99
        self.assertNotAdopted(more, "Amount")
        unpaid = self.old_payment()
        gateway = self.provider._stripe_terminal_gateway()
        params = {
            "amount": 1200,
            "currency": "usd",
            "allowed_payment_method_types": ["card_present"],
        }
        unpaid.sudo().transaction_id = gateway.create_payment_intent(params, None).data["id"]
        self.assertNotAdopted(unpaid, "not paid")
        of_a_row = self.other_payment(500.0)
        of_a_row.sudo().write(
            {"transaction_id": self.rich.payment_intent, "payment_date": self.rich.settled_at}
        )
        self.assertNotAdopted(of_a_row, "another order")

    def test_one_charge_is_adopted_once(self):
        first, second = self.old_payment(), self.old_payment()
        second.sudo().transaction_id = first.transaction_id
        dialogs = self.dialog(first), self.dialog(second)
        dialogs[0].action_confirm()
        with self.assertRaisesRegex(UserError, "Nothing was adopted"):
            dialogs[1].action_confirm()

    def test_stripe_has_it_no_more_at_confirm(self):
        old = self.old_payment()
        dialog = self.dialog(old)
        self.simulator.faults.add("GET", "/v1/payment_intents/*", "500_before", times=9)
        with self.assertRaises(UserError):
            dialog.action_confirm()
        self.simulator.faults.clear()
        old.sudo().amount = 500.0
        with self.assertRaises(UserError):
            dialog.action_confirm()
        self.assertFalse(self.Payment.search([("line_uuid", "=", old.uuid)]))

    def test_a_manager_only(self):
        old = self.old_payment()
        with self.assertRaises(AccessError):
            self.as_cashier(old, "action_stripe_adopt")
        dialog = self.dialog(old)
        with self.assertRaises(AccessError):
            self.as_cashier(dialog, "action_confirm")
        with self.assertRaises(AccessError):
            self.Payment.with_user(self.cashier).sudo()._adopt(old)
        with self.assertRaises(AccessError):
            self.as_cashier(dialog, "write", {"payment_id": self.rich.payment_id.id})

    def test_adopted_as_stripe_says(self):
        old = self.old_payment(12.0, card="5555555555554444")
        dialog = self.dialog(old)
        self.assertFalse(dialog.objections)
        self.assertIn("4444", dialog.stripe_card)
        self.assertIn("12.00", dialog.stripe_amount)
        dialog.action_confirm()
        row = self.Payment.search([("line_uuid", "=", old.uuid)])
        self.assertRecordValues(
            row,
            [
                {
                    "state": "paid",
                    "amount_received": 1200,
                    "amount_minor": 1200,
                    "card_last4": "4444",
                    "payment_id": old.id,
                    "adopted_uid": self.manager.id,
                    "company_id": old.company_id.id,
                }
            ],
        )
        self.assertTrue(row.adopted_at)
        self.assertIn("adopt", row.event_ids.mapped("verb"))
        self.assertFalse(old.with_user(self.manager).stripe_is_adoptable)
        self.assertState(self.refund(old, 12.01), "declined")
        self.assertState(self.refund(old, 12.0), "paid")
