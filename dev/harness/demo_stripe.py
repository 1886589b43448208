"""The demo's counter with Stripe's own test mode and one of Stripe's simulated readers."""

import re
import select
import sys

from . import database
from .console import Problem, say

LABEL = "pos_payment_stripe demo"
REGISTRATION_CODE = "simulated-wpe"
ADDRESS = {
    "line1": "Rue Neuve 1",
    "city": "Brussels",
    "postal_code": "1000",
    "country": "BE",
}


class StripeCounter:
    """A Stripe account in test mode and a simulated reader in it, made when there is none.

    :param key: a test key, which is kept in the demo's database only
    :raises Problem: the key is none for test mode
    """

    address = "simulated by Stripe: press Enter here to present a card"
    advice = "Choose “Card” at the till, then press Enter in this terminal."
    variables = {}

    def __init__(self, key):
        if not re.match(r"(sk|rk)_test_", key):
            raise Problem("STRIPE_SECRET_KEY must be a test key (sk_test_… or rk_test_…).")
        self.database = database.name("demo_stripe")
        self.secret_key = key
        self._client = None
        self._reader = None

    @property
    def serial_number(self):
        """The reader's serial number."""
        return self._reader.serial_number

    def reset(self):
        """Nothing: what happened at Stripe stays in the account."""

    def open(self, port):
        """Find or create the reader; ``port`` is not needed.

        :raises Problem: Stripe cannot be reached or refuses
        """
        import stripe

        stripe.enable_telemetry = False
        self._client = stripe.StripeClient(self.secret_key, max_network_retries=2)
        say("Looking for a simulated reader in your Stripe account …")
        try:
            self._reader = self._find() or self._create()
        except stripe.StripeError as error:
            raise Problem(f"Stripe: {error.user_message or error}") from None

    def _find(self):
        readers = self._client.v1.terminal.readers.list({"limit": 100})
        return next((reader for reader in readers.data if reader.label == LABEL), None)

    def _create(self):
        terminal = self._client.v1.terminal
        location = terminal.locations.create({"display_name": LABEL, "address": ADDRESS})
        return terminal.readers.create(
            {
                "registration_code": REGISTRATION_CODE,
                "label": LABEL,
                "location": location.id,
            }
        )

    def attend(self):
        """Present a card to the reader when Enter was pressed in the terminal."""
        import stripe

        if not sys.stdin.isatty() or not select.select([sys.stdin], [], [], 0)[0]:
            return
        sys.stdin.readline()
        helpers = self._client.v1.test_helpers.terminal.readers
        try:
            helpers.present_payment_method(self._reader.id)
            say("A card was presented.")
        except stripe.StripeError as error:
            say(f"Stripe: {error.user_message or error}")

    def close(self):
        """Nothing: the reader stays in the account for the next time."""
