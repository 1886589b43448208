import time
from datetime import datetime, timedelta, timezone

from odoo import fields

from .. import lease, renewal
from ..runner import Command, RowTaken
from ..stripe_terminal import pace, refund_reading, refunding, settlement
from ..stripe_terminal.errors import Kind, StripeProblem
from ..stripe_terminal.refunding import READ_CHARGE, UNSETTLED
from .connection import connection_of
from .unanswered import Unanswered

# Of one step; `renewal` makes it longer while its thread works.
LEASE = timedelta(seconds=lease.LASTS)
# A till's request to collect a card is good for so long; a killed worker's lease fits in.
COLLECT_FOR = timedelta(seconds=90)
# A request that is held back for longer, by a crowd, is not sent any more.
SEND_WITHIN = 20  # seconds
# Pauses in seconds before an unanswered request is made again; then the row is `unknown`.
PAUSES = (0.3, 1.5)
# Where no webhook tells that a bank has sent a refund back, Stripe is asked this often.
FAILURE_INTERVAL = timedelta(days=1)
# And where one should have told, which may have failed to arrive.
FAILURE_INTERVAL_TOLD = timedelta(days=7)
FIND_READER = "find_reader"
READING = (settlement.READ, settlement.FIND, READ_CHARGE)
# What every attempt begins with.
NEW_ATTEMPT = {
    "command": 0,
    "requested": False,
    "reader_action": settlement.NO_ACTION,
    "settled_at": False,
}


def precise_now():
    """Return the time in UTC with its fractions of a second, which Odoo's own leaves out."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


def now_or_never(request, lease_name):
    """Return a function that makes a request, unless it is called too late.

    A command to a reader names no PaymentIntent. When a suspended machine goes on, and its lease
    may have ended meanwhile, it would meet what another process has asked the reader for.
    """
    written_at = time.time()

    def perform():
        sure_until = max(written_at + lease.SURE_FOR, renewal.sure_until(lease_name))
        if time.time() > min(written_at + SEND_WITHIN, sure_until):
            raise StripeProblem(Kind.ambiguous, "connection_error", "Held back for too long.")
        return request()

    return perform


class Flow:
    """The contract with the runner: claim, ask Stripe, apply the answer, until nothing is due.

    What a row is about, a payment or a refund, is a subclass, with a table of what is done for each
    verb: `COMMANDS` (functions that return the `Command`), `REPLIES` (that store an answer; a true
    result means that the PaymentIntent itself must be read to understand it) and `REFUSALS` (that
    store a no and return the next command).

    :param row: a `pos.stripe.payment`, one record
    """

    def __init__(self, row):
        row.ensure_one()
        self.row = row
        self.unanswered = Unanswered(row)

    @property
    def connection(self):
        """How the reader is reached; a refund may turn out to need one while it is carried out."""
        return connection_of(self)

    @property
    def gateway(self):
        """Stripe, with the key of the row's account.

        :raise StripeProblem: when there is no key to ask with
        """
        return self.row.provider_id._stripe_terminal_gateway()

    # What a subclass says of its rows

    def needs_reader(self):
        """Tell whether the card has to be presented."""
        raise NotImplementedError

    def start_attempt(self):
        """Begin anew after the last attempt ended with no money moved."""
        raise NotImplementedError

    def doubt(self):
        """Note that a row is wanted once more of which it is not known what happened."""

    def is_final(self):
        """Tell whether nothing is to be done or read any more."""
        raise NotImplementedError

    def watched_verbs(self):
        """Return the requests that a row at rest is read again for, if they had no answer."""
        raise NotImplementedError

    def must_read(self):
        """Tell whether Stripe is to be read before anything else, as the row is taken up."""
        raise NotImplementedError

    def settle(self):
        """Return the next state and verb, a `Settlement`."""
        raise NotImplementedError

    def state_values(self, state):
        """Return what the journal notes with a state, just before it is reached."""
        raise NotImplementedError

    def apply_intent(self, intent):
        """Store what a PaymentIntent says that came with a refusal."""
        raise NotImplementedError

    def apply_silence(self, verb, problem):
        """No certain answer: return what asks again, at last admit that the state is unknown."""
        raise NotImplementedError

    def summary(self):
        """Return what the event log keeps of an answer."""
        raise NotImplementedError

    # What the runner calls

    def claim(self):
        """Lease the locked row to this process and return the first command, or None.

        :raise RowTaken: another process or thread has it
        """
        row = self.row
        if row._is_leased():
            raise RowTaken
        if row._needs_nothing():
            return None
        if self.is_left_over():
            row.wanted = settlement.CANCEL
        if row.wanted == settlement.COLLECT and self.is_outdated():
            # Who stands before the reader now is somebody else: find out, but start nothing.
            row.wanted = False
        self.connection.check()
        row.write({"lease_owner": lease.new(), "tries": 0, "reachable": True})
        return self.next_command(must_read=self.must_read())

    def is_left_over(self):
        """Tell whether what Stripe still has of the row is to be closed."""
        return False

    def is_outdated(self):
        """Tell whether the till asked so long ago that nobody waits for it any more."""
        row = self.row
        return (row.asked_at or row.create_date) < fields.Datetime.now() - COLLECT_FOR

    def is_watched(self):
        """Tell whether a row at rest is read again, see `Unanswered.is_watched`."""
        return self.unanswered.is_watched(*self.watched_verbs())

    def next_command(self, must_read=False, pause=0):
        """Settle what is known, store the state, and return the next command or release the row."""
        row, settled = self.row, self.settle()
        verb = settlement.READ if must_read else settled.verb
        if not must_read:
            self._store_state(settled.state, verb)
        if not verb:
            return self.rest()
        row.lease_until = fields.Datetime.now() + LEASE
        try:
            return self._under_lease(self.COMMANDS[verb](self, verb), pause)
        except StripeProblem as problem:
            # No key, no provider: the command could not even be put together.
            command = Command(verb, None, lease=row.lease_owner)
            return self.apply_answer(command, None, problem, 0)

    def _under_lease(self, command, pause=0):
        """Return a command of this row as the runner is to carry it out."""
        row = self.row
        is_refund = row.kind == refunding.REFUND or command.verb == settlement.REFUND_INTENT
        asked = pace.REFUND if is_refund else pace.PAYMENT
        is_reading = command.verb in READING and not row.wanted
        return command._replace(
            pause=pause,
            lease=row.lease_owner,
            account=row.provider_id._stripe_terminal_key_mark(),
            precedence=pace.READING if is_reading else asked,
        )

    def rest(self):
        """Give the row back as it is, until the next look; returns no command."""
        row, now = self.row, fields.Datetime.now()
        is_answered = row.reachable or not row.tries
        row.write(
            {
                "lease_owner": False,
                "lease_until": False,
                "stuck_since": not is_answered and (row.stuck_since or now),
            }
        )
        row.look_at = now + self._look_pause()

    def _look_pause(self):
        """Return how long the cron leaves the row alone; it asks old or silent ones less and less.

        A refund that was made is left alone for days, unless Stripe tells of it.
        """
        row = self.row
        is_made = row.refund and row.refund_status not in UNSETTLED
        if row.stuck_since or row.state != settlement.PAID or not is_made:
            return row._pause_since(row.stuck_since or row.create_date)
        is_told = bool(row.provider_id.stripe_terminal_webhook_secret)
        return FAILURE_INTERVAL_TOLD if is_told else FAILURE_INTERVAL

    # The state

    def _store_state(self, state, verb):
        """Write the settled state with all of the journal that hangs on it.

        What follows in Odoo's other records is due after this transaction, see `_due_now`.
        """
        row = self.row
        before = (row.state, row.wanted)
        values = self._values_with(state)
        if not verb and not self.is_still_wanted(state):
            values["wanted"] = False
        if state not in settlement.RUNNING_STATES and verb != settlement.CANCEL_ACTION:
            values["holds_reader"] = False
        row.write(values)
        if state in settlement.RUNNING_STATES and not row.holds_reader:
            row._hold_reader()
        if (row.state, row.wanted) != before:
            row._log("state", state, {"from": before[0], "failure_code": row.failure_code})
            row._tell_till_after()

    def _values_with(self, state):
        """Return what the journal notes of a state that was settled."""
        row = self.row
        values = {"state": state, **self.state_values(state)}
        if state == settlement.DECLINED and not values.get("failure_code", row.failure_code):
            values["failure_code"] = "reader_replaced" if row.sent_at else "not_sent"
        if state in (settlement.PAID, settlement.CANCELED) and state != row.state:
            values["failure_code"] = False
        if state == settlement.PAID and row.amount_received:
            # Two tabs may have asked for two amounts: what was taken counts.
            values["amount_minor"] = row.amount_received
        if state not in settlement.OPEN_STATES and state != row.state:
            values["settled_at"] = fields.Datetime.now()
        return values

    def is_still_wanted(self, state):
        """Tell whether what is wanted waits for an answer of Stripe's, with nothing to do now."""
        row = self.row
        if row.wanted == settlement.CANCEL:
            is_approved = state == settlement.AUTHORIZED and bool(row.forced_at)
            return state in settlement.OPEN_STATES and not is_approved
        return row.wanted == settlement.REFUND_ALL and not row.reachable

    def wanted_after_send(self):
        """Return what is wanted once the reader has it: a cancel that came meanwhile is still due.

        :return: a value of the field
        """
        return self.row.wanted if self.row.wanted == settlement.CANCEL else False

    # Asking

    def ask_once(self, verb, params, request):
        """Return a command that Stripe carries out once, however often it is asked.

        :param dict params: what is wanted; what may still be on its way is asked for instead
        :param request: function of the parameters and the idempotency key, which runs with no
            database connection held
        """
        params, key = self.unanswered.ask(verb, params)
        return Command(verb, now_or_never(lambda: request(params, key), self.row.lease_owner))

    def metadata(self):
        """Return what says at Stripe which sale of which till something belongs to."""
        row = self.row
        row.session_id.fetch(["name"])
        row.config_id.fetch(["name"])
        return {
            "odoo_database": row.env.cr.dbname,
            "pos_order": row.order_ref or "",
            "pos_order_uuid": row.order_uuid or "",
            "pos_payment_line_uuid": row.line_uuid,
            "pos_register": row.config_id.name,
            "pos_session": row.session_id.name,
        }

    def refund_metadata(self):
        """Return the same for a Refund, whose tries have to be told apart."""
        return {**self.metadata(), refund_reading.ATTEMPT: str(self.row.attempt)}

    def charge_command(self):
        """Return the request that reads a charge and its refunds."""
        gateway, original = self.gateway, self.row.refunded_payment_id or self.row
        reference = original.payment_intent or original.charge or ""
        return Command(READ_CHARGE, lambda: gateway.retrieve_refunded_charge(reference))

    def find_reader(self):
        """Return the request that tells which reader at Stripe has the row's serial number."""
        gateway, params = self.gateway, {"serial_number": self.row.reader_serial}
        return Command(FIND_READER, lambda: gateway.list_readers(params))

    def _cancel_action(self, verb):
        gateway, reader = self.gateway, self.row.reader_id.stripe_id
        return self.ask_once(
            verb, {}, lambda _params, key: gateway.cancel_reader_action(reader, key)
        )

    COMMANDS = {settlement.CANCEL_ACTION: _cancel_action}

    # Applying what was answered

    def apply_answer(self, command, reply, problem, took):
        """Store in the locked row what Stripe answered; return the next command, or None to rest.

        :param Command command: what was asked
        :param Reply | None reply: the answer
        :param StripeProblem | None problem: what went wrong instead
        :param int took: milliseconds
        """
        row, verb = self.row, command.verb
        if row.lease_owner != command.lease:
            # The lease ran out and somebody else goes on; what was asked is idempotent.
            return None
        self.unanswered.note_outcome(verb, problem)
        if problem:
            return self._apply_problem(verb, problem, took)
        # Reading is how the runner tries again: only the answer that was missing ends the count.
        is_reading = verb in READING
        row.write(
            {
                "tries": row.tries if is_reading else 0,
                "command": row.command + 1,
                "reachable": True,
            }
        )
        if row.state == settlement.UNKNOWN:
            # It told why the state was unknown, not why the payment may have failed.
            row.failure_code = False
        must_read_intent = self.REPLIES[verb](self, verb, reply.data)
        row._log("answer", verb, self.summary(), reply.request_id, took)
        if not must_read_intent:
            return self.next_command()
        intent, gateway = row.payment_intent, self.gateway
        row.lease_until = fields.Datetime.now() + LEASE
        return self._under_lease(
            Command(settlement.READ, lambda: gateway.retrieve_payment_intent(intent))
        )

    def _apply_problem(self, verb, problem, took):
        """Store that Stripe said no, or nothing certain, and return the next command."""
        self.row._log(
            "error",
            verb,
            {"code": problem.code, "status": problem.http_status, "message": str(problem)},
            problem.request_id,
            took,
        )
        if problem.intent and problem.intent["id"] == self.row.payment_intent:
            self.apply_intent(problem.intent)
        if problem.answered and problem.http_status != 429:
            return self.apply_refusal(verb, problem)
        if problem.http_status == 409:
            # Our first try is still on its way at Stripe: come back when it is through.
            return self.rest()
        return self.apply_silence(verb, problem)

    def _apply_found_reader(self, _verb, data):
        row = self.row
        row.reader_id = row.env["pos.stripe.reader"]._store(row.provider_id, data["data"])[:1]
        if not row.reader_id:
            row.write({"wanted": self.wanted_after_send(), "failure_code": "reader_unknown"})

    def _apply_canceled_action(self, _verb, _data):
        self.row.reader_action = settlement.NO_ACTION

    REPLIES = {
        FIND_READER: _apply_found_reader,
        settlement.CANCEL_ACTION: _apply_canceled_action,
    }

    def apply_refusal(self, verb, problem):
        """Stripe answered no: decide what that says about the row, and return the next command."""
        self.note_refusal()
        return self.REFUSALS[verb](self, verb, problem)

    def note_refusal(self):
        """Note that there was an answer: what is asked next is another request."""
        self.row.write({"tries": 0, "command": self.row.command + 1, "reachable": True})

    def _refused_collecting(self, _verb, problem):
        self.row.write({"failure_code": problem.reason, "wanted": self.wanted_after_send()})
        return self.next_command()

    def _refused_cancel_action(self, _verb, problem):
        if problem.kind == Kind.busy:
            # The card is being authorized: the answer to the cancel is the next reading.
            return self.rest()
        self.row.reader_action = settlement.NO_ACTION
        return self.next_command()

    REFUSALS = {
        FIND_READER: _refused_collecting,
        settlement.COLLECT_BY_BROWSER_SDK: _refused_collecting,
        settlement.CANCEL_ACTION: _refused_cancel_action,
    }
