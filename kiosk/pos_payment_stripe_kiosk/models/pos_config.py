from odoo import models
from odoo.addons.pos_payment_stripe.models.pos_payment_method import TERMINAL
from odoo.addons.pos_payment_stripe.models.pos_payment_method_connection import SERVER
from odoo.addons.pos_payment_stripe.stripe_terminal import settlement


class PosConfig(models.Model):
    _inherit = "pos.config"

    def _supported_kiosk_payment_terminal(self):
        return [*super()._supported_kiosk_payment_terminal(), TERMINAL]

    def _stripe_kiosk_methods(self):
        """Return the payment methods with which this register's kiosk asks a Stripe reader."""
        if self.self_ordering_mode != "kiosk":
            return self.env["pos.payment.method"]
        return self.payment_method_ids.filtered(
            lambda method: method._is_stripe_terminal() and method.stripe_connection == SERVER
        )

    def action_close_kiosk_session(self):
        """Take back what a customer is paying just now, before the drafts are deleted.

        :return: a notification while an answer of Stripe's is awaited; else as core
        """
        rows = self.env["pos.stripe.payment"].sudo()
        rows = rows.search(
            [
                ("session_id", "=", self.current_session_id.id),
                ("of_kiosk", "=", True),
                ("state", "in", settlement.OPEN_STATES),
            ]
        )
        if not rows:
            return super().action_close_kiosk_session()
        rows._cancel()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": self.env._(
                    "The kiosk is not closed yet: a customer was paying for %s at the card "
                    "reader. The payment is being canceled. Close the kiosk again in a few "
                    "seconds.",
                    ", ".join(rows.mapped(lambda row: row.order_ref or "?")),
                ),
            },
        }
