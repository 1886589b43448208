"""The demo's counter with Stripe's own test mode and one of Stripe's simulated readers."""

import os
import re
import select
import sys

import stripe

from . import database
from .console import Problem, say

LABEL = "pos_payment_stripe demo"
REGISTRATION_CODE = "simulated-wpe"
# A reader's location must be in the account's country, and some need a state and its postal code.
STATES = {  # country: (state, postal code)
    "AU": ("NSW", "2000"),
    "CA": ("ON", "M5V 2T6"),
    "GB": (None, "EC1A 1BB"),
    "IE": (None, "D02 X285"),
    "JP": ("Tokyo", "100-0001"),
    "US": ("CA", "94111"),
}


class StripeCounter:
    """A Stripe account in test mode and a simulated reader in it, made when there is none.

    :param key: a test key, which is kept in the demo's database only
    :raises Problem: the key is none for test mode
    """

    address = "simulated by Stripe: press Enter here to present a card"
    advice = "Choose “Card” at the till, then press Enter in this terminal."

    def __init__(self, key):
        if not re.match(r"(sk|rk)_test_", key):
            raise Problem("STRIPE_SECRET_KEY must be a test key (sk_test_… or rk_test_…).")
        self.database = database.name("demo_stripe")
        self.secret_key = key
        self.country = self.currency = None
        self._reader = None
        # Stripe's own address, unless the environment has another (for tests and sandboxes).
        base = os.environ.get("STRIPE_API_BASE")
        self.variables = {"STRIPE_API_BASE": base} if base else {}
        stripe.enable_telemetry = False
        self._client = stripe.StripeClient(
            key, max_network_retries=2, base_addresses={"api": base} if base else {}
        )

    @property
    def serial_number(self):
        """The reader's serial number."""
        return self._reader.serial_number

    def reset(self):
        """Nothing: what happened at Stripe stays in the account."""

    def open(self, port=None):
        """Find or create the reader; ``port`` is not needed.

        :raises Problem: Stripe cannot be reached or refuses
        """
        say("Looking for a simulated reader in your Stripe account …")
        try:
            account = self._client.v1.accounts.retrieve_current()
            self.country, self.currency = account.country, account.default_currency.upper()
            self._reader = self._find() or self._create()
        except stripe.StripeError as error:
            raise Problem(_in_a_sentence(error)) from None

    def _find(self):
        readers = self._client.v1.terminal.readers.list({"limit": 100})
        return next((reader for reader in readers.data if reader.label == LABEL), None)

    def _create(self):
        terminal = self._client.v1.terminal
        location = terminal.locations.create({"display_name": LABEL, "address": self._address()})
        return terminal.readers.create(
            {
                "registration_code": REGISTRATION_CODE,
                "label": LABEL,
                "location": location.id,
            }
        )

    def _address(self):
        state, postal_code = STATES.get(self.country, (None, "1000"))
        address = {"line1": "Main Street 1", "city": "Springfield", "postal_code": postal_code}
        if state:
            address["state"] = state
        return {**address, "country": self.country}

    def attend(self):
        """Present a card to the reader when Enter was pressed in the terminal."""
        if sys.stdin.isatty() and select.select([sys.stdin], [], [], 0)[0]:
            sys.stdin.readline()
            say(self.present_card())

    def present_card(self):
        """Present a test card to the reader and return a sentence about it."""
        readers = self._client.v1.test_helpers.terminal.readers
        try:
            readers.present_payment_method(self._reader.id)
        except stripe.StripeError as error:
            return _in_a_sentence(error)
        return "A card was presented."

    def close(self):
        """Nothing: the reader stays in the account for the next time."""


def _in_a_sentence(error):
    if isinstance(error, stripe.APIConnectionError):
        return "Stripe cannot be reached: check this machine's network."
    return f"Stripe refuses: {str(error.user_message or error).splitlines()[0]}"
