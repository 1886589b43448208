from odoo.addons.pos_payment_stripe.tests.test_fault_matrix import (
    NETWORK,
    STEPS,
    KilledWorker,
    NetworkFaults,
    add_cell,
)
from odoo.tests import tagged

from .kiosk_case import CANCEL, KioskCase

KIOSK_STEPS = (
    "pay_create",
    "pay_process",
    "pay_read_paid",
    "pay_read_declined",
    "retry_process",
    "cancel_action",
    "cancel_intent",
)
# Until the network works again, where that differs most from once.
FOR_LONG = ("lost_answer", "500_after", "429")


class KioskMatrix(KioskCase):
    """A visitor's presses in the place of a cashier's; no page asks, the server finishes alone."""

    def given_nothing(self):
        self.first_line = {"amount": 4.5}
        self.order = self.env["pos.order"]

    def do_send(self):
        basket = self.basket(self.first_line["amount"])
        self.press(basket)
        self.order = self.env["pos.order"].search([("uuid", "=", basket["uuid"])])
        self.payment = self.order._stripe_kiosk_row()
        self.line_uuids.add(self.payment.line_uuid)
        self.carry_out(self.payment)

    def again(self, line, **values):
        return line

    def send(self, line, session=None, method=None):
        self.press(self.resent(self.order))
        return self.payment

    def cancel(self, payment):
        self.status(self.order, route=CANCEL)
        self.carry_out(payment)

    def end(self, step):
        result = super().end(step)
        self.run_cron()
        if self.payment.state == "paid":
            self.assertPaidOnce(self.order, self.payment)
        else:
            self.assertEqual((self.order.state, self.order.payment_ids.ids), ("draft", []))
        return result


@tagged("post_install", "-at_install")
class TestKioskNetworkFaults(KioskMatrix, NetworkFaults):
    pass


@tagged("post_install", "-at_install")
class TestKioskKilledWorker(KioskMatrix, KilledWorker):
    pass


for name in KIOSK_STEPS:
    step = STEPS[name]
    for fault, kind in NETWORK.items():
        add_cell(TestKioskNetworkFaults, f"{name}__{fault}", step, kind, 1)
        if fault in FOR_LONG:
            add_cell(TestKioskNetworkFaults, f"{name}__{fault}_for_long", step, kind, None)
    for asked, moment in ((False, "before_asking"), (True, "before_applying")):
        add_cell(TestKioskKilledWorker, f"{name}__killed_{moment}", step, asked, True)
