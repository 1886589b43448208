from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..hooks import uninstall_hook
from .kiosk_case import KioskCase


@tagged("post_install", "-at_install")
class TestKioskUninstall(KioskCase):
    """What the addon leaves behind while kiosks are open."""

    def uninstall(self):
        self.env.flush_all()
        uninstall_hook(self.env(su=True))
        self.env.flush_all()

    def test_a_running_payment_is_taken_back(self):
        _order, row = self.start()
        self.uninstall()
        self.carry_out(row)
        self.assertEqual(row.state, "canceled")

    @mute_logger("odoo.addons.pos_payment_stripe.models.pos_stripe_payment_carry")
    def test_no_step_is_left_that_nobody_does(self):
        _order, row = self.start()
        self.reader.tap()
        Order = type(self.env["pos.order"])
        with patch.object(Order, "_process_saved_order", side_effect=ValueError("no")):
            self.look(row)
        self.assertIn("kiosk_order", row.carry_due)
        self.uninstall()
        self.assertFalse({"kiosk_order", "kiosk_result"} & (row.carry_due or {}).keys())
        self.assertEqual((row.state, row.payment_id.ids), ("paid", []))
