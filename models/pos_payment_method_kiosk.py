from odoo import models


class PosPaymentMethod(models.Model):
    """Self-order kiosks (`pos_self_order`) take cards with the terminals of Odoo's own addons only.

    A kiosk without a payment method that it knows takes orders unpaid and says nothing of it.
    """

    _inherit = "pos.payment.method"

    def _stripe_terminal_kiosks(self):
        """Return the `pos.config` of the self-order kiosks that these methods belong to."""
        registers = self.config_ids
        if "self_ordering_mode" not in registers._fields:
            return registers.browse()
        return registers.filtered(lambda register: register.self_ordering_mode == "kiosk")

    def _stripe_terminal_kiosk_advice(self):
        """Return list of (level, sentence), empty when no kiosk has this method."""
        kiosks = self._stripe_terminal_kiosks()
        if not kiosks:
            return []
        return [
            (
                "danger",
                self.env._(
                    "%s: a self-order kiosk takes no cards with this payment method. Give it one "
                    "of Odoo's own terminals.",
                    ", ".join(kiosks.mapped("name")),
                ),
            )
        ]
