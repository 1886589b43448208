import time
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from .. import lease
from ..runner import Command, RowTaken
from ..stripe_terminal import reading, settlement
from ..stripe_terminal.countries import intent_params
from ..stripe_terminal.errors import Kind, StripeProblem
from ..stripe_terminal.listing import find_intents
from ..stripe_terminal.refunding import READ_CHARGE
from ..stripe_terminal.settlement import Facts, settle
from .pos_stripe_payment import precise_now

# Longer than the slowest request to Stripe can take, see the gateway's time limits.
LEASE = timedelta(seconds=60)
# A till's request to collect a card is good for so long; a killed worker's lease fits in.
COLLECT_FOR = timedelta(seconds=90)
# Seconds by which Stripe's clock and ours may differ.
CLOCK_TOLERANCE = 300
# A till looks after its own payments; the cron takes those that no till has asked about lately.
LOOK_PAUSE = timedelta(seconds=30)
LOOK_PAUSE_MAX = timedelta(hours=1)
LOOK_GROWTH = 4
# An intent that was declined and never tried again is closed after this long.
DECLINED_FOR = timedelta(hours=12)
# A command to a reader names no PaymentIntent. Held back for longer, by a suspended machine, it is
# not sent any more, so that what was asked for is known to have arrived, or not, when `LEASE` is
# over.
SEND_WITHIN = 20  # seconds
# Pauses in seconds before an unanswered request is made again; then the payment is `unknown`.
PAUSES = (0.3, 1.5)
# Stripe knows a key for a day; a younger one is certainly known.
KEY_LIFE = 20 * 3600  # seconds
BUS_NAME = "STRIPE_TERMINAL_PAYMENT"
FIND_READER = "find_reader"


def now_or_never(request):
    """Return a function that makes a request, unless it is called too late."""
    latest = time.time() + SEND_WITHIN

    def perform():
        if time.time() > latest:
            raise StripeProblem(Kind.ambiguous, "connection_error", "Held back for too long.")
        return request()

    return perform


class PosStripePayment(models.Model):
    """How the runner carries a journal row out: claim, ask Stripe, learn, until nothing is due."""

    _inherit = "pos.stripe.payment"

    def _claim(self):
        """Take the row for this process and return the first command, or None.

        :raise RowTaken: another process or thread has it
        """
        if not self._try_lock() or self._is_leased():
            raise RowTaken
        if self._needs_nothing():
            return None
        if self._is_left_declined():
            self.wanted = settlement.CANCEL
        if self.wanted == settlement.COLLECT and self._is_outdated():
            # Who stands before the reader now is somebody else: find out, but start nothing.
            self.wanted = False
        self._check_collector()
        self.write({"lease_owner": lease.new(), "tries": 0, "reachable": True})
        return self._next_command(must_read=self._must_read())

    def _is_final(self):
        """Tell whether nothing is to be done or read any more."""
        is_over = self.state in (settlement.PAID, settlement.CANCELED)
        return is_over and not self.wanted and not self.holds_reader

    def _is_outdated(self):
        """Tell whether the till asked so long ago that nobody waits for it any more."""
        return (self.asked_at or self.create_date) < fields.Datetime.now() - COLLECT_FOR

    def _must_read(self):
        """Tell whether Stripe is to be read before anything else."""
        return bool(self.payment_intent) and self.wanted != settlement.COLLECT

    def _release(self):
        """Give the row back for a while."""
        is_answered = self.reachable or not self.tries
        now = fields.Datetime.now()
        self.write(
            {
                "lease_owner": False,
                "lease_until": False,
                "stuck_since": not is_answered and (self.stuck_since or now),
            }
        )
        self.look_at = now + self._look_pause()

    def _get_stuck(self):
        """Give the row back that did not come to an end; returns whether that is news."""
        is_news = not self.stuck_since
        self.write({"lease_owner": False, "lease_until": False})
        self._postpone(is_stuck=True)
        return is_news

    def _postpone(self, is_stuck):
        """Look later at a row that could not be carried out; returns whether that is news.

        :param bool is_stuck: it failed; otherwise somebody else has it
        """
        if not self._try_lock():
            return False
        now = fields.Datetime.now()
        since = self.stuck_since or (is_stuck and now) or None
        self.flush_recordset()
        # Not through the ORM, where the row may just have failed.
        self.env.cr.execute(
            SQL(
                "UPDATE pos_stripe_payment SET look_at = %s, stuck_since = %s WHERE id = %s",
                now + self._pause_since(since or now),
                since,
                self.id,
            )
        )
        is_news = is_stuck and not self.stuck_since
        self.invalidate_recordset(["look_at", "stuck_since"], flush=False)
        return is_news

    def _look_pause(self):
        """Return how long the cron leaves a row alone; it asks old or silent ones less and less."""
        return self._pause_since(self.stuck_since or self.create_date)

    @staticmethod
    def _pause_since(since):
        age = fields.Datetime.now() - since
        return min(max(LOOK_PAUSE, age / LOOK_GROWTH), LOOK_PAUSE_MAX)

    def _is_left_declined(self):
        """Tell whether an intent was declined and never tried again, so that it is closed."""
        return (
            self.state == settlement.DECLINED
            and not self.wanted
            and self.intent_status in settlement.INTENT_OPEN
            and self.write_date < fields.Datetime.now() - DECLINED_FOR
        )

    def _next_command(self, must_read=False, pause=0):
        """Settle what is known, store the state, and return the next command or release the row."""
        settlement_ = self._settle()
        verb = settlement.READ if must_read else settlement_.verb
        if not must_read:
            self._store_state(settlement_.state, verb)
        if not verb:
            self._release()
            return None
        self.lease_until = fields.Datetime.now() + LEASE
        try:
            return self._command(verb)._replace(pause=pause, lease=self.lease_owner)
        except StripeProblem as problem:
            # No key, no provider: the command could not even be put together.
            command = Command(verb, None, lease=self.lease_owner)
            return self._learn(command, None, problem, 0)

    def _settle(self):
        """Return the next state and verb."""
        return settle(self.state, self.wanted or None, self._facts())

    def _facts(self):
        return Facts(
            intent=self.intent_status or None,
            action=self.reader_action,
            requested=self.requested,
            failed=self._must_find(),
            reachable=self.reachable,
            amount_differs=self._is_amount_other(),
            refunded=self._is_given_back(),
            forced=bool(self.forced_at),
            hold=self._is_held(),
            increment=self._must_increment(),
            canceling=self._is_in_flight(settlement.CANCEL_INTENT),
        )

    def _is_amount_other(self):
        """Tell whether the PaymentIntent has, or may get, another amount than is wanted."""
        return bool(self.payment_intent) and (
            self.intent_amount != self.amount_minor or self._is_in_flight(settlement.UPDATE)
        )

    def _must_find(self):
        """Tell whether the key no longer tells which PaymentIntent was made, if any."""
        if not self.requested or self.payment_intent:
            return False
        return self.create_failed or self.create_request["at"] < time.time() - KEY_LIFE

    def _store_state(self, state, verb):
        """Write the settled state with all of the journal that hangs on it.

        What follows in Odoo's other records is due after this transaction, see `_due_now`.
        """
        before = (self.state, self.wanted)
        values = {"state": state, **self._tip_values(state)}
        if not verb and not self._is_still_wanted(state):
            values["wanted"] = False
        if state == settlement.DECLINED and not self.failure_code:
            values["failure_code"] = "reader_replaced" if self.sent_at else "not_sent"
        if state in (settlement.PAID, settlement.CANCELED) and state != self.state:
            values["failure_code"] = False
        if state == settlement.PAID and self.amount_received:
            # Two tabs may have asked for two amounts: what was taken counts.
            values["amount_minor"] = self.amount_received
        if state not in settlement.OPEN_STATES and state != self.state:
            values["settled_at"] = fields.Datetime.now()
        if state not in settlement.RUNNING_STATES and verb != settlement.CANCEL_ACTION:
            values["holds_reader"] = False
        self.write(values)
        if state in settlement.RUNNING_STATES and not self.holds_reader:
            self._hold_reader()
        if (self.state, self.wanted) != before:
            self._log("state", state, {"from": before[0], "failure_code": self.failure_code})
            self._tell_till_after()

    def _is_still_wanted(self, state):
        """Tell whether what is wanted waits for an answer of Stripe's, with nothing to do now."""
        if self.wanted == settlement.CANCEL:
            is_approved = state == settlement.AUTHORIZED and bool(self.forced_at)
            return state in settlement.OPEN_STATES and not is_approved
        return self.wanted == settlement.REFUND and not self.reachable

    def _notify_till(self):
        """Tell the tills of the register that something changed; they read it back themselves."""
        # A register has more than a hundred columns, and the runner's user a company to look up.
        register = self.config_id.with_company(self.company_id)
        register.fetch(["access_token"])
        register._notify(BUS_NAME, {"id": self.id})

    # Asking

    def _command(self, verb):
        """Return the request for a verb.

        :raise StripeProblem: when there is no key to ask with
        """
        gateway = self.provider_id._stripe_terminal_gateway()
        intent = self.payment_intent
        if verb == settlement.CREATE:
            # Another click may come before the answer: what is asked again stays the same.
            params = self.create_request["params"] if self.requested else self._intent_params()
            params, key = self._ask(verb, params)
            if not self.requested:
                at = self.unanswered[verb]["at"]
                self.write({"create_request": {"params": params, "at": at}, "requested": True})
            return Command(verb, now_or_never(lambda: gateway.create_payment_intent(params, key)))
        if verb == settlement.FIND:
            since, line_uuid = self.create_request["at"] - CLOCK_TOLERANCE, self.line_uuid
            return Command(verb, lambda: find_intents(gateway, since, line_uuid))
        if verb == settlement.UPDATE:
            params, key = self._ask(verb, {"amount": self.amount_minor})
            return Command(
                verb, now_or_never(lambda: gateway.update_payment_intent(intent, params, key))
            )
        if verb == settlement.INCREMENT:
            params, key = self._ask(verb, {"amount": self._amount_with_tip()})
            amount = params["amount"]
            return Command(
                verb, now_or_never(lambda: gateway.increment_authorization(intent, amount, key))
            )
        if verb == settlement.CAPTURE:
            params, key = self._ask(verb, {"amount": self._amount_with_tip()})
            amount = params["amount"]
            return Command(
                verb, now_or_never(lambda: gateway.capture_payment_intent(intent, key, amount))
            )
        if verb == settlement.CANCEL_INTENT:
            _params, key = self._ask(verb, {})
            return Command(verb, now_or_never(lambda: gateway.cancel_payment_intent(intent, key)))
        if verb == settlement.REFUND_INTENT:
            params = {"payment_intent": intent, "reason": "requested_by_customer"}
            params, key = self._ask(verb, {**params, "metadata": self._refund_metadata()})
            return Command(verb, now_or_never(lambda: gateway.create_refund(params, key)))
        reader = self.reader_id.stripe_id
        if verb == settlement.CANCEL_ACTION:
            _params, key = self._ask(verb, {})
            return Command(verb, now_or_never(lambda: gateway.cancel_reader_action(reader, key)))
        if verb == settlement.SEND:
            if not reader:
                params = {"serial_number": self.reader_serial}
                return Command(FIND_READER, lambda: gateway.list_readers(params))
            config = self._tip_config()
            # Another click asks the reader again: a key would replay what the last one led to.
            _params, key = self._ask(verb, {"request": self.request_uuid})
            self._begin_try()
            return Command(
                verb,
                now_or_never(lambda: gateway.process_payment_intent(reader, intent, key, config)),
            )
        is_over = self.intent_status in ("requires_capture", "succeeded", "canceled")
        if reader and (self.holds_reader or not is_over):
            return Command(verb, lambda: gateway.retrieve_reader(reader))
        return Command(verb, lambda: gateway.retrieve_payment_intent(intent))

    def _intent_params(self):
        """Return what a new PaymentIntent says, so that the sale is found in Stripe's dashboard.

        See https://docs.stripe.com/terminal/payments/collect-card-payment
        """
        self.session_id.fetch(["name"])
        self.config_id.fetch(["name"])
        country = self.provider_id._stripe_terminal_country_code(self.reader_id)
        params = {
            "amount": self.amount_minor,
            "currency": self.currency_id.name.lower(),
            **intent_params(country, self.currency_id.name, self.tip_after_payment),
            "description": f"{self.config_id.name}, {self.order_ref or self.order_uuid}",
            "metadata": {
                "odoo_database": self.env.cr.dbname,
                "pos_order": self.order_ref or "",
                "pos_order_uuid": self.order_uuid or "",
                "pos_payment_line_uuid": self.line_uuid,
                "pos_register": self.config_id.name,
                "pos_session": self.session_id.name,
            },
        }
        self._name_customer(params)
        return params

    # Learning

    def _learn(self, command, reply, problem, took):
        """Store what Stripe answered and return the next command, or None when the row rests.

        :param Command command: what was asked
        :param Reply | None reply: the answer
        :param StripeProblem | None problem: what went wrong instead
        :param int took: milliseconds
        """
        self.flush_recordset(["lease_owner"])
        self.env.cr.execute(
            SQL(
                "SELECT lease_owner FROM pos_stripe_payment WHERE id = %s FOR NO KEY UPDATE",
                self.id,
            ),
            log_exceptions=False,
        )
        if self.env.cr.fetchone()[0] != command.lease:
            # The lease ran out and somebody else goes on; what was asked is idempotent.
            return None
        self._learn_outcome(command.verb, problem)
        if problem:
            self._log(
                "error",
                command.verb,
                {"code": problem.code, "status": problem.http_status, "message": str(problem)},
                problem.request_id,
                took,
            )
            if problem.intent and problem.intent["id"] == self.payment_intent:
                self._learn_intent(problem.intent)
            if problem.answered and problem.http_status != 429:
                return self._learn_refusal(command.verb, problem)
            if problem.http_status == 409:
                # Our first try is still on its way at Stripe: come back when it is through.
                return self._rest()
            return self._learn_silence(command.verb, problem)
        # Reading is how the runner tries again: only the answer that was missing ends the count.
        is_reading = command.verb in (settlement.READ, settlement.FIND, READ_CHARGE)
        self.write(
            {
                "tries": self.tries if is_reading else 0,
                "command": self.command + 1,
                "reachable": True,
            }
        )
        if self.state == settlement.UNKNOWN:
            # It told why the state was unknown, not why the payment may have failed.
            self.failure_code = False
        missing_intent = self._learn_reply(command.verb, reply.data)
        self._log("answer", command.verb, self._summary(), reply.request_id, took)
        if missing_intent:
            intent, gateway = self.payment_intent, self.provider_id._stripe_terminal_gateway()
            self.lease_until = fields.Datetime.now() + LEASE
            return Command(
                settlement.READ,
                lambda: gateway.retrieve_payment_intent(intent),
                lease=self.lease_owner,
            )
        return self._next_command()

    def _learn_reply(self, verb, data):
        """Store an answer; True when the PaymentIntent itself must be read to understand it."""
        if verb == FIND_READER:
            reader = self.env["pos.stripe.reader"]._store(self.provider_id, data["data"])
            self.reader_id = reader[:1]
            if not reader:
                self.write({"wanted": self._wanted_after_send(), "failure_code": "reader_unknown"})
            return False
        if verb == settlement.FIND:
            found = [intent for intent in data["data"] if intent["status"] != "canceled"]
            self.write({"requested": bool(found), "create_failed": False})
            if found:
                self._forget(settlement.CREATE)
                if self.state == settlement.CANCELED:
                    # Nobody wants any more what was made after all.
                    self.wanted = settlement.CANCEL
            for intent in found[:1]:
                self._learn_intent(intent)
            return False
        if verb == settlement.CANCEL_ACTION:
            self.reader_action = settlement.NO_ACTION
            return False
        if verb == settlement.REFUND_INTENT:
            self.refund = data["id"]
            self._learn_refunds(data["charge"])
            return False
        if data["object"] == "payment_intent":
            self._learn_intent(data)
            if verb == settlement.READ and not self.reader_id:
                # There is no reader to read: the intent alone says it all.
                self.reader_action = settlement.NO_ACTION
            return False
        values, intent = reading.action_values(data, self.payment_intent)
        mark = intent and reading.failure_mark(intent, values.get("failure_code"))
        if verb == settlement.SEND:
            values["sent_at"] = fields.Datetime.now()
        if intent:
            values = {**reading.intent_values(intent), **values, "last_read_at": precise_now()}
            if values.get("failure_code") in ("card_declined", "reader_error"):
                # The intent says why, the reader only that.
                values["failure_code"] = reading.intent_values(intent).get(
                    "failure_code", values["failure_code"]
                )
        self.write(self._without_past_failure(values, mark))
        if verb == settlement.SEND and not (self.wanted and self._is_other_amount()):
            # Another click for another amount came meanwhile: that one is still to be sent.
            self.wanted = self._wanted_after_send()
        return not intent

    def _learn_intent(self, intent):
        """Store what a PaymentIntent says; a reason that is known already is the more precise."""
        mark = reading.failure_mark(intent)
        values = self._without_past_failure(reading.intent_values(intent), mark)
        if self.failure_code:
            values.pop("failure_code", None)
        self.write({**values, "last_read_at": precise_now()})

    def _wanted_after_send(self):
        """The reader has it: only a cancel that came meanwhile is still to be done."""
        return self.wanted if self.wanted == settlement.CANCEL else False

    def _learn_silence(self, verb, problem):
        """No certain answer: ask again, at last admit that the state is unknown."""
        if problem.http_status:
            # Stripe would replay this answer under the same key.
            self.command += 1
            self.create_failed = verb == settlement.CREATE and problem.http_status >= 500
        must_read = verb in (settlement.READ, settlement.REFUND_INTENT)
        if verb == settlement.SEND:
            self.reader_action = settlement.UNREAD
        tries = self.tries + 1
        self.tries = tries
        if tries <= len(PAUSES):
            return self._next_command(must_read=must_read, pause=PAUSES[tries - 1])
        self.write(
            {
                "reachable": False,
                "failure_code": problem.code,
                "reader_action": settlement.UNREAD if self.sent_at else self.reader_action,
            }
        )
        return self._next_command()

    def _learn_refusal(self, verb, problem):
        """Stripe answered no: decide what that says about the payment."""
        self.write({"tries": 0, "command": self.command + 1, "reachable": True})
        if self.intent_status in ("succeeded", "requires_capture") and not self.charge:
            # The refusal tells that it is paid, but not with which card.
            return self._next_command(must_read=True)
        code = problem.reason
        if verb == settlement.CREATE and self._is_in_flight(verb):
            # An older try may still be carried out: nobody can say yet.
            self.write({"reachable": False, "failure_code": code})
        elif verb == settlement.CREATE:
            self.write({"requested": False, "wanted": self._wanted_after_send()})
            self.failure_code = code
        elif verb == FIND_READER:
            self.write({"wanted": self._wanted_after_send(), "failure_code": code})
        elif verb in (settlement.SEND, settlement.UPDATE):
            again = code == "terminal_reader_timeout" and not self.reader_timeouts
            self.write(
                {
                    "failure_code": code,
                    "reader_timeouts": self.reader_timeouts + 1,
                    "reader_action": settlement.UNREAD,
                }
            )
            if not again:
                self.wanted = self._wanted_after_send()
        elif verb == settlement.CANCEL_ACTION:
            if problem.kind == Kind.busy:
                # The card is being authorized: the answer to the cancel is the next reading.
                return self._rest()
            self.reader_action = settlement.NO_ACTION
        elif self._learn_tip_refusal(verb, problem):
            pass
        elif verb in (settlement.CANCEL_INTENT, settlement.CAPTURE, settlement.INCREMENT):
            if self.intent_status not in ("succeeded", "canceled"):
                if verb != settlement.CANCEL_INTENT:
                    self.capture_refusal = code
                return self._rest()
            return self._next_command(must_read=True)
        elif verb == settlement.REFUND_INTENT:
            if self._is_in_flight(verb):
                return self._rest()
            self.write({"wanted": False, "failure_code": code})
            if code == "charge_already_refunded":
                # By this row or somebody else: the charge tells.
                return self._next_command(must_read=True)
        elif code == "resource_missing" and self.reader_id:
            self.reader_id = False
            return self._next_command(must_read=True)
        else:
            self.write({"reachable": False, "failure_code": code})
        return self._next_command()

    def _rest(self):
        """Leave the row as it is until the next look."""
        self._release()
        return None

    def _summary(self):
        """Return what the event log keeps of an answer."""
        return {
            "payment_intent": self.payment_intent,
            "intent_status": self.intent_status,
            "reader_action": self.reader_action,
            "failure_code": self.failure_code,
            "amount": self.intent_amount,
        }
