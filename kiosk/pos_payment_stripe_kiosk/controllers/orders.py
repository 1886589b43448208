from werkzeug.exceptions import NotFound, Unauthorized

from odoo import http
from odoo.addons.pos_self_order.controllers.orders import PosSelfOrderController
from odoo.http import request
from odoo.tools import consteq


class StripeKioskController(PosSelfOrderController):
    """What a visitor of a kiosk may ask for: the kiosk's token, and the order's own, open a door.

    Nothing that the page says about money is taken over, and no secret of Stripe's is handed out.
    """

    @http.route()
    def process_order(self, order, access_token, table_identifier, device_type):
        """Leave an order alone that is being paid, or is another visitor's."""
        config = self._verify_pos_config(access_token)
        if config._stripe_kiosk_methods():
            known = self._stripe_order_sent(config, order)
            if known:
                known._stripe_kiosk_check_free()
            # What is paid is for the server to know.
            order.update(state="draft", amount_paid=0, payment_ids=[])
        return super().process_order(order, access_token, table_identifier, device_type)

    @http.route()
    def remove_order(self, access_token, order_id, order_access_token):
        """Keep an order that is being paid."""
        config = self._verify_pos_config(access_token)
        known = self._stripe_order(config, order_access_token)
        if known and known.id == order_id:
            known._stripe_kiosk_check_free()
        return super().remove_order(access_token, order_id, order_access_token)

    @http.route()
    def pos_self_order_kiosk_payment(
        self, pos_config_id, order, payment_method_id, access_token, device_type
    ):
        """Ask this kiosk's own reader only; a press while it asks already changes nothing."""
        config = self._verify_pos_config(access_token)
        method = request.env["pos.payment.method"].sudo().browse(int(payment_method_id)).exists()
        if method._is_stripe_terminal():
            if method not in config.sudo()._stripe_kiosk_methods():
                raise NotFound()
            session = config.env["pos.session"].browse(order.get("session_id"))
            if session.config_id != config:
                raise NotFound()
            known = self._stripe_order_sent(config, order)
            row = known._stripe_kiosk_row() if known else None
            if row and (row.state not in ("declined", "canceled") or row.wanted):
                return {
                    "order": known._load_pos_self_data_read(known, config),
                    "payment_status": row._kiosk_data(),
                }
        return super().pos_self_order_kiosk_payment(
            pos_config_id, order, payment_method_id, access_token, device_type
        )

    @http.route("/pos_payment_stripe_kiosk/status", auth="public", type="jsonrpc", website=True)
    def stripe_kiosk_status(self, access_token, order_access_token):
        """Return how the payment of an order stands, and the order once it is paid."""
        config, order, row = self._stripe_payment(access_token, order_access_token)
        row._kiosk_seen()
        data = row._kiosk_data()
        if data["state"] == "finished":
            data["records"] = self._generate_return_values(order, config)
        return data

    @http.route("/pos_payment_stripe_kiosk/cancel", auth="public", type="jsonrpc", website=True)
    def stripe_kiosk_cancel(self, access_token, order_access_token):
        """Take the payment of an order back; the answer comes with a later status."""
        _config, _order, row = self._stripe_payment(access_token, order_access_token)
        row._cancel()
        return row._kiosk_data()

    def _stripe_payment(self, access_token, order_access_token):
        """Return register, order and journal row (in sudo) that two tokens open.

        :raise NotFound: the same one for whatever the reason is
        """
        config = self._verify_pos_config(access_token, check_active_session=False)
        order = self._stripe_order(config, order_access_token)
        row = order and order._stripe_kiosk_row()
        if not row:
            raise NotFound()
        return config, order, row

    def _stripe_order(self, config, order_access_token):
        """Return the order of the register that a token opens, if any, as the kiosk's user."""
        if not order_access_token or not isinstance(order_access_token, str):
            return config.env["pos.order"]
        return config.env["pos.order"].search(
            [("access_token", "=", order_access_token), ("config_id", "=", config.id)], limit=1
        )

    def _stripe_order_sent(self, config, order):
        """Return the order that a visitor sends, if the server has it already.

        :param dict order: as the page sends it
        :raise Unauthorized: it is another visitor's
        """
        known = config.env["pos.order"].sudo().search([("uuid", "=", order.get("uuid"))], limit=1)
        if not known:
            return known
        token = order.get("access_token")
        is_own = isinstance(token, str) and consteq(known.access_token or "", token)
        if not is_own or known.config_id != config:
            raise Unauthorized()
        return known.sudo(False)
