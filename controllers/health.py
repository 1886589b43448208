import hmac

from odoo import http
from odoo.http import request

from ..models.pos_stripe_payment_health import TOKEN


class StripeTerminalHealth(http.Controller):
    """Figures for a monitoring system, which logs in nowhere and reads no payment."""

    @http.route(
        "/pos_payment_stripe/health",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        save_session=False,
    )
    def health(self):
        """Return the figures of the whole database as JSON, see `pos.stripe.payment._health`.

        The header `Authorization: Bearer …` has the token that the settings show.

        :return: 200; 503 with the same figures where work is late; 401 without a valid token
        """
        token = request.env["ir.config_parameter"].sudo().get_param(TOKEN)
        told = request.httprequest.headers.get("Authorization", "")
        if not token or not hmac.compare_digest(told.encode(), f"Bearer {token}".encode()):
            return request.make_json_response({"error": "unauthorized"}, status=401)
        figures = request.env["pos.stripe.payment"].sudo()._health()
        return request.make_json_response(figures, status=503 if figures["is_late"] else 200)
