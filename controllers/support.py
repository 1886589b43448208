import json

from odoo import http
from odoo.http import content_disposition, request

HIDDEN = {"basket", "client_secret", "collector", "lease_owner", "lease_until", "event_ids"}


class StripeTerminalSupport(http.Controller):
    """The journal of one payment as a file, for Stripe's support or an integrator's."""

    @http.route(
        "/pos_payment_stripe/support/<model('pos.stripe.payment'):payment>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def support_file(self, payment):
        """Return the payment and its events as JSON; the journal never held a secret.

        :raise AccessError: the user may not read the payment
        """
        payment.check_access("read")
        names = [name for name in payment._fields if name not in HIDDEN]
        data = {
            "payment": payment.read(names)[0],
            "events": payment.event_ids.read(
                ["date", "kind", "verb", "request_id", "milliseconds", "data"]
            ),
        }
        name = f"stripe_payment_{payment.payment_intent or payment.id}.json"
        return request.make_response(
            json.dumps(data, indent=2, default=str),
            [
                ("Content-Type", "application/json"),
                ("Content-Disposition", content_disposition(name)),
            ],
        )
