import logging

from odoo import http
from odoo.http import request

from ..models.pos_payment_method_connection import BROWSER
from ..stripe_terminal.errors import StripeProblem
from ..stripe_terminal.gateway import CHECK_TIMEOUT
from .terminal import StripeTerminalController

_logger = logging.getLogger(__name__)


class StripeTerminalBrowserSdk(StripeTerminalController):
    """What a till asks for while its browser collects a card with Stripe's SDK.

    The connection token and the client secret are the two secrets that a browser gets, because
    the SDK is made for them. Both answers are for this request alone: nothing may keep them.
    """

    def _running_payment(self, line_uuid):
        """Return the journal row of a line in an open session that the user may use."""
        payment = self._payment(line_uuid)
        self._open_session(payment.session_id.id)
        return payment

    @http.route("/pos_payment_stripe/connection_token", type="jsonrpc", auth="user")
    def connection_token(self, session_id, payment_method_id):
        """Return a new connection token for the location of the method's reader, as `secret`.

        It waits for Stripe, but a short time only and once for a connection, not for a payment:
        through the journal it would be written down.
        See https://docs.stripe.com/api/terminal/connection_tokens/create

        :return: dict of `secret`, or of `code` that says why there is none
        """
        session = self._open_session(session_id)
        method = session.config_id.payment_method_ids.filtered(
            lambda method: (
                method.id == int(payment_method_id)
                and method._is_stripe_terminal()
                and method.stripe_connection == BROWSER
            )
        )
        if not method:
            raise self._no_access()
        location = method.stripe_reader_id.stripe_location_id
        if not location:
            return {"code": "terminal_reader_invalid_location_for_payment"}
        request.future_response.headers["Cache-Control"] = "no-store"
        try:
            gateway = method._stripe_terminal_provider()._stripe_terminal_gateway(CHECK_TIMEOUT)
            return {"secret": gateway.create_connection_token(location).data["secret"]}
        except StripeProblem as problem:
            _logger.warning("No connection token for %s: %s", method.display_name, problem)
            return {"code": problem.reason}

    @http.route("/pos_payment_stripe/collect", type="jsonrpc", auth="user")
    def collect(self, line_uuid, collector):
        """Let a page collect the card of a line; see `pos.stripe.payment._collect`."""
        request.future_response.headers["Cache-Control"] = "no-store"
        return self._running_payment(line_uuid)._collect(str(collector))

    @http.route("/pos_payment_stripe/collecting", type="jsonrpc", auth="user")
    def collecting(self, line_uuid, collector):
        """Note that a page still collects; returns whether it shall go on."""
        return self._running_payment(line_uuid)._keep_collecting(str(collector))

    @http.route("/pos_payment_stripe/let_refund", type="jsonrpc", auth="user")
    def let_refund(self, line_uuid, collector):
        """Return whether the page that has read a refund's card may refund it now."""
        return self._running_payment(line_uuid)._let_refund(str(collector))

    @http.route("/pos_payment_stripe/release", type="jsonrpc", auth="user")
    def release(self, line_uuid, collector):
        """Note that a page is being closed, so that another may collect."""
        self._running_payment(line_uuid)._release_collector(str(collector))

    @http.route("/pos_payment_stripe/reported", type="jsonrpc", auth="user")
    def reported(self, line_uuid, collector, stage, code=None):
        """Have Stripe read, because a page says that it no longer collects."""
        payment = self._payment(line_uuid)
        payment._reported(str(collector), str(stage), code and str(code))
        return payment._till_data()
