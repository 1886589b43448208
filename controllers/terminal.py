from odoo import http
from odoo.exceptions import AccessError
from odoo.http import request


class StripeTerminalController(http.Controller):
    """What a till may ask for. Each route writes or reads the journal and returns at once."""

    def _check_session(self, session_id, payment_method_id):
        """Return the open session and its Stripe payment method, as superuser.

        :raise AccessError: the same one for whatever the reason is
        """
        self._check_cashier()
        session = request.env["pos.session"].search(
            [
                ("id", "=", int(session_id)),
                ("state", "!=", "closed"),
                ("config_id.payment_method_ids", "in", int(payment_method_id)),
                ("company_id", "in", request.env.user.company_ids.ids),
            ]
        )
        method = session.config_id.payment_method_ids.filtered(
            lambda method: (
                method.id == int(payment_method_id)
                and method.use_payment_terminal == "stripe_terminal"
            )
        )
        if not method:
            raise self._no_access()
        return session.sudo(), method.sudo()

    def _check_cashier(self):
        if not request.env.user.has_group("point_of_sale.group_pos_user"):
            raise self._no_access()

    def _no_access(self):
        return AccessError(request.env._("You cannot use this payment terminal."))

    def _payments(self, line_uuids):
        """Return the journal rows of payment lines, as far as the user's companies have them."""
        self._check_cashier()
        return (
            request.env["pos.stripe.payment"]
            .sudo()
            .search(
                [
                    ("line_uuid", "in", line_uuids),
                    ("company_id", "in", request.env.user.company_ids.ids),
                ]
            )
        )

    def _payment(self, line_uuid):
        payment = self._payments([line_uuid])
        if not payment:
            raise self._no_access()
        return payment

    @http.route("/pos_payment_stripe/send", type="jsonrpc", auth="user")
    def send(self, session_id, payment_method_id, line):
        """Ask the reader for a payment; see `pos.stripe.payment._send`."""
        session, method = self._check_session(session_id, payment_method_id)
        return request.env["pos.stripe.payment"].sudo()._send(session, method, line)

    @http.route("/pos_payment_stripe/status", type="jsonrpc", auth="user")
    def status(self, line_uuids):
        """Return what is known of some payment lines, and have Stripe read again beside it."""
        payments = self._payments(line_uuids)
        payments._look()
        return [payment._till_data() for payment in payments]

    @http.route("/pos_payment_stripe/cancel", type="jsonrpc", auth="user")
    def cancel(self, line_uuid):
        """Take a payment back; the answer comes with a later status."""
        payment = self._payment(line_uuid)
        payment._cancel()
        return payment._till_data()

    @http.route("/pos_payment_stripe/force_done", type="jsonrpc", auth="user")
    def force_done(self, line_uuid):
        """Record that the cashier declared a line paid while Stripe could not be asked."""
        payment = self._payment(line_uuid)
        payment._force_done()
        return payment._till_data()
