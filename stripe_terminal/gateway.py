"""The one place that calls the Stripe SDK.

Every method makes exactly one HTTP request over a pooled, kept-alive connection, returns a
`Reply` with plain Python data, and raises `StripeProblem` (see `errors.py`) for everything that
goes wrong. Amounts are integers in minor units. Retrying is the journal's business: the SDK's own
retries stay off, so that one call is one attempt with one idempotency key.
"""

import functools
import logging
import time
from typing import NamedTuple

import requests
import stripe
from stripe import HTTPClient, StripeClient
from urllib3.util.ssl_ import create_urllib3_context

from .errors import problem_from
from .scrub import scrub_record

API_VERSION = "2026-10-28.endive"
CONNECT_TIMEOUT = 5  # seconds
READ_TIMEOUT = 20  # seconds
# The reader answers this call, not Stripe alone: a slow network at the shop makes it slow.
READER_TIMEOUT = 35  # seconds
# Somebody waits at a form, or a till's request for a connection token.
CHECK_TIMEOUT = 6  # seconds
POOL_SIZE = 96  # as many as threads that ask, see `runner.py`

# The intent and its charge come with the reader's action: one request reads the whole truth.
READER_EXPAND = ["action.process_payment_intent.payment_intent.latest_charge"]
INTENT_EXPAND = ["latest_charge"]
INTENTS_EXPAND = ["data.latest_charge"]
# The refund, what it leaves of its charge, and the refunds before it.
REFUND_EXPAND = ["charge.refunds"]
CHARGE_EXPAND = ["refunds"]
REFUNDED_INTENT_EXPAND = ["latest_charge.refunds"]
# As many as Stripe gives at once.
PAGE_SIZE = 100

stripe.enable_telemetry = False
# At its debug level the SDK logs whole answers, with client secrets and webhook secrets in them.
logging.getLogger("stripe").addFilter(scrub_record)


class Reply(NamedTuple):
    """What Stripe answered: the object as plain data, the request id and the duration."""

    data: dict
    request_id: str
    milliseconds: int


@functools.lru_cache(maxsize=64)
def get_gateway(secret_key, base_address=None, read_timeout=READ_TIMEOUT):
    """Return the process-wide `Gateway` of one secret key, so that its connections stay open.

    :param str secret_key: `sk_…` or `rk_…`
    :param str | None base_address: another API host, for tests and sandboxes
    :param int read_timeout: seconds to wait for Stripe's answer
    """
    return Gateway(secret_key, base_address, read_timeout)


@functools.lru_cache(maxsize=4)
def tls_context(authorities):
    """Return the process-wide TLS context that trusts a file of certificate authorities.

    Reading that file takes longer than all else of a new connection.

    :param str authorities: path of a PEM file
    """
    context = create_urllib3_context()
    context.load_verify_locations(authorities)
    return context


class PooledAdapter(requests.adapters.HTTPAdapter):
    """Kept-alive connections that are given up early when nobody answers the door."""

    def cert_verify(self, conn, url, verify, cert):
        """Have new connections share what is known of the authorities, see `tls_context`."""
        if not url.startswith("https://"):
            super().cert_verify(conn, url, verify, cert)
            return
        conn.cert_reqs = "CERT_REQUIRED"
        conn.ca_certs = None
        conn.conn_kw["ssl_context"] = tls_context(verify)

    def send(self, request, timeout=None, **options):
        """Send with a time limit in seconds for the answer, and a shorter one to connect."""
        return super().send(request, timeout=(CONNECT_TIMEOUT, timeout), **options)


class Gateway:
    """Stripe Terminal's API for one account, thread-safe."""

    def __init__(self, secret_key, base_address=None, read_timeout=READ_TIMEOUT):
        self._secret_key = secret_key
        self._base_addresses = {"api": base_address} if base_address else None
        self._session = requests.Session()
        adapter = PooledAdapter(pool_maxsize=POOL_SIZE)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._client = self._make_client(read_timeout)
        self._reader_client = self._make_client(READER_TIMEOUT)

    def _make_client(self, read_timeout):
        # One session for all threads: a new worker thread finds the connection already open.
        http_client: HTTPClient = stripe.RequestsClient(timeout=read_timeout, session=self._session)
        return StripeClient(
            self._secret_key,
            stripe_version=API_VERSION,
            base_addresses=self._base_addresses,
            http_client=http_client,
            max_network_retries=0,
        )

    @staticmethod
    def _call(method, *args, params=None, idempotency_key=None):
        options = {"idempotency_key": idempotency_key} if idempotency_key else {}
        started = time.monotonic()
        try:
            answer = method(*args, params=params or {}, options=options)
        except stripe.StripeError as error:
            raise problem_from(error) from error
        return Reply(
            answer.to_dict(),
            answer.last_response.request_id,
            round((time.monotonic() - started) * 1000),
        )

    # PaymentIntents: https://docs.stripe.com/api/payment_intents

    def create_payment_intent(self, params, idempotency_key):
        """Create a PaymentIntent; `params` as in the API, amount in minor units."""
        return self._call(
            self._client.v1.payment_intents.create,
            params=params,
            idempotency_key=idempotency_key,
        )

    def retrieve_payment_intent(self, intent_id):
        """Read a PaymentIntent with its latest charge."""
        return self._call(
            self._client.v1.payment_intents.retrieve,
            intent_id,
            params={"expand": INTENT_EXPAND},
        )

    def list_payment_intents(self, params):
        """Read one page of the account's PaymentIntents with their charges, newest first.

        :param dict params: as in the API, for instance `created` and `starting_after`
        """
        return self._call(
            self._client.v1.payment_intents.list,
            params={"limit": PAGE_SIZE, "expand": INTENTS_EXPAND, **params},
        )

    def update_payment_intent(self, intent_id, params, idempotency_key):
        """Change a PaymentIntent that is not yet paid, for instance its amount (minor units)."""
        return self._call(
            self._client.v1.payment_intents.update,
            intent_id,
            params=params,
            idempotency_key=idempotency_key,
        )

    def capture_payment_intent(self, intent_id, idempotency_key, amount=None):
        """Capture an authorized PaymentIntent.

        :param int | None amount: minor units, more than authorized only where the charge supports
            overcapture; None captures all that is authorized
        """
        params = {"amount_to_capture": amount} if amount else {}
        return self._call(
            self._client.v1.payment_intents.capture,
            intent_id,
            params={**params, "expand": INTENT_EXPAND},
            idempotency_key=idempotency_key,
        )

    def increment_authorization(self, intent_id, amount, idempotency_key):
        """Authorize more for an authorized PaymentIntent.

        :param int amount: the new total, minor units
        """
        return self._call(
            self._client.v1.payment_intents.increment_authorization,
            intent_id,
            params={"amount": amount, "expand": INTENT_EXPAND},
            idempotency_key=idempotency_key,
        )

    def cancel_payment_intent(self, intent_id, idempotency_key):
        """Cancel a PaymentIntent; Stripe refuses when it is succeeded or being processed."""
        return self._call(
            self._client.v1.payment_intents.cancel,
            intent_id,
            params={"expand": INTENT_EXPAND},
            idempotency_key=idempotency_key,
        )

    # Refunds: https://docs.stripe.com/api/refunds

    def create_refund(self, params, idempotency_key):
        """Refund; `params` as in the API, amount in minor units."""
        return self._call(
            self._client.v1.refunds.create,
            params={"expand": REFUND_EXPAND, **params},
            idempotency_key=idempotency_key,
        )

    def retrieve_refund(self, refund_id):
        """Read a refund with its charge and the charge's refunds."""
        return self._call(
            self._client.v1.refunds.retrieve, refund_id, params={"expand": REFUND_EXPAND}
        )

    def list_refunds(self, params):
        """Read one page of the account's refunds, newest first; `params` as in the API."""
        return self._call(self._client.v1.refunds.list, params={"limit": PAGE_SIZE, **params})

    def retrieve_refunded_charge(self, reference):
        """Read a charge with its refunds, as itself or as its PaymentIntent's `latest_charge`.

        :param str reference: `ch_…` or `pi_…`
        """
        if reference.startswith("pi_"):
            return self._call(
                self._client.v1.payment_intents.retrieve,
                reference,
                params={"expand": REFUNDED_INTENT_EXPAND},
            )
        return self._call(
            self._client.v1.charges.retrieve, reference, params={"expand": CHARGE_EXPAND}
        )

    # Readers: https://docs.stripe.com/api/terminal/readers

    def list_readers(self, params):
        """Read one page of the account's readers; `params` as in the API."""
        return self._call(self._client.v1.terminal.readers.list, params=params)

    def retrieve_reader(self, reader_id):
        """Read a reader with its action, the action's PaymentIntent and its latest charge."""
        return self._call(
            self._client.v1.terminal.readers.retrieve,
            reader_id,
            params={"expand": READER_EXPAND},
        )

    def create_reader(self, params, idempotency_key):
        """Register a reader by the code on its screen; `params` as in the API."""
        return self._call(
            self._client.v1.terminal.readers.create,
            params={"expand": ["location"], **params},
            idempotency_key=idempotency_key,
        )

    def update_reader(self, reader_id, params):
        """Change a reader's label."""
        return self._call(
            self._client.v1.terminal.readers.update,
            reader_id,
            params={"expand": ["location"], **params},
        )

    def delete_reader(self, reader_id):
        """Take a reader off the account; it can be registered again with a new code."""
        return self._call(self._client.v1.terminal.readers.delete, reader_id)

    def process_payment_intent(self, reader_id, intent_id, idempotency_key, config=None):
        """Ask the reader to collect the PaymentIntent; answers when the reader acknowledged.

        :param dict | None config: more of `process_config`, as in the API
        """
        return self._call(
            self._reader_client.v1.terminal.readers.process_payment_intent,
            reader_id,
            params={
                "payment_intent": intent_id,
                "process_config": {"enable_customer_cancellation": True, **(config or {})},
                "expand": READER_EXPAND,
            },
            idempotency_key=idempotency_key,
        )

    def refund_payment(self, reader_id, params, idempotency_key):
        """Ask the reader for the card that is refunded; answers when it acknowledged.

        :param dict params: as in the API: the payment, `amount` in minor units, `metadata`
        """
        return self._call(
            self._reader_client.v1.terminal.readers.refund_payment,
            reader_id,
            params={"refund_payment_config": {"enable_customer_cancellation": True}, **params},
            idempotency_key=idempotency_key,
        )

    def cancel_reader_action(self, reader_id, idempotency_key):
        """Take the running action from the reader; `terminal_reader_busy` while it authorizes."""
        return self._call(
            self._reader_client.v1.terminal.readers.cancel_action,
            reader_id,
            idempotency_key=idempotency_key,
        )

    def create_connection_token(self, location_id):
        """Create the secret with which a browser's SDK connects to one location's readers."""
        return self._call(
            self._client.v1.terminal.connection_tokens.create, params={"location": location_id}
        )

    def set_reader_display(self, reader_id, cart, idempotency_key):
        """Show a cart on the reader; this replaces a payment whose card was not presented yet.

        :param dict cart: as in the API, amounts in minor units
        """
        return self._call(
            self._reader_client.v1.terminal.readers.set_reader_display,
            reader_id,
            params={"type": "cart", "cart": cart},
            idempotency_key=idempotency_key,
        )

    def present_payment_method(self, reader_id, idempotency_key):
        """Hold a test card to a reader that Stripe simulates; exists in test mode only.

        See https://docs.stripe.com/api/terminal/readers/present_payment_method
        """
        return self._call(
            self._client.v1.test_helpers.terminal.readers.present_payment_method,
            reader_id,
            idempotency_key=idempotency_key,
        )

    # Locations: https://docs.stripe.com/api/terminal/locations

    def list_locations(self, params):
        """Read one page of the account's locations; `params` as in the API."""
        return self._call(self._client.v1.terminal.locations.list, params=params)

    def retrieve_location(self, location_id):
        """Read a location."""
        return self._call(self._client.v1.terminal.locations.retrieve, location_id)

    def create_location(self, params):
        """Create a location; its country can never be changed."""
        return self._call(self._client.v1.terminal.locations.create, params=params)

    def update_location(self, location_id, params):
        """Change a location's name or address."""
        return self._call(self._client.v1.terminal.locations.update, location_id, params=params)

    def delete_location(self, location_id):
        """Delete a location; Stripe refuses while it has readers."""
        return self._call(self._client.v1.terminal.locations.delete, location_id)

    # Configurations: https://docs.stripe.com/api/terminal/configuration

    def list_configurations(self, params):
        """Read one page of the configurations of the account's readers; `params` as in the API."""
        return self._call(self._client.v1.terminal.configurations.list, params=params)

    def create_configuration(self, params):
        """Create a configuration, for locations to refer to."""
        return self._call(self._client.v1.terminal.configurations.create, params=params)

    def update_configuration(self, configuration_id, params):
        """Change a configuration; it holds for all readers of the locations that refer to it."""
        return self._call(
            self._client.v1.terminal.configurations.update, configuration_id, params=params
        )

    # Account: https://docs.stripe.com/api/accounts

    def retrieve_account(self):
        """Read the account that the key belongs to."""
        return self._call(self._client.v1.accounts.retrieve_current)

    def try_request(self, method, path, params):
        """Send a request for what Stripe says to it: whether the key may send it at all.

        :param str method: `get` or `post`
        :param str path: such as `/v1/refunds`
        """
        try:
            self._client.raw_request(method, path, **params)
        except stripe.StripeError as error:
            raise problem_from(error) from error

    # Webhook endpoints: https://docs.stripe.com/api/webhook_endpoints

    def list_webhook_endpoints(self, params):
        """Read one page of the account's webhook endpoints; `params` as in the API."""
        return self._call(self._client.v1.webhook_endpoints.list, params=params)

    def create_webhook_endpoint(self, params):
        """Create a webhook endpoint; only this answer ever carries its `secret`."""
        return self._call(self._client.v1.webhook_endpoints.create, params=params)

    def delete_webhook_endpoint(self, endpoint_id):
        """Delete a webhook endpoint."""
        return self._call(self._client.v1.webhook_endpoints.delete, endpoint_id)
