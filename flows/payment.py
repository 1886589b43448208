import time
from datetime import timedelta

from odoo import fields
from odoo.fields import Domain

from ..runner import Command
from ..stripe_terminal import reading, refund_reading, settlement
from ..stripe_terminal.countries import intent_params
from ..stripe_terminal.listing import find_intents
from ..stripe_terminal.refunding import READ_CHARGE
from . import flow, tip
from .failure import without_past
from .tip import Tip
from .unanswered import ALL_ANSWERED, KEY_LIFE

# Seconds by which Stripe's clock and ours may differ.
CLOCK_TOLERANCE = 300
# An intent that was declined and never tried again is closed after this long.
DECLINED_FOR = timedelta(hours=12)


class Payment(flow.Flow):
    """A card payment: a PaymentIntent, the reader that asks for the card, and the capture."""

    def __init__(self, row):
        super().__init__(row)
        self.tip = Tip(self)

    def needs_reader(self):
        return True

    def start_attempt(self):
        """Begin anew after the last PaymentIntent was verified `canceled`."""
        self.row.write(
            {
                **flow.NEW_ATTEMPT,
                **tip.NEW_ATTEMPT,
                **ALL_ANSWERED,
                "attempt": self.row.attempt + 1,
                "create_failed": False,
                "payment_intent": False,
                "intent_status": False,
                "intent_amount": 0,
                "charge": False,
                "state": settlement.NEW,
                "sent_at": False,
                "capture_refusal": False,
                "capture_told_at": False,
                "lapse_told_at": False,
            }
        )

    def doubt(self):
        """Look before anything is sent again, because what happened is not known."""
        if not self.row._is_collected_by_browser_sdk():
            self.row.reader_action = settlement.UNREAD

    # What is known

    def is_final(self):
        row = self.row
        is_over = row.state in (settlement.PAID, settlement.CANCELED)
        return (
            is_over
            and not row.wanted
            and not row.holds_reader
            # The bank may send back what was refunded without an order.
            and not row.refund
            and not self._has_unread_refunds()
            and not self.is_watched()
        )

    def _has_unread_refunds(self):
        """Tell whether Stripe told of a refund of this payment that was not read since."""
        row = self.row
        domain = Domain("line_uuid", "=", row.line_uuid) & Domain("type", "like", "refund")
        if row.refunds_read_at:
            domain &= Domain("received_at", ">=", row.refunds_read_at)
        return bool(row.env["pos.stripe.webhook.event"].search_count(domain, limit=1))

    def watched_verbs(self):
        if not self.row.payment_intent:
            return (settlement.CREATE,)
        verbs = {
            settlement.PAID: (settlement.REFUND_INTENT,),
            settlement.DECLINED: (settlement.SEND,),
        }
        return verbs.get(self.row.state, ())

    def is_left_over(self):
        """Tell whether an intent was declined and never tried again, so that it is closed."""
        row = self.row
        return (
            row.state == settlement.DECLINED
            and not row.wanted
            and row.intent_status in settlement.INTENT_OPEN
            and row.write_date < fields.Datetime.now() - DECLINED_FOR
        )

    def must_read(self):
        row, unanswered = self.row, self.unanswered
        unanswered.note_lost(settlement.CREATE)
        must_read = bool(row.payment_intent) and row.wanted != settlement.COLLECT
        if unanswered.is_lost(settlement.CREATE) and not unanswered.is_in_flight(settlement.CREATE):
            # Look for what it made before another one is made.
            row.write({"requested": True, "create_failed": True})
        # An amount that was asked for in vain may be the PaymentIntent's meanwhile.
        is_other = bool(row.payment_intent) and unanswered.is_lost(settlement.UPDATE)
        return must_read or is_other

    def settle(self):
        row = self.row
        facts = settlement.Facts(
            intent=row.intent_status or None,
            action=row.reader_action,
            requested=row.requested,
            failed=self._must_find(),
            reachable=row.reachable,
            amount_differs=self.is_amount_other(),
            refunded=row._is_fully_refunded(),
            browser_sdk=self.connection.is_page,
            forced=bool(row.forced_at),
            hold=row._is_held(),
            increment=self.tip.must_increment(),
            canceling=self.unanswered.is_in_flight(settlement.CANCEL_INTENT),
        )
        return settlement.settle(row.state, row.wanted or None, facts)

    def is_amount_other(self):
        """Tell whether the PaymentIntent has, or may get, another amount than is wanted."""
        row = self.row
        return bool(row.payment_intent) and (
            row.intent_amount != row.amount_minor or self.unanswered.is_in_flight(settlement.UPDATE)
        )

    def _must_find(self):
        """Tell whether the key no longer tells which PaymentIntent was made, if any."""
        row = self.row
        if not row.requested or row.payment_intent:
            return False
        return row.create_failed or row.create_request["at"] < time.time() - KEY_LIFE

    def state_values(self, state):
        return {**self.tip.state_values(state), **self.connection.payment_state_values(state)}

    def summary(self):
        row = self.row
        return {
            "payment_intent": row.payment_intent,
            "intent_status": row.intent_status,
            "reader_action": row.reader_action,
            "failure_code": row.failure_code,
            "amount": row.intent_amount,
        }

    # Asking

    def _create(self, verb):
        row, gateway = self.row, self.gateway
        # Another click may come before the answer: what is asked again stays the same.
        params = row.create_request["params"] if row.requested else self._intent_params()
        command = self.ask_once(verb, params, gateway.create_payment_intent)
        if not row.requested:
            asked = self.unanswered.of(verb)
            request = {"params": asked["params"], "at": asked["at"]}
            row.write({"create_request": request, "requested": True})
        return command

    def _intent_params(self):
        """Return what a new PaymentIntent says, so that the sale is found in Stripe's dashboard.

        See https://docs.stripe.com/terminal/payments/collect-card-payment
        """
        row, currency = self.row, self.row.currency_id.name
        country = row.provider_id._stripe_terminal_country_code(row.reader_id)
        metadata = self.metadata()
        params = {
            "amount": row.amount_minor,
            "currency": currency.lower(),
            **intent_params(country, currency, row.tip_after_payment),
            "description": f"{metadata['pos_register']}, {row.order_ref or row.order_uuid}",
            "metadata": metadata,
        }
        row._name_customer(params)
        return params

    def _find(self, verb):
        gateway, line_uuid = self.gateway, self.row.line_uuid
        since = self.row.create_request["at"] - CLOCK_TOLERANCE
        return Command(verb, lambda: find_intents(gateway, since, line_uuid))

    def _update(self, verb):
        gateway, intent = self.gateway, self.row.payment_intent
        return self.ask_once(
            verb,
            {"amount": self.row.amount_minor},
            lambda params, key: gateway.update_payment_intent(intent, params, key),
        )

    def _collect(self, verb):
        return self.connection.collect_payment(verb) if self.row.reader_id else self.find_reader()

    def _read(self, verb):
        is_paid = self.row.state == settlement.PAID
        return self.charge_command() if is_paid else self.connection.read_payment(verb)

    def _cancel(self, verb):
        gateway, intent = self.gateway, self.row.payment_intent
        return self.ask_once(
            verb, {}, lambda _params, key: gateway.cancel_payment_intent(intent, key)
        )

    def _refund(self, verb):
        params = {
            "payment_intent": self.row.payment_intent,
            "reason": "requested_by_customer",
            "metadata": self.refund_metadata(),
        }
        return self.ask_once(verb, params, self.gateway.create_refund)

    COMMANDS = {
        **flow.Flow.COMMANDS,
        settlement.CREATE: _create,
        settlement.FIND: _find,
        settlement.UPDATE: _update,
        settlement.SEND: _collect,
        settlement.COLLECT_BY_BROWSER_SDK: _collect,
        settlement.READ: _read,
        settlement.INCREMENT: lambda self, verb: self.tip.increment(verb),
        settlement.CAPTURE: lambda self, verb: self.tip.capture(verb),
        settlement.CANCEL_INTENT: _cancel,
        settlement.REFUND_INTENT: _refund,
    }

    # Answers

    def _apply_found(self, _verb, data):
        row = self.row
        found = [intent for intent in data["data"] if intent["status"] != "canceled"]
        row.write({"requested": bool(found), "create_failed": False})
        if found:
            self.unanswered.forget(settlement.CREATE)
            if row.state == settlement.CANCELED:
                # Nobody wants any more what was made after all.
                row.wanted = settlement.CANCEL
        for intent in found[:1]:
            self.apply_intent(intent)

    def _apply_object(self, verb, data):
        """Store a PaymentIntent, or a reader that shows what it does for one."""
        if data["object"] != "payment_intent":
            return self._apply_reader(verb, data)
        self.apply_intent(data)
        self.connection.apply_intent(verb, data)
        return False

    def apply_intent(self, intent):
        """Store what a PaymentIntent says; a reason that is known already is the more precise."""
        mark = reading.failure_mark(intent)
        values = without_past(self.row, reading.intent_values(intent), mark)
        if self.row.failure_code:
            values.pop("failure_code", None)
        self.row.write({**values, "last_read_at": flow.precise_now()})

    def _apply_reader(self, verb, reader):
        """Store what a reader does; True when it does not tell of the PaymentIntent."""
        row = self.row
        values, intent = reading.action_values(reader, row.payment_intent)
        mark = intent and reading.failure_mark(intent, values.get("failure_code"))
        if verb == settlement.SEND:
            values["sent_at"] = fields.Datetime.now()
        if intent:
            of_intent = reading.intent_values(intent)
            code = values.get("failure_code")
            values = {**of_intent, **values, "last_read_at": flow.precise_now()}
            if code in ("card_declined", "reader_error"):
                # The intent says why, the reader only that.
                values["failure_code"] = of_intent.get("failure_code", code)
        row.write(without_past(row, values, mark))
        if verb == settlement.SEND and not (row.wanted and self._is_asked_for_other_amount()):
            # Another click for another amount came meanwhile: that one is still to be sent.
            row.wanted = self.wanted_after_send()
        return not intent

    def _is_asked_for_other_amount(self):
        """Tell whether the reader was asked for another amount than is wanted now.

        A PaymentIntent's amount has the reader's tip in it once the card was presented.
        """
        row = self.row
        sent = (row.intent_amount, row.intent_amount - row.reader_tip_minor)
        return bool(row.payment_intent) and row.amount_minor not in sent

    def _apply_refund(self, _verb, refund):
        self.row.refund = refund["id"]
        self.apply_charge(refund["charge"])

    def _apply_charge(self, _verb, data):
        self.apply_charge(refund_reading.charge_of(data))

    def apply_charge(self, charge):
        """Store what Stripe says of the payment's charge and of all its refunds.

        :param dict | None charge: a Charge with its refunds; None when nothing was charged
        """
        if not charge:
            return
        row = self.row
        own = refund_reading.find_refund(charge, row.line_uuid, row.attempt)
        if own:
            # Refunded without an order; its answer may have been lost.
            self.unanswered.forget(settlement.REFUND_INTENT)
            row.refund = own["id"]
        now = fields.Datetime.now()
        row.write(
            {
                "refunds": refund_reading.refunds_of(charge),
                "refunded_minor": refund_reading.refunded_of(charge),
                "disputed": bool(charge.get("disputed")),
                "refunds_read_at": now,
                "last_read_at": now,
            }
        )

    REPLIES = {
        **flow.Flow.REPLIES,
        settlement.CREATE: _apply_object,
        settlement.FIND: _apply_found,
        settlement.UPDATE: _apply_object,
        settlement.SEND: _apply_object,
        settlement.COLLECT_BY_BROWSER_SDK: _apply_object,
        settlement.READ: _apply_object,
        settlement.INCREMENT: _apply_object,
        settlement.CAPTURE: _apply_object,
        settlement.CANCEL_INTENT: _apply_object,
        settlement.REFUND_INTENT: _apply_refund,
        READ_CHARGE: _apply_charge,
    }

    # Silence

    def apply_silence(self, verb, problem):
        row = self.row
        if problem.http_status:
            # Stripe would replay this answer under the same key.
            row.command += 1
            row.create_failed = verb == settlement.CREATE and problem.http_status >= 500
        if verb == settlement.SEND:
            self.connection.doubt_action()
        row.tries += 1
        if row.tries <= len(flow.PAUSES):
            must_read = verb in (settlement.READ, settlement.REFUND_INTENT)
            return self.next_command(must_read=must_read, pause=flow.PAUSES[row.tries - 1])
        if row.sent_at:
            self.connection.doubt_action()
        row.write({"reachable": False, "failure_code": problem.code})
        return self.next_command()

    # Refusals

    def apply_refusal(self, verb, problem):
        is_taken = self.row.intent_status in ("succeeded", "requires_capture")
        if is_taken and not self.row.charge and verb != READ_CHARGE:
            # The refusal tells that it is paid, but not with which card.
            self.note_refusal()
            return self.next_command(must_read=True)
        return super().apply_refusal(verb, problem)

    def _refused_create(self, verb, problem):
        row = self.row
        if self.unanswered.is_in_flight(verb):
            # An older try may still be carried out: nobody can say yet.
            row.write({"reachable": False, "failure_code": problem.reason})
        else:
            wanted = self.wanted_after_send()
            row.write({"requested": False, "wanted": wanted, "failure_code": problem.reason})
        return self.next_command()

    def _refused_send(self, _verb, problem):
        row, code = self.row, problem.reason
        again = code == "terminal_reader_timeout" and not row.reader_timeouts
        row.write(
            {
                "failure_code": code,
                "reader_timeouts": row.reader_timeouts + 1,
                "reader_action": settlement.UNREAD,
                "wanted": row.wanted if again else self.wanted_after_send(),
            }
        )
        return self.next_command()

    def _refused_capture(self, verb, problem):
        if self.tip.apply_refusal(verb, problem):
            return self.next_command()
        if self.row.intent_status not in ("succeeded", "canceled"):
            self.row.capture_refusal = problem.reason
        return self._refused_cancel(verb, problem)

    def _refused_cancel(self, _verb, _problem):
        if self.row.intent_status not in ("succeeded", "canceled"):
            return self.rest()
        return self.next_command(must_read=True)

    def _refused_refund(self, verb, problem):
        if self.unanswered.is_in_flight(verb):
            return self.rest()
        self.row.write({"wanted": False, "failure_code": problem.reason})
        # By this row or somebody else: the charge tells.
        is_refunded = problem.reason == "charge_already_refunded"
        return self.next_command(must_read=is_refunded)

    def _refused_reading(self, _verb, problem):
        if problem.reason == "resource_missing" and self.row.reader_id:
            self.row.reader_id = False
            return self.next_command(must_read=True)
        self.row.write({"reachable": False, "failure_code": problem.reason})
        return self.next_command()

    REFUSALS = {
        **flow.Flow.REFUSALS,
        settlement.CREATE: _refused_create,
        settlement.FIND: _refused_reading,
        settlement.UPDATE: _refused_send,
        settlement.SEND: _refused_send,
        settlement.READ: _refused_reading,
        settlement.INCREMENT: _refused_capture,
        settlement.CAPTURE: _refused_capture,
        settlement.CANCEL_INTENT: _refused_cancel,
        settlement.REFUND_INTENT: _refused_refund,
        READ_CHARGE: lambda self, _verb, _problem: self.rest(),
    }
