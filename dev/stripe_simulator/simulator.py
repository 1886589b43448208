"""The simulator: accounts, settings, and the server that answers for Stripe."""

import json
import threading
import time

from . import payments, versions
from .account import Account
from .api import Api
from .application import Application
from .errors import SimulatorError
from .faults import Faults
from .js_sdk import JsSdk
from .late import LateRequests
from .ledger import ledger
from .request_log import RequestLog
from .scheduler import Scheduler
from .server import Server
from .snapshot import Snapshot
from .webhooks import Webhooks

LATEST_VERSION = "2026-10-28.endive"
WRONG_CODE = "invalid-code"


class Simulator:
    """A stand-in for Stripe's API with readers that can be tapped.

    All times are in seconds and can be changed while it runs.

    :param int port: 0 takes a free one
    :param str country: of the default account
    :param str secret_key: of the default account; made up by default
    :param str api_version: the default account's version, for requests without `Stripe-Version`
    :param float latency: how long every call to the API takes at least
    :param float acknowledgement_delay: how long readers take to acknowledge a command
    :param float processing_time: between the card and the bank's answer; 0 answers within `tap`
    :param float reader_timeout: after which an acknowledgement comes too late
    :param float offline_after: after which Stripe notices that a reader is silent
    :param float result_time: how long a screen shows how a payment ended
    :param float balance_transaction_delay: until a charge has its balance transaction
    :param float async_refund_time: until a refund that does not end at once ends
    :param int | None rate_limit: calls per second and account, more get a 429
    :param bool cancel_beats_authorization: what happens to a PaymentIntent that is canceled while
        the bank is asked: False refuses with `lock_timeout`, True cancels and fails the action
    :param webhook_retry_delays: before each further attempt of a delivery that failed
    :param state_file: JSON file that keeps everything between two runs
    """

    def __init__(
        self,
        port=0,
        host="127.0.0.1",
        *,
        country="US",
        currency=None,
        name="Simulated shop",
        secret_key=None,
        api_version=LATEST_VERSION,
        latency=0.0,
        acknowledgement_delay=0.0,
        processing_time=0.0,
        reader_timeout=10.0,
        offline_after=120.0,
        result_time=3.0,
        balance_transaction_delay=0.0,
        async_refund_time=0.2,
        rate_limit=None,
        cancel_beats_authorization=False,
        webhook_retry_delays=(),
        state_file=None,
    ):
        self.latency = latency
        self.acknowledgement_delay = acknowledgement_delay
        self.processing_time = processing_time
        self.reader_timeout = reader_timeout
        self.offline_after = offline_after
        self.result_time = result_time
        self.balance_transaction_delay = balance_transaction_delay
        self.async_refund_time = async_refund_time
        self.rate_limit = rate_limit
        self.cancel_beats_authorization = cancel_beats_authorization
        self.clock_offset = 0.0  # seconds by which the clock is ahead, see `advance`
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.version = 0  # counts changes, for pages that wait for one
        self.keys = {}
        self.accounts = []
        self.faults = Faults()
        self.log = RequestLog()
        self.late = LateRequests(self)
        self.scheduler = Scheduler()
        self.webhooks = Webhooks(self, webhook_retry_delays)
        self.js_sdk = JsSdk(self)
        self._default = {
            "country": country,
            "currency": currency,
            "name": name,
            "api_version": api_version,
            "keys": {"secret_key": secret_key} if secret_key else {},
        }
        self._stopping = threading.Event()
        self._address = (host, port)
        self._server = None
        self.api = Api(self)
        self._application = Application(self)
        self.account = self.add_account(**self._default)
        self._snapshot = Snapshot(self, state_file) if state_file else None
        if self._snapshot:
            self._snapshot.load()

    # --- Running

    def start(self):
        """Listen on the port; returns at once.

        :return: the simulator itself
        """
        if self._server:
            raise SimulatorError("The simulator already runs")
        self._stopping.clear()
        self.webhooks.restart()
        self.scheduler.start()
        self._server = Server(self._address, self._application)
        self._server.start()
        if self._snapshot:
            self._snapshot.resume()
        return self

    def stop(self):
        """Close all connections and forget what was still to come; objects stay."""
        if not self._server:
            return
        self._stopping.set()
        self.late.clear()
        self.webhooks.stop()
        self.scheduler.stop()
        self.notify()
        self._server.stop()
        self._server = None
        if self._snapshot:
            self._snapshot.save()

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc_info):
        self.stop()

    @property
    def url(self):
        """The address to use instead of `https://api.stripe.com`, without a slash at the end."""
        if not self._server:
            raise SimulatorError("The simulator does not run")
        return self._server.url

    @property
    def is_stopping(self):
        """Whether `stop` was called."""
        return self._stopping.is_set()

    def reset(self):
        """Start over: one account, with the same keys, without objects, faults and log."""
        with self.lock:
            first = self.accounts[0]
            keys = {
                "id": first.id,
                "secret_key": first.secret_key,
                "live_secret_key": first.live_secret_key,
                "publishable_key": first.publishable_key,
            }
            self.scheduler.clear()
            self.late.clear()
            self.webhooks.clear()
            self.keys.clear()
            self.accounts.clear()
            self.account = self.add_account(**{**self._default, "keys": keys})
            self.faults.clear()
            self.log.clear()
            self.notify()

    # --- Accounts, the log, the money

    def add_account(
        self,
        country="US",
        currency=None,
        name="Simulated shop",
        api_version=LATEST_VERSION,
        platform=None,
        keys=None,
    ):
        """Return a new account.

        :param Account platform: an account that may act for it with `Stripe-Account`
        :param dict keys: `secret_key` and the like, where they shall not be made up
        """
        with self.lock:
            account = Account(self, country, currency, name, versions.check(api_version), keys)
            self.accounts.append(account)
            if platform:
                platform.connected.append(account)
            return account

    def environments(self):
        """Return all accounts' objects, test and live."""
        return [env for account in self.accounts for env in account.environments.values()]

    def reader(self, reference):
        """Return the reader with an id or serial number, of any account, the newest first.

        :raise SimulatorError: when there is none
        """
        with self.lock:
            for account in reversed(self.accounts):
                for device in account.readers():
                    if reference in (device.id, device.serial_number):
                        return device
        raise SimulatorError(f"No reader {reference}")

    def requests(self, method=None, path=None):
        """Return the `RequestRecord`s of the API, oldest first; `*` in the path is anything."""
        return self.log.select(method, path)

    def execute_late(self, account=None):
        """Carry out what the fault `late` has put off, in the order of its arrival.

        :param Account account: only its requests
        :return: their `RequestRecord`s; `late` is the status of the answer that nobody gets
        :raise SimulatorError: when nothing waits
        """
        return self.late.execute(account and account.id)

    def ledger(self, account=None):
        """Return the money of an account, or of all; see `ledger.ledger`."""
        with self.lock:
            return ledger([account] if account else self.accounts)

    def advance(self, seconds):
        """Put the simulator's clock forward; what has to happen until then happens."""
        with self.lock:
            self.clock_offset += float(seconds)
            for environment in self.environments():
                payments.expire(environment)
            self.notify()

    # --- For the other parts

    def sleep(self, seconds):
        """Wait, but not longer than the simulator runs; never call it under the lock."""
        if seconds > 0:
            self._stopping.wait(seconds)

    def later(self, seconds, function, *args):
        """Call a function under the lock after some seconds; at once for none."""
        self.scheduler.after(seconds, self._locked, function, *args)

    def notify(self):
        """Tell everybody who waits that something changed."""
        with self.lock:
            self.version += 1
            self.changed.notify_all()

    def wait_for_change(self, version, timeout):
        """Wait until the count of changes is another one, and return it."""
        deadline = time.monotonic() + timeout
        with self.lock:
            while self.version == version and not self.is_stopping:
                left = deadline - time.monotonic()
                if left <= 0 or not self.changed.wait(left):
                    break
            return self.version

    def wait_until(self, condition, timeout=10):
        """Wait until a function, asked again after each change, is true; False if not in time."""
        with self.lock:
            self.changed.wait_for(lambda: condition() or self.is_stopping, timeout)
            return bool(condition())

    @staticmethod
    def copy(value):
        """Return a deep copy of plain data."""
        return json.loads(json.dumps(value))

    def charges_of(self, environment):
        """Return the function that `versions.adapt` asks for an intent's charges."""

        def charges(intent_id):
            found = [
                self.copy(charge)
                for charge in environment.all("charge")
                if charge["payment_intent"] == intent_id
            ]
            return {
                "object": "list",
                "data": found,
                "has_more": False,
                "total_count": len(found),
                "url": f"/v1/charges?payment_intent={intent_id}",
            }

        return charges

    def accepts_registration_code(self, code):
        """Return whether a reader shows this code: any three words or letters do."""
        return bool(code.strip()) and code != WRONG_CODE

    def _locked(self, function, *args):
        with self.lock:
            function(*args)
