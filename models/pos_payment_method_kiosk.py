from odoo import api, models
from odoo.exceptions import ValidationError


class PosPaymentMethod(models.Model):
    """Self-order kiosks (`pos_self_order`) take cards with terminals that they know only.

    A kiosk without a payment method that it knows takes orders unpaid and says nothing of it. Ours
    it knows by the addon in the folder `kiosk`.
    """

    _inherit = "pos.payment.method"

    def _stripe_terminal_kiosks(self):
        """Return the `pos.config` of the self-order kiosks that these methods belong to."""
        registers = self.config_ids
        if "self_ordering_mode" not in registers._fields:
            return registers.browse()
        return registers.filtered(lambda register: register.self_ordering_mode == "kiosk")

    def _stripe_terminal_unserved_kiosks(self):
        """Return those of them that take no cards with these methods."""
        return self._stripe_terminal_kiosks()

    @api.constrains("config_ids", "stripe_connection", "use_payment_terminal")
    def _check_stripe_terminal_kiosks(self):
        """Keep kiosks from taking orders that nobody can pay.

        :raise ValidationError: a kiosk takes no cards with one of these methods
        """
        ours = self.filtered(lambda method: method._is_stripe_terminal())
        for _level, sentence in ours._stripe_terminal_kiosk_advice():
            raise ValidationError(sentence)

    def _stripe_terminal_kiosk_advice(self):
        """Return list of (level, sentence), empty when all kiosks of this method take cards."""
        kiosks = self._stripe_terminal_unserved_kiosks()
        if not kiosks:
            return []
        names = ", ".join(kiosks.mapped("name"))
        return [("danger", self._stripe_terminal_kiosk_sentence(names))]

    def _stripe_terminal_kiosk_sentence(self, names):
        """Return why kiosks take no cards with this method, and what to do about it."""
        return self.env._(
            "%s: a self-order kiosk takes no cards with this payment method. Add this addon's "
            "folder “kiosk” to Odoo's addons path and install “Stripe Terminal for Self-Order "
            "Kiosks”, or give it one of Odoo's own terminals.",
            names,
        )
