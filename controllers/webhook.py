import json
import logging

from stripe import SignatureVerificationError, WebhookSignature

from odoo import http
from odoo.http import request

_logger = logging.getLogger(__name__)

TOLERANCE = 300  # seconds between Stripe's signature and now
MAX_BODY = 1024 * 1024  # bytes
EVENT_KEYS = {"id", "type", "created", "livemode", "data"}


class StripeTerminalWebhook(http.Controller):
    """Where Stripe tells that something happened: a reason to read again, never more."""

    @http.route(
        "/pos_payment_stripe/webhook/<int:provider_id>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_BODY,
    )
    def webhook(self, provider_id):
        """Take an event that Stripe signed with the provider's webhook secret.

        Stripe is not called here, so that it has its answer at once. See
        https://docs.stripe.com/webhooks and https://docs.stripe.com/webhooks/signatures

        :param int provider_id: id of the `payment.provider` in the webhook's address
        :return: 200 for what Stripe signed, whether it is of use or not; 400 when it is not signed,
            forged, older than `TOLERANCE` or no event; 413 when it is larger than `MAX_BODY`
        """
        provider = (
            request.env["payment.provider"]
            .sudo()
            .search_fetch(
                [("id", "=", provider_id)],
                ["company_id", "stripe_secret_key", "stripe_terminal_webhook_secret"],
            )
        )
        secret = (provider.stripe_terminal_webhook_secret or "").strip()
        if not secret:
            return self._refuse(provider_id, "No webhook secret is configured.")
        body = request.httprequest.get_data()
        signature = request.httprequest.headers.get("Stripe-Signature")
        try:
            # As text, which each supported version of the SDK takes.
            WebhookSignature.verify_header(body.decode(), signature, secret, TOLERANCE)
        except (SignatureVerificationError, UnicodeDecodeError, TypeError):
            # The SDK compares signatures as ASCII: a TypeError tells of other characters.
            return self._refuse(provider_id, "The signature is missing, wrong or too old.")
        try:
            event = json.loads(body)
        except ValueError:
            return self._refuse(provider_id, "The body is not JSON.")
        if not isinstance(event, dict) or not event.keys() >= EVENT_KEYS:
            return self._refuse(provider_id, "The body is not an event.")
        request.env["pos.stripe.webhook.event"].sudo()._receive(provider, event)
        return request.make_response("")

    def _refuse(self, provider_id, reason):
        """Return the answer to a call that changes nothing; Stripe's dashboard shows the reason."""
        _logger.warning("Refused a webhook call for Stripe provider %s: %s", provider_id, reason)
        return request.make_response(reason, [("Content-Type", "text/plain")], status=400)
