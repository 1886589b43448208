from odoo import http
from odoo.exceptions import AccessError
from odoo.http import request
from odoo.tools import SQL

from ..fetching import fetch_joined

# What a payment needs to know of its session.
NEEDED = {
    "": ["config_id", "name", "state", "user_id"],
    "config_id": [
        "access_token",
        "company_id",
        "currency_id",
        "iface_tipproduct",
        "name",
        "rounding_method",
        "set_tip_after_payment",
        "stripe_tip_on_reader",
        "tip_product_id",
    ],
    "config_id.company_id": ["active", "currency_id", "name", "parent_id", "parent_path"],
    "config_id.currency_id": ["decimal_places", "name", "rounding"],
}
# What a till is told of an amount, on a slip as well.
NEEDED_TO_SHOW = {"currency_id": ["decimal_places", "name", "position", "rounding", "symbol"]}


class StripeTerminalController(http.Controller):
    """What a till may ask for. Each route writes or reads the journal and returns at once."""

    def _open_session(self, session_id):
        """Return an open session of the user's companies, as superuser.

        :raise AccessError: the same one for whatever the reason is
        """
        self._check_cashier()
        session = request.env["pos.session"].search(
            [
                ("id", "=", int(session_id)),
                ("state", "!=", "closed"),
                ("company_id", "in", request.env.user._get_company_ids()),
            ]
        )
        if not session:
            raise self._no_access()
        return fetch_joined(session.sudo(), SQL("pos_session.id = %s", session.id), NEEDED)

    def _check_cashier(self):
        if not request.env.user.has_group("point_of_sale.group_pos_user"):
            raise self._no_access()

    def _no_access(self):
        return AccessError(request.env._("You cannot use this payment terminal."))

    def _payments(self, line_uuids):
        """Return the journal rows of payment lines, as far as the user's companies have them."""
        self._check_cashier()
        condition = SQL(
            "pos_stripe_payment.line_uuid = ANY(%s) AND pos_stripe_payment.company_id = ANY(%s)",
            [str(line_uuid) for line_uuid in line_uuids],
            list(request.env.user._get_company_ids()),
        )
        rows = request.env["pos.stripe.payment"].sudo()
        return fetch_joined(rows, condition, NEEDED_TO_SHOW)

    def _payment(self, line_uuid):
        payment = self._payments([line_uuid])
        if not payment:
            raise self._no_access()
        return payment

    @http.route("/pos_payment_stripe/send", type="jsonrpc", auth="user")
    def send(self, session_id, payment_method_id, line):
        """Ask the reader for a payment; see `pos.stripe.payment._send`."""
        session = self._open_session(session_id)
        method = (
            request.env["pos.payment.method"]
            .sudo()
            .search_fetch(
                [
                    ("id", "=", int(payment_method_id)),
                    ("config_ids", "in", session.config_id.ids),
                ],
                ["company_id", "stripe_connection", "stripe_serial_number", "use_payment_terminal"],
            )
        )
        if not method._is_stripe_terminal():
            raise self._no_access()
        return request.env["pos.stripe.payment"].sudo()._send(session, method, line)

    @http.route("/pos_payment_stripe/status", type="jsonrpc", auth="user")
    def status(self, line_uuids):
        """Return what is known of some payment lines, and have Stripe read again beside it."""
        payments = self._payments(line_uuids)
        payments._request_read()
        payments._see()
        return [payment._till_data() for payment in payments]

    @http.route("/pos_payment_stripe/cancel", type="jsonrpc", auth="user")
    def cancel(self, line_uuid):
        """Take a payment back; the answer comes with a later status."""
        payment = self._payment(line_uuid)
        payment._cancel()
        return payment._till_data()

    @http.route("/pos_payment_stripe/force_done", type="jsonrpc", auth="user")
    def force_done(self, line_uuid, employee_id=None, pin=None, late=False):
        """Record that the cashier declared a line paid while Stripe could not be asked."""
        payment = self._payment(line_uuid)
        payment._force_done(employee_id, pin, bool(late))
        return payment._till_data()

    @http.route("/pos_payment_stripe/accept", type="jsonrpc", auth="user")
    def accept(self, session_id, keys, employee_id=None, pin=None):
        """Note that a till's session may be closed although it differs from Stripe."""
        self._open_session(session_id)._stripe_terminal_accept(keys, employee_id, pin)

    @http.route("/pos_payment_stripe/take_over", type="jsonrpc", auth="user")
    def take_over(self, line_uuid, holder_id):
        """Cancel the payment that has the reader, if it is still the one that the till saw."""
        self._payment(line_uuid)._take_over(int(holder_id))

    @http.route("/pos_payment_stripe/unattached", type="jsonrpc", auth="user")
    def unattached(self, session_id):
        """Return what no till works on any more, and have Stripe read what is still open of it."""
        session = self._open_session(session_id)
        return request.env["pos.stripe.payment"].sudo()._left_behind(session)

    @http.route("/pos_payment_stripe/restore", type="jsonrpc", auth="user")
    def restore(self, session_id, line_uuid):
        """Make the order of a payment that no order shows again."""
        session = self._open_session(session_id)
        payment = self._payment(line_uuid)
        if payment.payment_method_id not in session.config_id.payment_method_ids:
            raise self._no_access()
        return payment._restore(session)

    @http.route("/pos_payment_stripe/attach", type="jsonrpc", auth="user")
    def attach(self, session_id, line_uuid, order_uuid, order_ref):
        """Let an order of the till take a payment that no order shows."""
        session = self._open_session(session_id)
        payment = self._payment(line_uuid)
        if payment.payment_method_id not in session.config_id.payment_method_ids:
            raise self._no_access()
        payment._attach(session, order_uuid, order_ref)
        return payment._till_data()

    @http.route("/pos_payment_stripe/refund_unattached", type="jsonrpc", auth="user")
    def refund_unattached(self, line_uuid, employee_id=None, pin=None):
        """Refund a payment that no order shows."""
        payment = self._payment(line_uuid)
        payment._check_unattached()
        approval = payment._approval(payment.config_id, employee_id, pin, payment.amount_minor)
        payment._refund_unattached(**approval)
        return payment._till_data()
