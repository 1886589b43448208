from odoo import api, models
from odoo.addons.pos_payment_stripe.models.pos_payment_method import TERMINAL
from odoo.addons.pos_payment_stripe.models.pos_payment_method_connection import SERVER
from odoo.fields import Domain


class PosPaymentMethod(models.Model):
    _inherit = "pos.payment.method"

    def _payment_request_from_kiosk(self, order):
        """Ask the kiosk's reader for what the order owes; returns at once.

        :param order: the draft `pos.order`, as the server has computed it
        :return: what the kiosk's page shows, see `pos.stripe.payment._kiosk_data`; None where the
            register's kiosk has no such method
        """
        if self.use_payment_terminal != TERMINAL:
            return super()._payment_request_from_kiosk(order)
        if self not in order.config_id._stripe_kiosk_methods():
            return None
        return self.env["pos.stripe.payment"].sudo()._send_from_kiosk(order.sudo(), self.sudo())

    def _stripe_terminal_unserved_kiosks(self):
        ours = self.filtered(
            lambda method: method._is_stripe_terminal() and method.stripe_connection != SERVER
        )
        return ours._stripe_terminal_kiosks()

    def _stripe_terminal_kiosk_sentence(self, names):
        return self.env._(
            "%s: a self-order kiosk has its reader asked through Stripe only, because nobody but a "
            "cashier may have what a browser needs to reach it. Choose the connection “Through "
            "Stripe”, or give the kiosk a payment method of its own.",
            names,
        )

    @api.model
    def _load_pos_self_data_domain(self, data, config):
        domain = super()._load_pos_self_data_domain(data, config)
        if config.self_ordering_mode != "kiosk":
            return domain
        # As in `_stripe_kiosk_methods`.
        ours = (
            Domain("use_payment_terminal", "=", TERMINAL)
            & Domain("stripe_connection", "=", SERVER)
            & Domain("id", "in", config.payment_method_ids.ids)
        )
        return ours | Domain(domain)
