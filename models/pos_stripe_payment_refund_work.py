from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..runner import Command
from ..stripe_terminal import money, refund_reading, refunding, settlement
from ..stripe_terminal.errors import Kind
from ..stripe_terminal.refund_errors import refund_kind_of
from ..stripe_terminal.refunding import CREATE_REFUND, READ_CHARGE, REFUND, RefundFacts
from .pos_stripe_payment_refund import CODE_TOO_MUCH
from .pos_stripe_payment_work import LOOK_PAUSE, PAUSES, now_or_never

# What asks for a refund: its request may be carried out without an answer.
ASKING = (CREATE_REFUND, settlement.SEND)
# Nothing is on its way any more.
ANSWERED = {"in_flight_since": False}
# A bank may send a refund back for so long.
MAY_FAIL_FOR = timedelta(days=30)
# Where no webhook tells of it, Stripe is asked this often.
FAILURE_INTERVAL = timedelta(days=1)
# And where one should have told, which may have failed to arrive.
FAILURE_INTERVAL_TOLD = timedelta(days=7)


class PosStripePayment(models.Model):
    """How the runner carries a refund out; what is not said here it does as for a payment."""

    _inherit = "pos.stripe.payment"

    def _is_final(self):
        if self.kind == REFUND:
            return not self.wanted and self.state == settlement.CANCELED
        # The bank may send back what was given back without an order.
        return super()._is_final() and not self.refund and not self._has_unread_refunds()

    def _has_unread_refunds(self):
        """Tell whether Stripe told of a refund of this payment that was not read since."""
        domain = Domain("line_uuid", "=", self.line_uuid) & Domain("type", "like", "refund")
        if self.refunds_read_at:
            domain &= Domain("received_at", ">=", self.refunds_read_at)
        return bool(self.env["pos.stripe.webhook.event"].search_count(domain, limit=1))

    def _is_outdated(self):
        # Who forced a refund has told the customer that it will be made.
        return not (self.kind == REFUND and self.forced_at) and super()._is_outdated()

    def _must_read(self):
        if self.kind != REFUND:
            return super()._must_read()
        self.charge_read = False
        if self.on_reader and self.requested and self.state != settlement.PAID:
            self.reader_action = settlement.UNREAD
        return bool(self.refund)

    def _settle(self):
        if self.kind != REFUND:
            return super()._settle()
        return refunding.settle_refund(self.state, self.wanted or None, self._refund_facts())

    def _refund_facts(self):
        return RefundFacts(
            refund=self.refund_status or None,
            requested=self.requested,
            in_flight=self._is_in_flight(*ASKING),
            read=self.charge_read,
            enough=self.amount_minor <= self.refundable_minor,
            uncaptured=self._waits_for_capture(),
            on_reader=self.on_reader,
            action=self.reader_action,
            reachable=self.reachable,
        )

    def _store_state(self, state, verb):
        if self.kind == REFUND:
            if state == settlement.DECLINED and not self.failure_code and self._is_too_much():
                self.failure_code = CODE_TOO_MUCH
            if state in (settlement.DECLINED, settlement.CANCELED):
                self.write({"requested": False, **ANSWERED})
            if self.state == settlement.PAID and state != settlement.PAID:
                # The bank sent the money back: what the till recorded is no longer true.
                self.unverified = True
        return super()._store_state(state, verb)

    def _is_too_much(self):
        return bool(self.wanted) and self.charge_read and self.amount_minor > self.refundable_minor

    def _waits_for_capture(self):
        """Tell whether the refunded payment has still to be captured: none of it is left yet."""
        return self.refunded_payment_id.state == settlement.AUTHORIZED

    def _is_still_wanted(self, state):
        if self.kind == REFUND and self.wanted == settlement.COLLECT:
            if self._waits_for_capture() and state == settlement.NEW:
                return True
            if self.forced_at:
                return state == settlement.UNKNOWN
        return super()._is_still_wanted(state)

    # Asking

    def _command(self, verb):
        if self.kind != REFUND:
            if verb == settlement.READ and self.state == settlement.PAID:
                return self._charge_command()
            return super()._command(verb)
        if verb == READ_CHARGE or (verb == settlement.READ and (self.refund or not self.requested)):
            return self._charge_command()
        if verb not in (CREATE_REFUND, settlement.SEND):
            return super()._command(verb)
        if verb == settlement.SEND and not self.reader_id:
            return super()._command(verb)
        gateway = self.provider_id._stripe_terminal_gateway()
        params, key = self._ask(verb, self._refund_params())
        self.write({"create_request": False, "requested": True})
        if verb == CREATE_REFUND:
            params = {**params, "reason": "requested_by_customer"}
            return Command(verb, now_or_never(lambda: gateway.create_refund(params, key)))
        self._begin_try()
        reader = self.reader_id.stripe_id
        return Command(verb, now_or_never(lambda: gateway.refund_payment(reader, params, key)))

    def _charge_command(self):
        """Return the request that reads the charge and its refunds."""
        gateway = self.provider_id._stripe_terminal_gateway()
        if self.kind == REFUND and self.refund:
            refund = self.refund
            return Command(READ_CHARGE, lambda: gateway.retrieve_refund(refund))
        original = self.refunded_payment_id or self
        reference = original.payment_intent or original.charge or ""
        return Command(READ_CHARGE, lambda: gateway.retrieve_refunded_charge(reference))

    def _refund_params(self):
        """Return what a refund says at Stripe, so that it is found again, by us and by people."""
        original = self.refunded_payment_id
        refunded = (
            {"payment_intent": original.payment_intent}
            if original.payment_intent
            else {"charge": original.charge}
        )
        return {
            **refunded,
            "amount": self.amount_minor,
            "metadata": self._refund_metadata(),
        }

    def _refund_metadata(self):
        return {
            "odoo_database": self.env.cr.dbname,
            "pos_order": self.order_ref or "",
            "pos_order_uuid": self.order_uuid or "",
            "pos_payment_line_uuid": self.line_uuid,
            refund_reading.ATTEMPT: str(self.attempt),
            "pos_register": self.config_id.name,
            "pos_session": self.session_id.name,
        }

    # Learning

    def _learn_intent(self, intent):  # pylint: disable=missing-return
        # A refund row has no PaymentIntent of its own.
        return None if self.kind == REFUND else super()._learn_intent(intent)

    def _learn_reply(self, verb, data):
        if verb == READ_CHARGE and self.kind != REFUND:
            self._learn_refunds(refund_reading.charge_of(data))
            return False
        if self.kind != REFUND or verb not in (
            *ASKING,
            READ_CHARGE,
            settlement.READ,
        ):
            return super()._learn_reply(verb, data)
        now = fields.Datetime.now()
        self.last_read_at = now
        if data["object"] == "terminal.reader":
            values, refund_id = refund_reading.refund_action_values(
                data, self.line_uuid, self.attempt
            )
            if verb == settlement.SEND:
                self.wanted = self._wanted_after_send()
                values["sent_at"] = now
            code = values.get("failure_code")
            values = self._without_past_failure(values, code and [code, None, None])
            if values["reader_action"] != settlement.NO_ACTION:
                self._forget(settlement.SEND)
            self.write({**values, "refund": refund_id or self.refund, "charge_read": False})
            return False
        if data["object"] == "refund":
            self._learn_charge(data["charge"], data)
        else:
            self._learn_charge(refund_reading.charge_of(data))
        return False

    def _learn_charge(self, charge, refund=None):
        """Store what Stripe says of the refunded charge and of the refund, if there is one.

        :param dict | None charge: a Charge with its refunds; None when nothing was charged
        :param dict | None refund: the Refund itself
        """
        original = self.refunded_payment_id
        original._lock_original()
        self.charge_read = True
        if not charge or charge["status"] != "succeeded":
            self.write({"refundable_minor": 0, "failure_code": "refund_not_found"})
            return
        original._learn_refunds(charge)
        refund = refund or refund_reading.find_refund(charge, self.line_uuid, self.attempt)
        self.livemode = original.livemode
        if refund:
            self._forget(*ASKING)
            self.write(
                {
                    **refund_reading.card_values(charge, refund),
                    **refund_reading.refund_values(refund),
                    # What was asked for first counts, also when another amount was typed since.
                    "amount_minor": refund["amount"],
                    "requested": True,
                    "reader_action": settlement.NO_ACTION,
                }
            )
            return
        self.write(refund_reading.card_values(charge, None))
        if charge["currency"].upper() != self.currency_id.name:
            self.write({"failure_code": "refund_other_currency", "refundable_minor": 0})
        elif not original._is_proven():
            # Taken from what a cashier can write, by a former version of this addon.
            self.write({"failure_code": "refund_not_adopted", "refundable_minor": 0})
        elif not charge["captured"]:
            code = False if self._waits_for_capture() else "refund_not_captured"
            self.write({"failure_code": code, "refundable_minor": 0})
        else:
            self.refundable_minor = original._left_minor(but=self)
        if refund_reading.is_in_person(charge) and not self.on_reader:
            self.on_reader = True
            if not self._hold_reader():
                self.write({"wanted": False, "failure_code": self._leased_code()})

    def _learn_refunds(self, charge):
        """Store on a payment what Stripe says of its charge and of all that went back."""
        if not charge:
            return
        own = refund_reading.find_refund(charge, self.line_uuid, self.attempt)
        if own:
            # Given back without an order; its answer may have been lost.
            self._forget(settlement.REFUND_INTENT)
            self.refund = own["id"]
        values = {
            "refunds": refund_reading.refunds_of(charge),
            "refunded_minor": refund_reading.refunded_of(charge),
            "disputed": bool(charge.get("disputed")),
            "refunds_read_at": fields.Datetime.now(),
            "last_read_at": fields.Datetime.now(),
        }
        self.write(values)

    def _learn_silence(self, verb, problem):
        if self.kind != REFUND:
            return super()._learn_silence(verb, problem)
        if problem.http_status:
            # Stripe would replay this answer under the same key.
            self.command += 1
        # Whatever was asked may have been done.
        self.charge_read = False
        if verb == settlement.SEND:
            self.reader_action = settlement.UNREAD
        self.tries += 1
        if self.tries <= len(PAUSES):
            must_read = bool(self.refund) and verb == READ_CHARGE
            return self._next_command(must_read=must_read, pause=PAUSES[self.tries - 1])
        self.write({"reachable": False, "failure_code": problem.code})
        return self._next_command()

    def _learn_refusal(self, verb, problem):
        if verb == READ_CHARGE and self.kind != REFUND:
            return self._rest()
        if self.kind != REFUND or verb not in (
            *ASKING,
            READ_CHARGE,
            settlement.READ,
        ):
            return super()._learn_refusal(verb, problem)
        code = self._refusal_code(problem)
        self.write(
            {
                "tries": 0,
                "command": self.command + 1,
                "reachable": True,
                "charge_read": False,
            }
        )
        if verb == settlement.READ and code == "resource_missing":
            # The reader is gone; what it did is found at the charge.
            self.write({"reader_id": False, "reader_action": settlement.NO_ACTION})
            return self._next_command()
        if verb not in ASKING:
            if code == "resource_missing":
                code = "refund_not_found"
            self.write({"failure_code": code, "reachable": not self.requested, "wanted": False})
            return self._next_command()
        in_flight = self._is_in_flight(verb)
        if verb == CREATE_REFUND and in_flight:
            # An older try may still be carried out: nobody can say yet.
            self.write({"failure_code": code, "reachable": False})
            return self._next_command()
        is_about_the_rest = problem.code == "charge_already_refunded" or problem.param == "amount"
        if is_about_the_rest and self.failure_code != CODE_TOO_MUCH:
            # Somebody was faster: read how much is left.
            self.write({"failure_code": CODE_TOO_MUCH, "requested": False})
            return self._next_command()
        if verb == CREATE_REFUND:
            self.write({"failure_code": code, "wanted": False, "requested": False})
            return self._next_command()
        again = code == "terminal_reader_timeout" and not self.reader_timeouts
        self.write(
            {
                "failure_code": code,
                "reader_timeouts": self.reader_timeouts + 1,
                "reader_action": settlement.UNREAD,
                "wanted": self.wanted if again else self._wanted_after_send(),
            }
        )
        if problem.kind != Kind.ambiguous and not in_flight:
            # The reader does not have it.
            self.write({"requested": False, "reader_action": settlement.NO_ACTION})
        return self._next_command()

    def _refusal_code(self, problem):
        """Return the most precise code of a refused refund that has a sentence."""
        codes = (problem.decline_code, problem.code)
        known = [code for code in codes if refund_kind_of(code)]
        return known[0] if known else problem.code

    def _summary(self):
        if self.kind != REFUND:
            return super()._summary()
        return {
            "refund": self.refund,
            "refund_status": self.refund_status,
            "reader_action": self.reader_action,
            "failure_code": self.failure_code,
            "left": float(money.to_major(self.refundable_minor, self.currency_id.name)),
        }

    # Nobody asks any more

    def _look_pause(self):
        """Leave a refund that was made alone for days, unless Stripe tells of it."""
        is_made = self.refund and self.refund_status not in refunding.UNSETTLED
        if self.stuck_since or self.state != settlement.PAID or not is_made:
            return super()._look_pause()
        is_told = bool(self.provider_id.stripe_terminal_webhook_secret)
        return FAILURE_INTERVAL_TOLD if is_told else FAILURE_INTERVAL

    @api.model
    def _cron_domains(self, now):
        """Add refunds that are not settled, those that a bank may still send back, and unread ones.

        What Stripe told of is read by whom it woke, unless that one was killed.
        """
        may_change = Domain("refund_status", "in", refunding.UNSETTLED) | Domain(
            "settled_at", ">", now - MAY_FAIL_FOR
        )
        is_made = Domain("refund", "!=", False) & Domain("state", "=", settlement.PAID)
        return [
            *super()._cron_domains(now),
            is_made & may_change & self._due_domain(now),
            Domain("id", "in", self._told_unread(now)) & self._due_domain(now),
        ]

    @api.model
    def _told_unread(self, now):
        """Return the ids of the rows with a refund that Stripe told of and nobody has read."""
        self.env["pos.stripe.webhook.event"].flush_model()
        self.flush_model(["line_uuid", "refunds_read_at", "state"])
        self.env.cr.execute(
            SQL(
                """SELECT payment.id
                     FROM pos_stripe_webhook_event AS event
                     JOIN pos_stripe_payment AS payment ON payment.line_uuid = event.line_uuid
                    WHERE strpos(event.type, 'refund') > 0
                      AND event.received_at < %s
                      AND payment.kind = %s
                      AND payment.state = %s
                      AND (payment.refunds_read_at IS NULL
                           OR payment.refunds_read_at <= event.received_at)""",
                now - LOOK_PAUSE,
                refunding.PAYMENT,
                settlement.PAID,
            )
        )
        return [payment_id for (payment_id,) in self.env.cr.fetchall()]
