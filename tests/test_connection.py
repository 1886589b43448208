from unittest.mock import patch

from odoo.tests import tagged

from ..flows.connection import CONNECTIONS, Connection
from ..flows.failure import begin_try
from ..stripe_terminal import settlement
from .refund_case import RefundCase

DESK = "desk"


class DeskReader(Connection):
    """A third way to reach a reader: it is told to ask, and only the PaymentIntent tells more."""

    def collect_payment(self, verb):
        flow, row = self.flow, self.row
        gateway, intent, reader = flow.gateway, row.payment_intent, row.reader_id.stripe_id
        config = flow.tip.config()
        command = flow.ask_once(
            verb,
            {"request": row.request_uuid},
            lambda _params, key: gateway.process_payment_intent(reader, intent, key, config),
        )
        begin_try(row)
        return command

    def apply_intent(self, verb, intent):
        if verb == settlement.READ and intent.get("last_payment_error"):
            self.row.reader_action = "failed"


@tagged("post_install", "-at_install")
class TestConnection(RefundCase):
    """Another way to reach a reader is one class."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(CONNECTIONS, {DESK: DeskReader}))
        for field in (self.method._fields["stripe_connection"], self.Payment._fields["connection"]):
            self.startPatcher(patch.dict(field._selection, {DESK: "Desk"}))
        # A method is not changed while its register is open.
        self.method.invalidate_recordset()
        self.env.cr.execute(
            "UPDATE pos_payment_method SET stripe_connection = %s WHERE id = %s",
            (DESK, self.method.id),
        )

    def test_a_third_way_to_reach_a_reader(self):
        sale = self.sell(12.0)
        self.assertEqual((sale.connection, sale.state), (DESK, "paid"))
        declined = self.pay(12.01)
        self.assertEqual(declined.state, "collecting")
        self.reader.tap()
        self.look(declined)
        self.assertEqual((declined.state, declined.failure_code), ("declined", "call_issuer"))
        declined._cancel()
        self.carry_out(declined)
        self.assertEqual(declined.state, "canceled")
        refund = self.refund(sale, 5.0)
        self.assertEqual((refund.state, self.refunded_at_stripe(sale)), ("paid", 500))
