from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CardAndCashCase


@tagged("post_install", "-at_install")
class TestSentAgain(CardAndCashCase):
    """A till that had no answer sends its order again, and Odoo has it once."""

    def sync(self, lines, payments=(), **values):
        """Have a till send an order of lines and payments: commands, or uuids and amounts."""
        order = {
            "uuid": "order-1",
            "access_token": "token-1",
            "state": "draft",
            "amount_total": 12.0,
            "amount_paid": 0,
            "lines": [
                self.uuid_line(*line) if isinstance(line[0], str) else line for line in lines
            ],
            "payment_ids": [self.payment_line(*payment) for payment in payments],
        }
        return self.sync_order(**{**order, **values})

    def uuid_line(self, uuid, amount=12.0, **values):
        return self.product_line(amount, uuid=uuid, **values)

    def payment_line(self, uuid, method=None, amount=12.0):
        method = method or self.method
        return Command.create({"uuid": uuid, "amount": amount, "payment_method_id": method.id})

    def test_a_draft_is_had_once(self):
        order = self.sync([("line-1",)], [("card-1",)])
        again = self.sync([("line-1", 9.0)], [("card-1",)])
        self.assertEqual(again, order)
        self.assertEqual(order.lines.mapped("price_unit"), [9.0])
        self.assertEqual(order.payment_ids.mapped("uuid"), ["card-1"])

    def test_what_the_till_dropped_meanwhile_goes(self):
        order = self.sync([("line-1", 4.0), ("line-2", 8.0)], [("card-1",)])
        self.sync([("line-1", 4.0)], [("bank-1", self.other_method)])
        self.assertEqual(order.lines.mapped("uuid"), ["line-1"])
        self.assertEqual(order.payment_ids.mapped("uuid"), ["bank-1"])

    def test_a_customer_s_phone_knows_nothing_of_the_till_s_lines(self):
        order = self.sync([("line-1", 4.0), ("line-2", 8.0)], [("card-1",)])
        self.sync([("line-1", 4.0)], source="mobile")
        self.assertEqual(order.lines.mapped("uuid"), ["line-1", "line-2"])
        self.assertEqual(order.payment_ids.mapped("uuid"), ["card-1"])

    def test_a_till_that_knows_the_order_names_what_changed(self):
        order = self.sync([("line-1", 4.0), ("line-2", 8.0)], [("card-1",)])
        gone = Command.delete(order.lines[1].id)
        for _turn in range(2):
            self.sync([("line-3", 8.0), gone], id=order.id)
            self.assertEqual(order.lines.mapped("uuid"), ["line-1", "line-3"])
            self.assertEqual(order.payment_ids.mapped("uuid"), ["card-1"])

    def test_what_has_no_uuid_is_had_once(self):
        def sync():
            lots = [Command.create({"lot_name": "serial-1"})]
            return self.sync([self.uuid_line("line-1", pack_lot_ids=lots)], [("card-1",)])

        order = sync()
        sync()
        self.assertEqual(order.lines.pack_lot_ids.mapped("lot_name"), ["serial-1"])

    def test_lines_that_follow_from_others_stay(self):
        def sync():
            parts = {
                "relations_uuid_mapping": {
                    "pos.order.line": {"part-1": {"combo_parent_id": "line-1"}}
                }
            }
            combo = self.uuid_line("line-1", combo_line_ids=[])
            return self.sync([combo, ("part-1", 0)], [("card-1",)], **parts)

        order = sync()
        sync()
        self.assertEqual(order.lines.mapped("uuid"), ["line-1", "part-1"])
        self.assertEqual(order.lines[0].combo_line_ids, order.lines[1])

    def test_the_journal_tells_that_an_order_is_ours(self):
        payment = self.pay()
        lines = [("line-1",)]
        order = self.sync(lines, uuid=payment.order_uuid)
        self.assertEqual(self.sync(lines, uuid=payment.order_uuid), order)

    def test_other_orders_are_left_to_core(self):
        self.sync([("line-1",)], [("bank-1", self.other_method)])
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self.sync([("line-1",)])
