from odoo.tests import tagged

from .refund_case import RefundCase


@tagged("post_install", "-at_install")
class TestRefundOld(RefundCase):
    """Payments of Odoo's own pos_stripe are refunded by the ids that it kept of them."""

    def test_by_payment_intent_and_by_charge(self):
        for kind in ("payment_intent", "charge"):
            with self.subTest(kind):
                old = self.adopt(self.old_payment(12.0, kind=kind))
                refund = self.refund(old, 5.0)
                self.assertState(refund, "paid")
                original = refund.refunded_payment_id
                self.assertRecordValues(
                    original,
                    [
                        {
                            "kind": "payment",
                            "state": "paid",
                            "line_uuid": old.uuid,
                            "payment_id": old.id,
                            "amount_received": 1200,
                            "refunded_minor": 500,
                            "card_last4": "4242",
                        }
                    ],
                )
                self.assertTrue(original.payment_intent.startswith("pi_"))
                self.assertTrue(original.charge.startswith("ch_"))
                self.assertEqual(self.refunded_at_stripe(original), 500)
                self.assertState(self.refund(old, 8.0), "declined")
                again = self.refund(old, 7.0)
                self.assertEqual(again.refunded_payment_id, original)
                self.assertEqual(self.refunded_at_stripe(original), 1200)
                self.assertFalse(original.is_unattached)

    def test_not_of_this_account(self):
        old = self.adopt(self.old_payment())
        account = self.simulator.add_account()
        self.provider.stripe_secret_key = account.secret_key
        refund = self.refund(old, 12.0)
        self.assertState(refund, "declined")
        self.assertIn("does not know this payment", refund._till_data()["sentence"])

    def test_of_another_terminal(self):
        old = self.old_payment()
        old.transaction_id = "987654"
        data = self.Payment._send(
            self.pos_session.sudo(), self.method.sudo(), self.refund_line(old, 12.0)
        )
        self.assertEqual(data["failure_code"], "refund_without_original")

    def test_plan(self):
        old = self.adopt(self.old_payment(12.0))
        order = old.pos_order_id

        def plan(amount, held=()):
            found = self.Payment._refund_plan(self.pos_session, [order.uuid], amount, held)
            return found["found"], [(line["uuid"], line["part"]) for line in found["lines"]]

        self.assertEqual(plan(12.0), (1, [(old.uuid, 12.0)]))
        self.assertEqual(plan(20.0), (1, [(old.uuid, 12.0)]))
        self.assertEqual(plan(12.0, [[old.uuid, -5.0]]), (1, [(old.uuid, 7.0)]))
        self.refund(old, 4.0)
        self.assertEqual(plan(12.0), (1, [(old.uuid, 8.0)]))
        self.refund(old, 8.0)
        self.assertEqual(plan(12.0), (1, []))
        self.assertEqual(self.Payment._refund_plan(self.pos_session, ["no"], 1.0, [])["found"], 0)

    def test_newest_payment_first(self):
        order_uuid = "an order with two cards"
        first, second = (self.pay_by_card(amount, order_uuid) for amount in (5.0, 7.0))
        order = self.draft_order(first)
        order._process_saved_order(draft=False)
        order.add_payment(
            {
                "pos_order_id": order.id,
                "amount": 7.0,
                "payment_method_id": self.method.id,
                "uuid": second.line_uuid,
                "transaction_id": second.payment_intent,
            }
        )
        found = self.Payment._refund_plan(self.pos_session, [order_uuid], 9.0, [])
        self.assertEqual(
            [(line["uuid"], line["part"]) for line in found["lines"]],
            [(second.line_uuid, 7.0), (first.line_uuid, 2.0)],
        )

    def pay_by_card(self, amount, order_uuid):
        payment = self.pay(amount, order_uuid=order_uuid)
        self.reader.tap()
        self.look(payment)
        return payment

    def test_choices(self):
        old, sale = self.adopt(self.old_payment(12.0)), self.sell(7.5, card="5555555555554444")
        sale.payment_id.invalidate_recordset()

        def choices(query):
            found = self.Payment._refund_choices(self.pos_session, query)
            return [choice["uuid"] for choice in found]

        both = [sale.line_uuid, old.uuid]
        self.assertEqual(choices(""), both)
        self.assertEqual(choices("4444"), both[:1])
        self.assertEqual(choices("12.00"), both[1:])
        self.assertEqual(choices("12,00"), both[1:])
        self.assertEqual(choices(old.transaction_id), both[1:])
        self.assertEqual(choices("nothing like this"), [])
        self.refund(sale, 7.5)
        self.assertEqual(choices(""), both[1:])
