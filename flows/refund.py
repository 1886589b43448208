from odoo import fields

from ..runner import Command
from ..stripe_terminal import money, refund_reading, refunding, settlement
from ..stripe_terminal.errors import Kind
from ..stripe_terminal.refund_errors import refund_kind_of
from ..stripe_terminal.refunding import CREATE_REFUND, READ_CHARGE
from . import flow
from .failure import without_past
from .unanswered import ALL_ANSWERED

CODE_TOO_MUCH = "refund_exceeds"
# What asks for a refund: its request may be carried out without an answer.
ASKING = (CREATE_REFUND, settlement.SEND)


class Refund(flow.Flow):
    """A refund: a part of one payment, which cannot be undone once Stripe has made it."""

    def needs_reader(self):
        return self.row.on_reader

    def start_attempt(self):
        row = self.row
        if self.is_watched():
            # The same is asked for with the same key, which Stripe carries out once.
            row.write({"settled_at": False, "reader_action": settlement.NO_ACTION})
            return
        past = row.browser_sdk_refund
        if row.refund and past:
            row.browser_sdk_refund = {**past, "known": [*past["known"], row.refund]}
        row.write(
            {
                **flow.NEW_ATTEMPT,
                **ALL_ANSWERED,
                "attempt": row.attempt + 1,
                "create_request": False,
                "refund": False,
                "refund_status": False,
                "pending_reason": False,
                "pending_told": False,
            }
        )

    # What is known

    def is_final(self):
        row = self.row
        return row.state == settlement.CANCELED and not row.wanted and not self.is_watched()

    def is_outdated(self):
        # Who forced a refund has told the customer that it will be made.
        return not self.row.forced_at and super().is_outdated()

    def watched_verbs(self):
        return () if self.row.state == settlement.PAID else ASKING

    def must_read(self):
        row = self.row
        self.unanswered.note_lost(settlement.SEND if row.on_reader else CREATE_REFUND)
        row.charge_read = False
        self.connection.doubt_refund()
        return bool(row.refund) or (self.is_watched() and not row.requested)

    def settle(self):
        row = self.row
        facts = refunding.RefundFacts(
            refund=row.refund_status or None,
            requested=row.requested,
            in_flight=self.unanswered.is_in_flight(*ASKING),
            read=row.charge_read,
            enough=row.amount_minor <= row.refundable_minor,
            uncaptured=self._waits_for_capture(),
            on_reader=row.on_reader,
            action=row.reader_action,
            reachable=row.reachable,
        )
        facts = facts._replace(**self.connection.refund_facts())
        return refunding.settle_refund(row.state, row.wanted or None, facts)

    def _waits_for_capture(self):
        """Tell whether the refunded payment has still to be captured: none of it is left yet."""
        return self.row.refunded_payment_id.state == settlement.AUTHORIZED

    def is_still_wanted(self, state):
        row = self.row
        if row.wanted == settlement.COLLECT:
            if self._waits_for_capture() and state == settlement.NEW:
                return True
            if row.forced_at:
                return state == settlement.UNKNOWN
        return super().is_still_wanted(state)

    def state_values(self, state):
        row = self.row
        values = self.connection.refund_state_values(state)
        if state == settlement.DECLINED and not row.failure_code and self._is_too_much():
            values["failure_code"] = CODE_TOO_MUCH
        if state in (settlement.DECLINED, settlement.CANCELED):
            values.update(requested=False, in_flight_since=False)
        if row.state == settlement.PAID and state != settlement.PAID:
            # The bank sent the money back: what the till recorded is no longer true. Written first,
            # because what is doubtful is compared when its state changes.
            row.unverified = True
        return values

    def _is_too_much(self):
        row = self.row
        return bool(row.wanted) and row.charge_read and row.amount_minor > row.refundable_minor

    def summary(self):
        row = self.row
        return {
            "refund": row.refund,
            "refund_status": row.refund_status,
            "reader_action": row.reader_action,
            "failure_code": row.failure_code,
            "left": float(money.to_major(row.refundable_minor, row.currency_id.name)),
        }

    # Asking

    def _read(self, verb):
        if self.row.refund or not self.row.requested:
            return self.charge_command()
        return self.connection.read_refund(verb)

    def charge_command(self):
        """Return the request that reads the refund, or else the charge with its refunds."""
        if not self.row.refund:
            return super().charge_command()
        gateway, refund = self.gateway, self.row.refund
        return Command(READ_CHARGE, lambda: gateway.retrieve_refund(refund))

    def _create(self, verb):
        gateway = self.gateway

        def create(params, key):
            return gateway.create_refund({**params, "reason": "requested_by_customer"}, key)

        return self.ask_for_refund(verb, create)

    def ask_for_refund(self, verb, request):
        """Return a command that makes the refund, see `ask_once`; from now on it may exist."""
        command = self.ask_once(verb, self._params(), request)
        self.row.write({"create_request": False, "requested": True})
        return command

    def _params(self):
        """Return what a refund says at Stripe, so that it is found again, by us and by people."""
        original = self.row.refunded_payment_id
        refunded = (
            {"payment_intent": original.payment_intent}
            if original.payment_intent
            else {"charge": original.charge}
        )
        return {**refunded, "amount": self.row.amount_minor, "metadata": self.refund_metadata()}

    def _collect(self, verb):
        return self.connection.collect_refund(verb) if self.row.reader_id else self.find_reader()

    COMMANDS = {
        **flow.Flow.COMMANDS,
        READ_CHARGE: lambda self, _verb: self.charge_command(),
        CREATE_REFUND: _create,
        settlement.READ: _read,
        settlement.SEND: _collect,
        settlement.COLLECT_BY_BROWSER_SDK: _collect,
    }

    # Answers

    def apply_intent(self, intent):
        """Store nothing: a refund has no PaymentIntent of its own."""

    def _apply_object(self, verb, data):
        """Store a Refund, the refunded charge, or a reader that shows what it does for them."""
        self.row.last_read_at = fields.Datetime.now()
        if data["object"] == "terminal.reader":
            self._apply_reader(verb, data)
        elif data["object"] == "refund":
            self._apply_charge(data["charge"], data)
        else:
            self._apply_charge(refund_reading.charge_of(data))

    def _apply_reader(self, verb, reader):
        row = self.row
        values, refund_id = refund_reading.refund_action_values(reader, row.line_uuid, row.attempt)
        if verb == settlement.SEND:
            row.wanted = self.wanted_after_send()
            values["sent_at"] = fields.Datetime.now()
        code = values.get("failure_code")
        values = without_past(row, values, code and [code, None, None])
        if values["reader_action"] != settlement.NO_ACTION:
            self.unanswered.forget(settlement.SEND)
        row.write({**values, "refund": refund_id or row.refund, "charge_read": False})

    def _apply_collectable(self, _verb, data):
        """Store the charge that was read before a page may ask for the card."""
        charge = refund_reading.charge_of(data)
        self._apply_charge(charge)
        if not self.row.refund and self.row.amount_minor <= self.row.refundable_minor:
            self.connection.offer_refund(charge)

    def _apply_charge(self, charge, refund=None):
        """Store what Stripe says of the refunded charge and of the refund, if there is one.

        :param dict | None charge: a Charge with its refunds; None when nothing was charged
        :param dict | None refund: the Refund itself
        """
        row = self.row
        original = row.refunded_payment_id
        original._lock_original()
        row.charge_read = True
        if not charge or charge["status"] != "succeeded":
            row.write({"refundable_minor": 0, "failure_code": "refund_not_found"})
            return
        original._flow().apply_charge(charge)
        row.livemode = original.livemode
        refund = refund or self.connection.find_refund(charge)
        if refund:
            self.unanswered.forget(*ASKING)
            row.write(
                {
                    **refund_reading.card_values(charge, refund),
                    **refund_reading.refund_values(refund),
                    # What was asked for first counts, also when another amount was typed since.
                    "amount_minor": refund["amount"],
                    "requested": True,
                    "reader_action": settlement.NO_ACTION,
                }
            )
        else:
            self._apply_unmade(charge)

    def _apply_unmade(self, charge):
        """Store what may be refunded of a charge that does not have this refund."""
        row, original = self.row, self.row.refunded_payment_id
        row.write(refund_reading.card_values(charge, None))
        if charge["currency"].upper() != row.currency_id.name:
            row.write({"failure_code": "refund_other_currency", "refundable_minor": 0})
        elif not original._is_proven():
            # Taken from what a cashier can write, by a former version of this addon.
            row.write({"failure_code": "refund_not_adopted", "refundable_minor": 0})
        elif not charge["captured"]:
            code = False if self._waits_for_capture() else "refund_not_captured"
            row.write({"failure_code": code, "refundable_minor": 0})
        else:
            row.refundable_minor = original._left_minor(but=row)
        if refund_reading.is_in_person(charge) and not row.on_reader:
            row.on_reader = True
            if not row._hold_reader():
                row.write({"wanted": False, "failure_code": row._leased_code()})

    REPLIES = {
        **flow.Flow.REPLIES,
        READ_CHARGE: _apply_object,
        CREATE_REFUND: _apply_object,
        settlement.READ: _apply_object,
        settlement.SEND: _apply_object,
        settlement.COLLECT_BY_BROWSER_SDK: _apply_collectable,
    }

    # Silence

    def apply_silence(self, verb, problem):
        row = self.row
        if problem.http_status:
            # Stripe would replay this answer under the same key.
            row.command += 1
        # Whatever was asked may have been done.
        row.charge_read = False
        if verb == settlement.SEND:
            row.reader_action = settlement.UNREAD
        row.tries += 1
        if row.tries <= len(flow.PAUSES):
            must_read = bool(row.refund) and verb == READ_CHARGE
            return self.next_command(must_read=must_read, pause=flow.PAUSES[row.tries - 1])
        row.write({"reachable": False, "failure_code": problem.code})
        return self.next_command()

    # Refusals

    def _refused_reading(self, verb, problem):
        row, code = self.row, self._code(problem)
        row.charge_read = False
        if verb == settlement.READ and code == "resource_missing":
            # The reader is gone; what it did is found at the charge.
            row.write({"reader_id": False, "reader_action": settlement.NO_ACTION})
            return self.next_command()
        if code == "resource_missing":
            code = "refund_not_found"
        row.write({"failure_code": code, "reachable": not row.requested, "wanted": False})
        return self.next_command()

    def _refused_create(self, verb, problem):
        row, code = self.row, self._code(problem)
        row.charge_read = False
        if self.unanswered.is_in_flight(verb):
            # An older try may still be carried out: nobody can say yet.
            row.write({"failure_code": code, "reachable": False})
        elif not self._reads_the_rest(problem):
            row.write({"failure_code": code, "wanted": False, "requested": False})
        return self.next_command()

    def _refused_send(self, verb, problem):
        row, code = self.row, self._code(problem)
        row.charge_read = False
        if self._reads_the_rest(problem):
            return self.next_command()
        again = code == "terminal_reader_timeout" and not row.reader_timeouts
        row.write(
            {
                "failure_code": code,
                "reader_timeouts": row.reader_timeouts + 1,
                "reader_action": settlement.UNREAD,
                "wanted": row.wanted if again else self.wanted_after_send(),
            }
        )
        if problem.kind != Kind.ambiguous and not self.unanswered.is_in_flight(verb):
            # The reader does not have it.
            row.write({"requested": False, "reader_action": settlement.NO_ACTION})
        return self.next_command()

    def _reads_the_rest(self, problem):
        """Have the charge read once more where somebody was faster; False where that is not it."""
        is_about_the_rest = problem.code == "charge_already_refunded" or problem.param == "amount"
        if not is_about_the_rest or self.row.failure_code == CODE_TOO_MUCH:
            return False
        self.row.write({"failure_code": CODE_TOO_MUCH, "requested": False})
        return True

    def _code(self, problem):
        """Return the most precise code of a refused refund that has a sentence."""
        codes = (problem.decline_code, problem.code)
        known = [code for code in codes if refund_kind_of(code)]
        return known[0] if known else problem.code

    REFUSALS = {
        **flow.Flow.REFUSALS,
        READ_CHARGE: _refused_reading,
        CREATE_REFUND: _refused_create,
        settlement.READ: _refused_reading,
        settlement.SEND: _refused_send,
    }
