import uuid

from odoo.addons.pos_payment_stripe.tests.till_copy import TillCopy
from odoo.tests import tagged

from .kiosk_case import KioskCase

FROM_PHONE = "/pos-self-order/process-order/mobile"
PRINTED = "/pos_self_order/kiosk/increment_nb_print/"


@tagged("post_install", "-at_install")
class TestKioskBesideTills(KioskCase):
    """What the tills of a shop have to do with its kiosk, its phone menu and their one reader."""

    def setUp(self):
        super().setUp()
        till = self._create_register("Till", self.method + self.other_method)
        self.till_session = self._open_session(till)

    def finish_at_till(self, order_uuid, line, amount):
        """Have the till synchronise a finished order with one card payment; returns it."""
        return self.sync_order(
            session_id=self.till_session.id,
            uuid=order_uuid,
            access_token=str(uuid.uuid4()),
            state="paid",
            amount_total=amount,
            amount_paid=amount,
            lines=[self.product_line(amount)],
            payment_ids=[
                (
                    0,
                    0,
                    {
                        "uuid": line["line_uuid"],
                        "amount": amount,
                        "payment_method_id": self.method.id,
                        "payment_status": "done",
                    },
                )
            ],
        )

    def test_a_tip_on_the_reader(self):
        self.account.offer_tips(usd={"percentages": [10, 15, 20]})
        self.kiosk.write(
            {
                "iface_tipproduct": True,
                "tip_product_id": self.env.ref("point_of_sale.product_product_tip").id,
                "stripe_tip_on_reader": True,
            }
        )
        order, row = self.start(10.0)
        self.reader.choose_tip(150)
        self.reader.tap()
        self.look(row)
        self.assertPaidOnce(order, row)
        self.assertEqual((row.amount, row.tip), (11.5, 1.5))
        self.assertEqual((order.amount_total, order.tip_amount), (11.5, 1.5))
        self.assertEqual(sum(order.lines.mapped("price_subtotal_incl")), 11.5)
        told = self.status(order)["records"]["pos.order"][0]
        self.assertEqual((told["amount_total"], told["state"]), (11.5, "paid"))

    def test_an_order_of_the_kiosk_is_refunded_at_a_till(self):
        order, row = self.start()
        self.reader.tap()
        self.look(row)
        line = self.line(-4.5, refunded_uuid=order.payment_ids.uuid)
        refund = self.send(line, session=self.till_session)
        self.carry_out(refund)
        self.assertEqual((refund.kind, refund.state), ("refund", "paid"))
        refunded = self.finish_at_till(line["order_uuid"], line, -4.5)
        self.assertEqual((refunded.state, refund.payment_id.amount), ("paid", -4.5))
        self.assertEqual(row.refunded_minor, 450)
        intents = self.simulator.ledger(self.account)["intents"]
        ours = [intent for intent in intents if intent["id"] == row.payment_intent]
        self.assertEqual([intent["refunded"] for intent in ours], [450])
        self.assertEqual(self.status(order)["state"], "help")

    def test_a_till_uses_the_reader_after_the_kiosk(self):
        order, row = self.start()
        at_till = self.line(9.0)
        refused = self.send(at_till, session=self.till_session)
        self.assertEqual(refused.state, "declined")
        self.assertIn(self.kiosk.name, refused._till_data()["sentence"])
        self.reader.tap()
        self.look(row)
        self.assertPaidOnce(order, row)
        paid = self.send(self.again(at_till), session=self.till_session)
        self.carry_out(paid)
        self.reader.tap()
        self.look(paid)
        self.assertEqual((paid.state, paid.amount), ("paid", 9.0))
        self.finish_at_till(at_till["order_uuid"], at_till, 9.0)
        self.assertMoney(row, paid)

    # The phone menu: ordered there, paid at the counter

    def order_by_phone(self):
        """Return an order that a phone has sent, whose register's session is the case's now."""
        phone = self._create_kiosk("Phone", self.method + self.other_method)
        phone.self_ordering_mode = "mobile"
        self.pos_session = self._open_session(phone)
        answer = self.ask(
            FROM_PHONE,
            order=self.basket(),
            access_token=phone.access_token,
            table_identifier=None,
        )
        return self.env["pos.order"].browse(answer["pos.order"][0]["id"])

    def pay_at_counter(self, order, is_printed):
        """Have a till take over an order, ask for a card, and finish it; returns the row."""
        copy = TillCopy(self)
        copy.take_over(order, {})
        line = copy.add_card(copy.due())
        line.update(copy.facts(line))
        row = self.send(line)
        self.carry_out(row)
        # A till shares an order that it has from Odoo also while its card is awaited.
        copy.take_over(copy.sync("draft"), {line["line_uuid"]: line})
        if is_printed:
            phone = order.config_id
            self.ask(
                PRINTED,
                access_token=phone.access_token,
                order_id=order.id,
                order_access_token=order.access_token,
            )
            self.assertEqual(order.nb_print, 1)
        self.reader.tap()
        self.look(row)
        copy.nb_print = order.nb_print
        copy.sync("paid")
        return row

    def test_an_order_from_a_phone_is_paid_at_the_till(self):
        for is_printed in (False, True):
            with self.subTest(is_printed=is_printed):
                order = self.order_by_phone()
                row = self.pay_at_counter(order, is_printed)
                self.assertFalse(row.of_kiosk)
                self.assertPaidOnce(order, row)
