"""How a card reader is reached: one class for each way.

A connection says how the card is asked for and what its doings tell; what is charged or refunded
is the flow's. Another way to reach a reader is another class in `CONNECTIONS`.
"""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from ..runner import Command
from ..stripe_terminal import refund_reading, settlement
from .failure import begin_try

SERVER = "server"
BROWSER = "browser"
IN_PROGRESS = "in_progress"
# After this silence of its page nobody collects any more: the payment is taken back.
COLLECTOR_GONE = timedelta(seconds=60)
# A page refunds as soon as it may, and a bank has answered long before that.
REFUND_IN_FLIGHT = timedelta(seconds=120)
# Their answer is the PaymentIntent that a page may collect for.
GRANTING_VERBS = (settlement.CREATE, settlement.UPDATE, settlement.COLLECT_BY_BROWSER_SDK)


class Connection:
    """What a flow asks of the way to its reader; here what holds where nothing is special.

    :param flow: the `Flow` of the row
    :cvar bool is_page: a page of a till asks for the card, so that `reader_action` is its word
    """

    is_page = False

    def __init__(self, flow):
        self.flow = flow
        self.row = flow.row

    def check(self):
        """Look, as the row is taken up, whether who asks for the card still does."""

    # A payment

    def collect_payment(self, verb):
        """Return the command that has the reader ask for the card; the reader is known."""
        raise NotImplementedError

    def read_payment(self, verb):
        """Return the command that tells what became of the payment."""
        gateway, intent = self.flow.gateway, self.row.payment_intent
        return Command(verb, lambda: gateway.retrieve_payment_intent(intent))

    def apply_intent(self, verb, intent):
        """Store what a PaymentIntent that was read, made or changed tells of the reader."""

    def doubt_action(self):
        """Note that what the reader does has to be read, because Stripe has given no answer."""

    def payment_state_values(self, _state):
        """Return what the journal notes with a state of a payment, before it is reached."""
        return {}

    # A refund with the card present

    def doubt_refund(self):
        """Note, as a refund is taken up, that what the reader does has to be read."""

    def refund_facts(self):
        """Return what `RefundFacts` says of the connection, as a dict."""
        return {}

    def collect_refund(self, verb):
        """Return the command that has the reader ask for the card; the reader is known."""
        raise NotImplementedError

    def read_refund(self, verb):
        """Return the command that tells what the reader does for a refund."""
        raise NotImplementedError

    def offer_refund(self, charge):
        """Let a page ask for the card, if what is left of the charge covers the refund."""
        raise NotImplementedError

    def find_refund(self, charge):
        """Return the Refund of a charge that was made for this row, or None."""
        return refund_reading.find_refund(charge, self.row.line_uuid, self.row.attempt)

    def refund_state_values(self, _state):
        """Return what the journal notes with a state of a refund, before it is reached."""
        return {}


class ServerDriven(Connection):
    """Stripe's servers ask the reader.

    See https://docs.stripe.com/terminal/payments/collect-card-payment?terminal-sdk-platform=server-driven
    """

    def collect_payment(self, verb):
        gateway, intent, reader = self.flow.gateway, self.row.payment_intent, self._reader()
        config = self.flow.tip.config()
        # Another click asks the reader again: a key would replay what the last one led to.
        command = self.flow.ask_once(
            verb,
            {"request": self.row.request_uuid},
            lambda _params, key: gateway.process_payment_intent(reader, intent, key, config),
        )
        begin_try(self.row)
        return command

    def read_payment(self, verb):
        reader = self._reader()
        is_over = self.row.intent_status in ("requires_capture", "succeeded", "canceled")
        if not reader or (is_over and not self.row.holds_reader):
            return super().read_payment(verb)
        return self._read_reader(verb)

    def _reader(self):
        return self.row.reader_id.stripe_id

    def _read_reader(self, verb):
        gateway, reader = self.flow.gateway, self._reader()
        return Command(verb, lambda: gateway.retrieve_reader(reader))

    def apply_intent(self, verb, intent):
        if verb == settlement.READ and not self.row.reader_id:
            # There is no reader to read: the intent alone says it all.
            self.row.reader_action = settlement.NO_ACTION

    def doubt_action(self):
        self.row.reader_action = settlement.UNREAD

    def doubt_refund(self):
        row = self.row
        if row.on_reader and row.requested and row.state != settlement.PAID:
            row.reader_action = settlement.UNREAD if row.reader_id else settlement.NO_ACTION

    def read_refund(self, verb):
        return self._read_reader(verb)

    def collect_refund(self, verb):
        gateway, reader = self.flow.gateway, self._reader()
        command = self.flow.ask_for_refund(
            verb, lambda params, key: gateway.refund_payment(reader, params, key)
        )
        begin_try(self.row)
        return command


class BrowserSdk(Connection):
    """A till's browser asks the reader, with Stripe's SDK.

    The runner makes the PaymentIntent and then leaves the row to one page of a till, the
    collector. `reader_action` is what that page does, by its own word: it says when to read the
    PaymentIntent, and nothing about money follows from it. A refund's page asks the journal, once
    the card was read, whether it may refund: from then on a refund may exist. As the
    SDK names no metadata, a refund is known by the charge, the amount, and by not having been there
    before. See https://docs.stripe.com/terminal/payments/collect-card-payment?terminal-sdk-platform=js
    and https://docs.stripe.com/terminal/features/refunds?terminal-sdk-platform=js
    """

    is_page = True

    def check(self):
        """Take a payment back that no page collects any more."""
        row = self.row
        seen_at = row.collector_seen_at or row.sent_at
        if (
            row._is_collected_by_browser_sdk()
            and not row.wanted
            and seen_at < fields.Datetime.now() - COLLECTOR_GONE
        ):
            row.wanted = settlement.CANCEL
            row._log("state", "collector_gone")

    def collect_payment(self, verb):
        command = self.read_payment(verb)
        begin_try(self.row)
        return command

    def apply_intent(self, verb, intent):
        row = self.row
        if verb == settlement.READ and row.reader_action == settlement.UNREAD:
            # What the till does is not for Stripe to tell.
            row.reader_action = settlement.NO_ACTION
        elif verb in GRANTING_VERBS and row.reader_id:
            self._offer(intent)

    def _offer(self, intent):
        """Store that a page may collect, if Stripe says that the intent waits for a card."""
        row = self.row
        if intent["status"] != "requires_payment_method" or self.flow.is_amount_other():
            return
        # Not through the ORM, whose query would be logged if it failed.
        row.env.cr.execute(
            SQL(
                "UPDATE pos_stripe_payment SET client_secret = %s WHERE id = %s",
                intent["client_secret"],
                row.id,
            ),
            log_exceptions=False,
        )
        row.invalidate_recordset(["client_secret"], flush=False)
        row.write(self._offered())

    def _offered(self):
        return {
            "reader_action": IN_PROGRESS,
            "sent_at": fields.Datetime.now(),
            "failure_code": False,
            "wanted": self.flow.wanted_after_send(),
        }

    def payment_state_values(self, state):
        is_over = state not in settlement.RUNNING_STATES
        return {"client_secret": False} if is_over and self.row.client_secret else {}

    # A refund

    def refund_facts(self):
        since = self.row.in_flight_since
        is_recent = bool(since) and since > fields.Datetime.now() - REFUND_IN_FLIGHT
        return {"browser_sdk": True, "in_flight": is_recent}

    def collect_refund(self, verb):
        return self.flow.charge_command()._replace(verb=verb)

    def offer_refund(self, charge):
        """Store that a page may ask for the card, and what was refunded before."""
        past = self.row.browser_sdk_refund or {}
        if past.get("charge") != charge["id"]:
            known = [refund["id"] for refund in refund_reading.refunds_of(charge)]
            past = {"charge": charge["id"], "known": known, "amounts": []}
        self.row.write(
            {
                **self._offered(),
                "in_flight_since": False,
                "browser_sdk_refund": past,
                "requested": False,
            }
        )

    def find_refund(self, charge):
        row = self.row
        original, past = row.refunded_payment_id, row.browser_sdk_refund or {}
        # Of two tills one only may refund at a time, so that it is clear whose a refund is.
        if past.get("charge") == charge["id"] and not original._refunded_by_browser_sdk_now(
            but=row
        ):
            known = {*past["known"], *(original.refund_ids - row).mapped("refund")}
            found = refund_reading.find_unnamed_refund(charge, known, past["amounts"])
            if found:
                return found
        return super().find_refund(charge)

    def refund_state_values(self, state):
        is_over = state in (settlement.DECLINED, settlement.CANCELED)
        return {"reader_action": settlement.NO_ACTION} if is_over else {}


CONNECTIONS = {SERVER: ServerDriven, BROWSER: BrowserSdk}


def connection_of(flow):
    """Return the `Connection` by which a flow's reader is reached."""
    if not flow.needs_reader():
        return ServerDriven(flow)
    # Payments of Odoo's own pos_stripe have none.
    return CONNECTIONS.get(flow.row.connection, ServerDriven)(flow)
