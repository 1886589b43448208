import time
from unittest.mock import patch

from odoo.addons.pos_payment_stripe import runner
from odoo.addons.pos_payment_stripe.flows import flow
from odoo.addons.pos_payment_stripe.stripe_terminal import gateway

from .audit import audit
from .common import OwnAccountCase
from .worker import pass_time

# The time limits of production, made short enough to run into them often (seconds).
READ_TIMEOUT = 0.2
READER_TIMEOUT = 0.4
TOO_LATE = 0.6
PAUSES = (0.01, 0.02)
ROUNDS = 12


class FaultCase(OwnAccountCase):
    """Payments that things happen to, people who go on as people do, and an audit in the end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for module, name, value in (
            (gateway, "READ_TIMEOUT", READ_TIMEOUT),
            (gateway, "READER_TIMEOUT", READER_TIMEOUT),
            (flow, "PAUSES", PAUSES),
        ):
            cls.startClassPatcher(patch.object(module, name, value))
        cls.simulator.reader_timeout = READ_TIMEOUT / 2

    def setUp(self):
        super().setUp()
        self.line_uuids = set()

    def line(self, amount, **values):
        line = super().line(amount, **values)
        self.line_uuids.add(line["line_uuid"])
        return line

    def carry_out(self, payment):
        """Do what the runner's thread does; somebody else may have the row."""
        try:
            return super().carry_out(payment)
        except runner.RowTaken:
            return self.env.invalidate_all()

    def cancel(self, payment):
        """Press Cancel on the till."""
        payment._cancel()
        self.carry_out(payment)

    # Going on after something went wrong

    def come_to_rest(self, payment):
        """Let the till go on asking, as it does by itself, until nothing changes any more."""
        self.wait_for_stragglers()
        for _round in range(ROUNDS):
            pass_time(self, seconds=5)
            self.look(payment)
            if not payment.wanted and payment.state in ("paid", "declined", "canceled"):
                return
            if payment.state == "collecting" and not payment.wanted:
                return
        raise AssertionError(f"The payment stays {payment.state}, wanted {payment.wanted}")

    def finish_paid(self, payment, line):
        """Go on as a cashier and a customer who want the line paid."""
        for _round in range(ROUNDS):
            self.come_to_rest(payment)
            if payment.state == "paid":
                return
            if payment.state == "collecting":
                self.assertEqual(self.reader.screen["state"], "amount", payment.state)
                self.reader.tap()
            else:
                self.carry_out(self.send(self.again(line)))
        raise AssertionError(f"The payment never ends: {payment.state}")

    def finish_canceled(self, payment, _line):
        """Go on as a cashier who wants the payment taken back."""
        for _round in range(ROUNDS):
            self.come_to_rest(payment)
            if payment.state in ("canceled", "paid"):
                break
            self.cancel(payment)
        self.assertEqual(payment.state, "canceled")

    def finish_settled(self, payment, _line):
        """Go on as a till that only asks."""
        self.come_to_rest(payment)

    def finish_refunded(self, payment, _line):
        """Go on until the money is refunded, once."""
        for _round in range(ROUNDS):
            self.come_to_rest(payment)
            if not payment.wanted:
                break
        self.assertEqual(payment.refunded_minor, payment.amount_received)
        refunds = [intent["refunded"] for intent in self.simulator.ledger(self.account)["intents"]]
        self.assertEqual(refunds, [payment.amount_received])

    def wait_for_stragglers(self):
        """Wait until the simulator has done what was asked of it, wanted or given up."""
        deadline = time.monotonic() + 5
        while any(record.duration is None for record in self.sent()):
            self.assertLess(time.monotonic(), deadline, "The simulator still works")
            time.sleep(0.01)

    def audit(self):
        """Compare all that Stripe has with all that the journal says."""
        self.wait_for_stragglers()
        self.env.invalidate_all()
        audit(self)
