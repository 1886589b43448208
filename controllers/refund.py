from odoo import http
from odoo.http import request

from .terminal import StripeTerminalController


class StripeTerminalRefunds(StripeTerminalController):
    """What a till asks before it refunds; the refund itself is sent like a payment."""

    @http.route("/pos_payment_stripe/refund_plan", type="jsonrpc", auth="user")
    def refund_plan(self, session_id, order_uuids, amount, held=()):
        """Tell which card payments of orders are refunded, and how much of each."""
        session = self._open_session(session_id)
        payments = request.env["pos.stripe.payment"].sudo()
        return payments._refund_plan(session, order_uuids, amount, held)

    @http.route("/pos_payment_stripe/refund_choices", type="jsonrpc", auth="user")
    def refund_choices(self, session_id, query=""):
        """Return card payments of the company among which a person may choose one to refund."""
        session = self._open_session(session_id)
        return request.env["pos.stripe.payment"].sudo()._refund_choices(session, query)

    @http.route("/pos_payment_stripe/refund_approvers", type="jsonrpc", auth="user")
    def refund_approvers(self, session_id, line=None):
        """Return whose PIN the refund of a line, or of a payment without an order, needs."""
        session = self._open_session(session_id)
        return request.env["pos.stripe.payment"].sudo()._refund_approvers(session, line)
