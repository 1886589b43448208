"""What Stripe's Terminal SDK for JavaScript makes a browser, a reader and Stripe do together.

The SDK's own protocol is not public. This one is private to the double of the SDK, which speaks it
through `control_js_sdk.py`; what an app can see of it follows the page "JavaScript API reference".
"""

import contextlib

from . import payments, refunding
from .errors import ApiError, SimulatorError
from .faults import Faults
from .ids import random_text

SIMULATED_DEVICE = "simulated_wisepos_e"
SIMULATED_CARD_AFTER = 0.3  # seconds


class SdkError(Exception):
    """An error as the SDK returns it: `code`, `message`, and what Stripe said beside."""

    def __init__(self, code, message, **extra):
        super().__init__(message)
        self.body = {"code": code, "message": message, **extra}

    @property
    def code(self):
        """The SDK's or Stripe's error code."""
        return self.body["code"]


class SdkSession:
    """What a connection token was exchanged for: access to the readers of one location.

    :ivar str | None location: None means all of the account's readers
    """

    def __init__(self, environment, location):
        self.environment = environment
        self.location = location


class SdkConnection:
    """One browser's connection to one reader; a reader has one at most."""

    def __init__(self, session, device, simulated=False):
        self.session = session
        self.device = device
        self.simulated = simulated
        self.is_open = True
        self.intent = None  # the PaymentIntent that a card is collected for, or was just
        self.refund = None  # or what is refunded: `charge`, `amount`, later `refund`
        self.state = "idle"  # waiting, collected, processing, or how the collecting ended

    @property
    def is_busy(self):
        """Whether a card is being collected or charged."""
        return self.state in ("waiting", "collected", "processing")

    def close(self):
        """Break the connection; a card that was not charged yet will not be."""
        self.is_open = False
        if self.state in ("waiting", "collected"):
            self.state = "disconnected"
            self.device.end_collecting("cancelled")
        if self.device.connection is self:
            self.device.connection = None
        self.device.simulator.notify()


class JsSdk:
    """The SDK's side of the simulator. All methods are thread-safe.

    :ivar Faults faults: of `POST /sdk/begin`, `discover`, `connect`, `collect`, `process` and
        `process_refund`, `drop_before` (nobody hears of it) and `drop_after` (its answer is lost)
        become the SDK's `network_error`
    """

    def __init__(self, simulator):
        self.simulator = simulator
        self.faults = Faults()
        self._tokens = {}
        self._used = []
        self._sessions = {}
        self._connections = {}

    def add_token(self, secret, environment, location):
        """Remember a connection token until it is used, once."""
        self._tokens[secret] = SdkSession(environment, location)

    @property
    def tokens(self):
        """The connection tokens that nobody has used yet."""
        return list(self._tokens)

    @property
    def used_tokens(self):
        """The connection tokens that were used."""
        return list(self._used)

    def begin(self, token):
        """Exchange a connection token for a session, whose id is returned.

        :raise SdkError: the token is none, or was used
        """
        with self._network("begin"), self.simulator.lock:
            session = self._tokens.pop(token, None)
            if not session:
                raise SdkError("failed_fetch_connection_token", "The connection token is not valid")
            self._used.append(token)
            return self._keep(self._sessions, session)

    def discover(self, session, location=None, simulated=False):
        """Return the readers (as in the API) that a session may connect to."""
        with self._network("discover"), self.simulator.lock:
            session = self._sessions[session]
            if simulated:
                return [self.simulator.copy(self._simulated_reader(session.environment).object)]
            places = {session.location, location} - {None}
            return [
                self.simulator.copy(device.object)
                for device in session.environment.devices.values()
                if not places - {device.object["location"]}
                and not device.object["device_type"].startswith("simulated")
            ]

    def connect(self, session, reader, fail_if_in_use=False):
        """Connect to a reader; breaks the connection that it has. Returns the connection's id.

        :param str reader: its id
        :raise SdkError: unreachable, or in use where that matters
        """
        with self._network("connect"), self.simulator.lock:
            session = self._sessions[session]
            device = session.environment.devices.get(reader)
            if not device or session.location not in (None, device.object["location"]):
                raise SdkError("resource_missing", f"No such reader: '{reader}'")
            if device.network != "online":
                raise SdkError("network_error", "Could not communicate with the Reader")
            former = device.connection
            if fail_if_in_use and (former.is_busy if former else device.phase != "idle"):
                raise SdkError("reader_error", "Reader is currently in use")
            if former:
                former.close()
            simulated = device.object["device_type"].startswith("simulated")
            device.connection = SdkConnection(session, device, simulated)
            device.seen()
            return self._keep(self._connections, device.connection)

    def disconnect(self, connection):
        """End a connection as its browser wants it."""
        with self.simulator.lock:
            self._connections[connection].close()

    def is_connected(self, connection, wait=0):
        """Tell whether a connection is open; waits so many seconds for its end."""
        found = self._connections[connection]
        self.simulator.wait_until(lambda: not found.is_open, wait)
        return found.is_open

    def use_elsewhere(self, reader, busy=True):
        """Let a till that nobody sees connect to a reader (`ReaderDevice`), and collect a card."""
        with self.simulator.lock:
            if reader.connection:
                reader.connection.close()
            other = reader.connection = SdkConnection(SdkSession(reader.environment, None), reader)
            if busy:
                other.state = "collected"
                reader.phase = "authorizing"
            self.simulator.notify()

    def interrupt(self, reader):
        """Break the connection between a reader (`ReaderDevice`) and its browser."""
        with self.simulator.lock:
            if not reader.connection:
                raise SimulatorError("No browser is connected to the reader")
            reader.connection.close()

    # --- A payment

    def collect(self, connection, client_secret, can_cancel=False, config=None):
        """Let the reader ask for a card.

        :param bool can_cancel: whether the customer may cancel on the reader
        :param dict | None config: the SDK's `config_override`, of which tips count
        :raise SdkError: there is nothing to pay, or the reader cannot
        """
        with self._network("collect"), self.simulator.lock:
            found = self._open(connection)
            environment = found.session.environment
            intents = environment.all("payment_intent")
            intent = next((one for one in intents if one["client_secret"] == client_secret), None)
            if not intent:
                raise SdkError("resource_missing", "No such payment_intent")
            if intent["status"] != "requires_payment_method":
                raise SdkError(
                    "payment_intent_unexpected_state",
                    f"The PaymentIntent has a status of {intent['status']}.",
                    payment_intent=self.simulator.copy(intent),
                )
            found.intent, found.refund = intent, None
            details = {"payment_intent": intent["id"], "process_config": _process_config(config)}
            self._ask_for_card(found, "process_payment_intent", details, can_cancel)

    def collect_refund(self, connection, charge, amount, currency, can_cancel=False):
        """Let the reader ask for the card that a charge is refunded to.

        :param str charge: its id
        :param int amount: in minor units
        :raise SdkError: not an Interac card's, nothing is left to refund, or the reader cannot
        """
        with self.simulator.lock:
            found = self._open(connection)
            environment = found.session.environment
            try:
                charged = refunding.find_charge(environment, charge)
                refunding.check_in_person(charged)
                refunding.check_amount(charged, amount)
            except ApiError as error:
                raise SdkError(error.code or "invalid_request", error.message) from error
            if charged["currency"] != currency:
                raise SdkError("invalid_request", "The charge has another currency.")
            found.intent, found.refund = None, {"charge": charge, "amount": amount}
            self._ask_for_card(found, "refund_payment", found.refund, can_cancel)

    def _ask_for_card(self, found, kind, details, can_cancel):
        if found.is_busy:
            raise SdkError("command_already_in_progress", "A card is being collected already")
        if found.device.occupied or found.device.phase != "idle":
            raise SdkError("reader_error", "The reader is busy.")
        found.state = "waiting"
        found.device.begin_collecting({"type": kind, kind: details}, can_cancel)
        if found.simulated:
            found.device.auto_present(SIMULATED_CARD_AFTER, times=1)

    def collected(self, connection, wait=0):
        """Return the PaymentIntent, or what is refunded, once a card was read; None when that
        takes longer.

        :raise SdkError: no card was read, and none will be
        """
        found = self._connections[connection]
        self.simulator.wait_until(lambda: found.state != "waiting", wait)
        if found.state == "waiting":
            return None
        if found.state == "collected":
            return self.simulator.copy(found.intent or found.refund)
        if found.state == "canceled":
            raise SdkError("canceled", "The command was canceled")
        raise SdkError("no_established_connection", "The reader was disconnected")

    def cancel_collect(self, connection):
        """Take the collecting back.

        :raise SdkError: a card was read already, or nothing was collected
        """
        with self.simulator.lock:
            found = self._open(connection)
            if found.state == "collected":
                raise SdkError("cancelable_already_completed", "The card was read already")
            if found.state != "waiting":
                raise SdkError("no_active_collect_payment_method_attempt", "Nothing is collected")
            found.state = "canceled"
            found.device.end_collecting("cancelled")

    def clear_display(self, connection):
        """Show the reader's first screen again; a card that was read is forgotten."""
        with self.simulator.lock:
            found = self._open(connection)
            if found.state == "collected":
                found.state = "canceled"
                found.device.take_presented()
                found.device.end_collecting("cancelled")

    def process(self, connection, intent):
        """Charge the card that was read; returns the PaymentIntent.

        :param str intent: the PaymentIntent's id
        :raise SdkError: declined, or the answer was lost
        """
        fault = self.faults.take("POST", "/sdk/process", {})
        with self.simulator.lock:
            found = self._open(connection)
            if found.state != "collected" or not found.intent or found.intent["id"] != intent:
                raise SdkError("payment_intent_unexpected_state", "No card was collected")
            device, environment = found.device, found.session.environment
            self._begin_processing(found, fault)
            if found.intent["status"] == "requires_payment_method":
                payments.begin_authorization(environment, found.intent)
        self.simulator.sleep(device.answer_time)
        with self.simulator.lock:
            presented = device.take_presented()
            try:
                problem = payments.finish_authorization(
                    environment, found.intent, presented, device.object
                )
            except ApiError as error:
                problem = {"code": error.code, "message": error.message}
            answer = self.simulator.copy(found.intent)
            self._end_processing(found, fault, problem, presented, payment_intent=answer)
        return answer

    def process_refund(self, connection):
        """Refund a charge to the card that was read; returns the Refund.

        :raise SdkError: another card, declined, or the answer was lost
        """
        fault = self.faults.take("POST", "/sdk/process_refund", {})
        with self.simulator.lock:
            found = self._open(connection)
            if found.state != "collected" or not found.refund:
                raise SdkError("no_active_collect_refund_attempt", "No card was collected")
            self._begin_processing(found, fault)
        self.simulator.sleep(found.device.answer_time)
        with self.simulator.lock:
            environment, presented = found.session.environment, found.device.take_presented()
            problem = refunding.refund(environment, found.refund, presented)
            self._end_processing(found, fault, problem, presented)
            return self.simulator.copy(environment.find("refund", found.refund["refund"]))

    # --- Helpers

    @contextlib.contextmanager
    def _network(self, command):
        """Lose a command that does nothing for money, or its answer, where a fault says so."""
        fault = self.faults.take("POST", f"/sdk/{command}", {})
        if fault and fault.kind == "drop_before":
            raise SdkError("network_error", "Could not reach the network")
        yield
        if fault and fault.kind == "drop_after":
            raise SdkError("network_error", "The answer did not arrive")

    @staticmethod
    def _begin_processing(found, fault):
        if fault and fault.kind == "drop_before":
            found.state = "idle"
            found.device.take_presented()
            found.device.end_collecting("cancelled")
            raise SdkError("network_error", "Could not reach Stripe")
        found.state = "processing"

    @staticmethod
    def _end_processing(found, fault, problem, presented, **extra):
        found.state = "idle"
        result = "declined" if problem else "approved"
        found.device.end_collecting(result, problem, presented.card)
        if presented.answer_lost or (fault and fault.kind == "drop_after"):
            raise SdkError("network_error", "The answer did not arrive")
        if problem:
            known = ("type", "decline_code")
            extra.update({name: problem[name] for name in known if problem.get(name)})
            raise SdkError(problem["code"], problem["message"], **extra)

    def _open(self, connection):
        found = self._connections[connection]
        if not found.is_open:
            raise SdkError("no_established_connection", "No reader is connected")
        return found

    @staticmethod
    def _simulated_reader(environment):
        for device in environment.devices.values():
            # The one that the SDK simulates is always on.
            if device.object["device_type"] == SIMULATED_DEVICE and device.network == "online":
                return device
        return environment.account.add_reader("SIMULATOR", device_type=SIMULATED_DEVICE)

    @staticmethod
    def _keep(where, what):
        key = random_text(20)
        where[key] = what
        return key


def _process_config(config):
    """Return what the SDK's `config_override` is in the API."""
    config = config or {}
    eligible = (config.get("tipping") or {}).get("eligible_amount")
    tipping = {"tipping": {"amount_eligible": eligible}} if eligible is not None else {}
    return {"skip_tipping": bool(config.get("skip_tipping")), **tipping}
