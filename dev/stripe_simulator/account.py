"""Accounts: the handle that tests and the demo use, with everything that belongs to one."""

import time

from . import ids, money, refunding
from .auth import ApiKey, normalized
from .device import add_device
from .environment import Environment
from .errors import SimulatorError
from .resources.configurations import new_configuration
from .resources.locations import new_location
from .resources.readers import new_reader

DEFAULT_ADDRESS = {
    "line1": "1 Market Street",
    "line2": None,
    "city": "Springfield",
    "state": None,
    "postal_code": "12345",
}


class Account:
    """One Stripe account with its keys, isolated from all others.

    :ivar str id: `acct_…`
    :ivar str secret_key: of test mode, `sk_test_…`
    :ivar str live_secret_key: of live mode, `sk_live_…`
    :ivar str publishable_key: of test mode
    :ivar str api_version: used for requests without a `Stripe-Version`
    :ivar bool charges_enabled: whether Stripe has activated it; only told, payments go on
    :ivar bool covers_refunds: whether the balance is enough for refunds; if not, they are pending
    :ivar bool overcapture: whether the shop's trade may capture more than was authorized
    :ivar int | None overcapture_limit: how many per cent more; None means no limit
    :ivar bool incremental_authorization: whether the shop's trade may authorize more later
    """

    def __init__(self, simulator, country, currency, name, api_version, keys=None):
        keys = keys or {}
        self.simulator = simulator
        self.id = keys.get("id") or ids.new_id("account")
        self.country = country
        self.currency = currency or money.currency_of(country)
        self.name = name
        self.created = int(time.time())
        self.api_version = api_version
        self.charges_enabled = True
        self.descriptor = name.upper()[:22]
        self.covers_refunds = True
        self.overcapture = False
        self.overcapture_limit = None
        self.incremental_authorization = True
        self.connected = []  # accounts that this one may act for
        self.environments = {mode: Environment(simulator, self, mode) for mode in (False, True)}
        for environment in self.environments.values():
            environment.add(new_configuration(environment, is_account_default=True))
        self.secret_key = keys.get("secret_key") or ids.new_key("sk", False)
        self.live_secret_key = keys.get("live_secret_key") or ids.new_key("sk", True)
        self.publishable_key = keys.get("publishable_key") or ids.new_key("pk", False)
        self._register(self.secret_key, False)
        self._register(self.live_secret_key, True)
        self._register(self.publishable_key, False)

    @property
    def test(self):
        """The objects of test mode."""
        return self.environments[False]

    @property
    def live(self):
        """The objects of live mode."""
        return self.environments[True]

    def add_restricted_key(self, permissions=(), livemode=False, secret=None):
        """Return a new restricted key, `rk_…`.

        :param permissions: such as `payment_intent_write` or `terminal_reader_read`, with or
            without Stripe's `rak_` before them
        """
        secret = secret or ids.new_key("rk", livemode)
        self._register(secret, livemode, normalized(permissions))
        return secret

    def expire_key(self, secret):
        """Let a key be refused from now on with `api_key_expired`."""
        self.simulator.keys[secret].expired = True

    def add_location(self, display_name="Simulated shop", address=None, livemode=False, **values):
        """Return a new terminal location, as the API shows it (a dict)."""
        address = {**DEFAULT_ADDRESS, "country": self.country, **(address or {})}
        with self.simulator.lock:
            environment = self.environments[livemode]
            return environment.add(new_location(environment, display_name, address, **values))

    def offer_tips(self, livemode=False, **currencies):
        """Let readers without a configuration of their own ask for tips: `usd={"percentages": …}`.

        Without currencies they ask for none.
        """
        with self.simulator.lock:
            configuration = self.environments[livemode].default_configuration()
            configuration["tipping"] = currencies or None

    def add_reader(
        self,
        serial_number=None,
        label=None,
        location=None,
        device_type="bbpos_wisepos_e",
        livemode=False,
    ):
        """Return a new reader (`ReaderDevice`) that is registered and online.

        :param location: a location or its id; without one the reader gets the account's first
            location, which is made where there is none
        """
        with self.simulator.lock:
            environment = self.environments[livemode]
            if location is None:
                known = list(environment.objects["terminal.location"].values())
                location = known[0] if known else self.add_location(livemode=livemode)
            location = location if isinstance(location, str) else location["id"]
            reader = new_reader(environment, device_type, location, label, serial_number)
            return add_device(environment, reader)

    def reader(self, reference):
        """Return a reader (`ReaderDevice`) by its id or serial number.

        :raise SimulatorError: when the account has none
        """
        with self.simulator.lock:
            for device in self.readers():
                if reference in (device.id, device.serial_number):
                    return device
        raise SimulatorError(f"No reader {reference}")

    def readers(self):
        """Return all readers (`ReaderDevice`), oldest first."""
        with self.simulator.lock:
            return [
                device
                for environment in self.environments.values()
                for device in environment.devices.values()
            ]

    def intent(self, intent_id):
        """Return a copy of a PaymentIntent as the API shows it."""
        return self._copy_of("payment_intent", intent_id)

    def charge(self, charge_id):
        """Return a copy of a charge as the API shows it."""
        return self._copy_of("charge", charge_id)

    def refund(self, intent_id, amount=None):
        """Refund a payment as somebody does in Stripe's dashboard; returns a copy of the Refund.

        :param int amount: minor units; None means all that is left
        :raise ApiError: where Stripe refuses
        """
        with self.simulator.lock:
            environment = self._environment_of("payment_intent", intent_id)
            charge = refunding.find_charge(environment, intent_id=intent_id)
            amount = refunding.check_amount(charge, amount)
            return self.simulator.copy(refunding.create(environment, charge, amount))

    def top_up(self):
        """Put money on the balance: refunds that waited for it are made."""
        with self.simulator.lock:
            self.covers_refunds = True
            for environment in self.environments.values():
                refunding.settle_pending(environment)
            self.simulator.notify()

    def dispute(self, charge_id):
        """Let the card's owner dispute a charge at the bank, which refuses refunds from then on."""
        with self.simulator.lock:
            environment = self._environment_of("charge", charge_id)
            charge = environment.find("charge", charge_id)
            charge["disputed"] = True
            environment.emit("charge.updated", charge, {"disputed": False})
            self.simulator.notify()

    def _environment_of(self, object_name, object_id):
        for environment in self.environments.values():
            if environment.find(object_name, object_id):
                return environment
        raise SimulatorError(f"No {object_name} {object_id}")

    def _copy_of(self, object_name, object_id):
        with self.simulator.lock:
            environment = self._environment_of(object_name, object_id)
            return self.simulator.copy(environment.find(object_name, object_id))

    def _register(self, secret, livemode, permissions=None):
        key = ApiKey(secret, self.environments[livemode], permissions)
        self.simulator.keys[secret] = key
