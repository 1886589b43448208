"""The card reader in the shop: what it shows, what people do with it, what it tells Stripe.

Follows the page "Collect card payments" (server-driven) of Stripe Terminal. The reader's object in
the API is `device.object`; the device itself knows what Stripe does not: the state of its network
and who stands before it.
"""

import time

from . import cards, payments, refunding, tipping
from .errors import ApiError, SimulatorError
from .screen_state import screen_of, subject_of

CONNECTION_ERROR = {
    "code": "connection_error",
    "message": "The reader lost its connection while the payment was authorized.",
}
CUSTOMER_CANCELED = {
    "code": "customer_canceled",
    "message": "The customer canceled the action on the reader.",
}
TIMER_MARGIN = 0.05  # seconds, so that the screen is surely over when it is drawn again
ACTIONS_WITH_CARD = ("process_payment_intent", "refund_payment")


class ReaderDevice:
    """One reader. All methods are thread-safe.

    `network` is `online`, `offline` (Stripe knows) or `silent` (Stripe does not know yet: no
    command is acknowledged). `phase` is `idle`, `waiting` (for a card) or `authorizing`.

    :ivar float | None acknowledgement_delay: of this reader; None takes the simulator's
    :ivar float | None processing_time: of this reader; None takes the simulator's
    """

    def __init__(self, environment, obj):
        self.environment = environment
        self.simulator = environment.simulator
        self.object = obj
        self.network = "online"
        self.receives_in_silence = False
        self.occupied = None  # why the reader takes no commands, such as an update
        self.in_handshake = False
        self.phase = "idle"
        self.result = None  # what the screen shows after an action, see `_show`
        self.presented = None
        self.unsent = None  # how an action ended while the network was gone
        self.automatic = None
        self.tipping = None  # the tips that the action offers, see `tipping.offer`
        self.chosen_tip = None
        self.subject = {}  # what the action is about, as it was when it came
        self.connection = None  # of a browser that collects with the SDK, see `js_sdk`
        self.browser_allows_cancel = False
        self.acknowledgement_delay = None
        self.processing_time = None
        self._generation = 0
        self._outage = 0

    # --- Facts

    @property
    def id(self):
        """The reader's id, `tmr_…`."""
        return self.object["id"]

    @property
    def serial_number(self):
        """The serial number on the reader's back."""
        return self.object["serial_number"]

    @property
    def label(self):
        """The reader's name."""
        return self.object["label"]

    @property
    def action(self):
        """The action of the reader's object, or None."""
        return self.object["action"]

    @property
    def screen(self):
        """What the screen shows, as plain data; `state` is one of idle, cart, tip, amount,
        processing, approved, declined and cancelled, amounts are in minor units."""
        with self.simulator.lock:
            return screen_of(self)

    # --- What people do

    def choose_tip(self, amount):
        """Choose a tip on the screen; 0 is "no tip".

        :param int amount: in minor units
        :raise SimulatorError: when the reader does not ask for a tip
        """
        with self.simulator.lock:
            if self.screen["state"] != "tip":
                raise SimulatorError("The reader does not ask for a tip")
            self.chosen_tip = int(amount)
            self._changed()
        return self.screen

    def tap(self, card=cards.DEFAULT_CARD, tip=None, decline=None):
        """Hold a card to the reader.

        :param str card: number of a test card
        :param int | None tip: chosen on the reader, in minor units; None leaves it as it is, or
            at no tip
        :param str decline: let the bank decline with this code
        :return: the screen
        :raise SimulatorError: when the reader does not wait for a card
        """
        return self.present(card, "tap", tip, decline)

    def insert(self, card=cards.DEFAULT_CARD, tip=None, decline=None):
        """Put a card into the reader; see `tap`."""
        return self.present(card, "insert", tip, decline)

    def decline(self, reason="generic_decline", card=cards.DEFAULT_CARD, method="tap"):
        """Hold a card to the reader that the bank declines with a code."""
        return self.present(card, method, decline=reason)

    def connection_error(self, card=cards.DEFAULT_CARD, approved=True):
        """Hold a card to the reader, which then loses its connection for a moment.

        The action fails with `connection_error`; the payment may be authorized nevertheless.

        :param bool approved: whether the bank was reached and approved
        """
        if approved:
            return self.present(card, "tap", answer_lost=True)
        with self.simulator.lock:
            self._check_can_present()
            if self._is_collecting:
                self.connection.close()
            else:
                self._finish_action(CONNECTION_ERROR)
                self._show("declined", CONNECTION_ERROR)
        return self.screen

    def present(self, card, method="tap", tip=None, decline=None, answer_lost=False):
        """Hold or insert a card; see `tap`."""
        card = cards.find_card(card)
        with self.simulator.lock:
            self._check_can_present()
            read_method = payments.READ_METHODS[method]
            tip = tipping.chosen(self, tip)
            self.chosen_tip = tip
            self.presented = payments.Presented(card, read_method, tip, decline, answer_lost)
            self.phase = "authorizing"
            if self._is_collecting:
                # The browser goes on from here, see `js_sdk.JsSdk.process`.
                self.connection.state = "collected"
                self._changed()
                return self.screen
            intent = self._intent()
            if intent and intent["status"] == "requires_payment_method":
                payments.begin_authorization(self.environment, intent)
            self._changed()
            generation = self._generation
        self.simulator.later(self.answer_time, self._authorized, generation)
        return self.screen

    def customer_cancel(self, force=False):
        """Press the cancel button on the reader.

        :param bool force: also where the action did not enable the button
        :raise SimulatorError: when there is no button to press
        """
        with self.simulator.lock:
            self._check_connected()
            if self.phase != "waiting":
                raise SimulatorError("There is nothing to cancel on the reader")
            if not force and not self.may_customer_cancel:
                raise SimulatorError("The action does not enable the customer's cancel button")
            if self._is_collecting:
                self.connection.state = "canceled"
                self.end_collecting("cancelled", CUSTOMER_CANCELED)
                return self.screen
            self._finish_action(CUSTOMER_CANCELED)
            self._show("cancelled", CUSTOMER_CANCELED)
        return self.screen

    @property
    def may_customer_cancel(self):
        """Whether the screen has a cancel button."""
        if self._is_collecting:
            return self.browser_allows_cancel
        action = self.action or {}
        details = action.get(action.get("type")) or {}
        config = details.get("process_config") or details.get("refund_payment_config") or {}
        return self.phase == "waiting" and bool(config.get("enable_customer_cancellation"))

    def auto_present(self, after_seconds, card=cards.DEFAULT_CARD, method="tap", times=None):
        """Let cards come by themselves, some seconds after the reader asks for one.

        :param float | None after_seconds: None stops it
        :param int | None times: how often; None means always
        """
        with self.simulator.lock:
            if after_seconds is None:
                self.automatic = None
                return
            self.automatic = {
                "after": float(after_seconds),
                "card": cards.find_card(card).number,
                "method": method,
                "times": times,
            }
            if self.phase == "waiting":
                self._expect_automatic_card()
            self._changed()

    def wait_for(self, state, timeout=10):
        """Wait until the screen is in a state, and return it.

        :raise SimulatorError: when that takes too long (seconds)
        """
        if self.simulator.wait_until(lambda: self.screen["state"] == state, timeout):
            return self.screen
        raise SimulatorError(f"The screen is {self.screen['state']}, not {state}")

    # --- What happens to the network

    def go_offline(self):
        """Pull the network, and let Stripe know: commands are refused at once."""
        self._set_network("offline")

    def unplug(self, received=False):
        """Pull the network, without Stripe knowing yet: commands are not acknowledged in time.

        Stripe notices after `Simulator.offline_after` seconds.

        :param bool received: commands still reach the reader, only its acknowledgement is lost
        """
        with self.simulator.lock:
            self._set_network("silent", received)
            self.simulator.later(self.simulator.offline_after, self._noticed, self._outage)

    def go_online(self):
        """Reconnect; what the reader could not tell meanwhile is told now."""
        with self.simulator.lock:
            self._set_network("online")
            unsent, self.unsent = self.unsent, None
            if unsent is not None and self.action:
                self._finish_action(CONNECTION_ERROR)
                self._show("declined", CONNECTION_ERROR)

    def occupy(self, reason="updating"):
        """Make the reader busy with something else; None ends it."""
        with self.simulator.lock:
            self.occupied = reason
            self._changed()

    def _set_network(self, network, received=False):
        with self.simulator.lock:
            self._outage += 1
            self.network = network
            self.receives_in_silence = received
            self.object["status"] = "offline" if network == "offline" else "online"
            if network != "online" and self.connection:
                self.connection.close()
            if network == "online":
                self.seen()
            self._changed()

    def _noticed(self, outage):
        if outage == self._outage:
            self._set_network("offline")

    def seen(self):
        """Note that Stripe heard from the reader (milliseconds)."""
        self.object["last_seen_at"] = int(time.time() * 1000)

    # --- What Stripe tells the reader

    def command(self, begin, check=None):
        """Send a command and wait for its acknowledgement; called without the lock.

        :param begin: function that starts the command on the reader
        :param check: function that raises when the command makes no sense; asked again when the
            acknowledgement comes
        :raise ApiError: 400, `terminal_reader_offline`, `terminal_reader_busy` or
            `terminal_reader_timeout`
        """
        simulator = self.simulator
        with simulator.lock:
            self._check_reachable()
            if check:
                check()
            self.in_handshake = True
        try:
            in_time = self._wait_for_acknowledgement()
            with simulator.lock:
                arrived = self.network == "online" or (
                    self.network == "silent" and self.receives_in_silence
                )
                if arrived:
                    self._check_free()
                    if check:
                        check()
                    begin()
                if not (arrived and in_time):
                    raise _timeout()
        finally:
            self.in_handshake = False

    def begin_action(self, action):
        """Show an action and wait for a card, or show a cart; under the lock."""
        self.object["action"] = action
        self.seen()
        self.result = None
        self.unsent = None
        self.phase = "waiting" if action["type"] in ACTIONS_WITH_CARD else "idle"
        self._generation += 1
        self._show_subject(action)
        if self.phase == "waiting":
            self._expect_automatic_card()

    def _show_subject(self, action):
        self.subject = subject_of(self, action)
        self.chosen_tip = self.tipping = None
        if action["type"] == "process_payment_intent":
            self.tipping = tipping.offer(self.environment, self.object, action[action["type"]])
        self._changed()

    def reset(self):
        """Take the action away and show nothing; under the lock."""
        self.object["action"] = None
        self.seen()
        shown = self.phase == "waiting"
        self.phase = "idle"
        self.unsent = None
        self._generation += 1
        self._show("cancelled" if shown else None)

    # --- What a browser tells the reader, see `js_sdk`

    def begin_collecting(self, action, can_cancel):
        """Ask for a card; under the lock.

        :param dict action: `type` and details, as of the action of the API that does the same
        """
        self.object["action"] = None
        self.seen()
        self.result = None
        self.phase = "waiting"
        self.browser_allows_cancel = can_cancel
        self._generation += 1
        self._show_subject(action)
        self._expect_automatic_card()

    def end_collecting(self, state, error=None, card=None):
        """Show how it ended: approved, declined or cancelled; under the lock."""
        self.phase = "idle"
        self._generation += 1
        self._show(state, error, card)

    def take_presented(self):
        """Return the card that was read (`Presented`), once."""
        presented, self.presented = self.presented, None
        return presented

    @property
    def _is_collecting(self):
        return bool(self.connection) and self.connection.state == "waiting"

    def resume(self):
        """Go on after a restart with what was under way; under the lock."""
        if not self.action:
            self.phase = "idle"
        if self.phase == "authorizing":
            self.simulator.later(self.answer_time, self._authorized, self._generation)
        elif self.phase == "waiting":
            self._expect_automatic_card()

    def _wait_for_acknowledgement(self):
        simulator = self.simulator
        if self.network != "online":
            simulator.sleep(simulator.reader_timeout)
            return False
        delay = self.acknowledgement_delay
        delay = simulator.acknowledgement_delay if delay is None else delay
        simulator.sleep(min(delay, simulator.reader_timeout))
        return self.network == "online" and delay <= simulator.reader_timeout

    @property
    def answer_time(self):
        """Seconds between the card and the bank's answer."""
        own = self.processing_time
        return self.simulator.processing_time if own is None else own

    def _check_reachable(self):
        if self.network == "offline":
            raise ApiError(
                400,
                "The reader is offline. Check that it is on and connected to the internet.",
                "terminal_reader_offline",
            )
        if self.in_handshake:
            raise _busy("The reader is busy with another request.")
        self._check_free()

    def _check_free(self):
        if self.occupied:
            raise _busy(f"The reader is busy: {self.occupied}.")
        if self.phase == "authorizing":
            raise _busy("The reader is busy: a payment is being authorized.")
        if self._is_collecting:
            raise _busy("The reader is busy: a browser collects a card with it.")

    # --- How an action ends

    def _authorized(self, generation):
        if generation != self._generation or self.phase != "authorizing":
            return
        presented, self.presented = self.presented, None
        error = self._settle(presented)
        if self.network != "online":
            # The bank was asked, but the reader never hears the answer: the action stays.
            self.phase = "idle"
            self.unsent = CONNECTION_ERROR
            self._changed()
            return
        if presented.answer_lost:
            error = CONNECTION_ERROR
        self._finish_action(error)
        self._show("declined" if error else "approved", error, presented.card)

    def _settle(self, presented):
        if self.action["type"] == "refund_payment":
            details = self.action["refund_payment"]
            return refunding.refund(self.environment, details, presented)
        intent = self._intent()
        return payments.finish_authorization(self.environment, intent, presented, self.object)

    def _finish_action(self, error=None):
        action = self.action
        self.phase = "idle"
        self.seen()
        if error is None:
            action["status"] = "succeeded"
        else:
            action.update(
                status="failed", failure_code=error["code"], failure_message=error["message"]
            )
            if "type" in error:
                action["api_error"] = {key: value for key, value in error.items() if value}
        done = "succeeded" if error is None else "failed"
        self.environment.emit(f"terminal.reader.action_{done}", self.object)

    def _intent(self):
        details = (self.action or {}).get("process_payment_intent")
        return details and self.environment.find("payment_intent", details["payment_intent"])

    def _check_connected(self):
        if self.network != "online":
            raise SimulatorError("The reader has no network")

    def _check_can_present(self):
        self._check_connected()
        if self.phase != "waiting":
            raise SimulatorError("The reader does not wait for a card")

    # --- What the screen shows

    def _show(self, state, error=None, card=None):
        self.result = state and {
            "state": state,
            "at": time.time(),
            "code": error and (error.get("decline_code") or error["code"]),
            "message": error and error["message"],
            "subject": subject_of(self, self.action) or self.subject,
            "brand": card and card.brand,
            "last4": card and card.last4,
        }
        self._changed()
        if state:
            self.simulator.later(self.simulator.result_time + TIMER_MARGIN, self._changed)

    def _changed(self):
        self.simulator.notify()

    def _expect_automatic_card(self):
        if self.automatic:
            self.simulator.scheduler.after(
                max(self.automatic["after"], 0.001), self._present_automatically, self._generation
            )

    def _present_automatically(self, generation):
        with self.simulator.lock:
            automatic = self.automatic
            if not automatic or generation != self._generation or self.phase != "waiting":
                return
            if automatic["times"] is not None:
                automatic["times"] -= 1
                if automatic["times"] <= 0:
                    self.automatic = None
            try:
                self.present(automatic["card"], automatic["method"])
            except SimulatorError:
                return  # the network is gone: nobody can pay


def _busy(message):
    return ApiError(400, message, "terminal_reader_busy")


def _timeout():
    return ApiError(
        400,
        "The reader did not answer in time. It may have received the command nevertheless.",
        "terminal_reader_timeout",
    )


def add_device(environment, reader):
    """Store a reader's object and return the device behind it."""
    environment.add(reader)
    device = environment.devices[reader["id"]] = ReaderDevice(environment, reader)
    environment.simulator.notify()
    return device
