from datetime import timedelta

from odoo import fields, models

from ..stripe_terminal import refund_reading, settlement
from ..stripe_terminal.refunding import REFUND
from .pos_payment_method_connection import BROWSER
from .pos_stripe_payment_in_till import IN_PROGRESS
from .pos_stripe_payment_refund import CODE_TOO_MUCH
from .pos_stripe_payment_refund_work import ANSWERED

# A page gives money back at once when it was let, and a bank has answered long before that.
IN_FLIGHT = timedelta(seconds=120)
CODE_ELSEWHERE = "refund_elsewhere"


class PosStripePayment(models.Model):
    """How a till's browser has a refund's card presented, with Stripe's SDK.

    A page asks for the card as for a payment, and once it was read it asks the journal whether it
    may give the money back: from then on a refund may exist. As the SDK names no metadata, a
    refund is known by the charge, the amount, and by not having been there before.
    See https://docs.stripe.com/terminal/features/refunds?terminal-sdk-platform=js
    """

    _inherit = "pos.stripe.payment"

    in_till_refund = fields.Json(
        readonly=True,
        help="The refunded charge, the refunds that it had before the card was first asked for, "
        "and the amounts that a page was let give back since.",
    )

    def _is_refunded_in_till(self):
        """Tell whether the till's browser has the card presented."""
        return self.kind == REFUND and self.on_reader and self.connection == BROWSER

    # What a till asks for

    def _may_pass_on(self):
        # Once a page was let give money back, no other may.
        return super()._may_pass_on() and not (self.kind == REFUND and self.requested)

    def _grant(self):
        """Return what is given back as the journal has it; the SDK refunds charges."""
        if self.kind != REFUND:
            return super()._grant()
        return {
            "refund": {
                "charge": self.charge,
                "amount": self.amount_minor,
                "currency": self.currency_id.name.lower(),
            },
            "reader": self._reader_for_sdk(),
        }

    def _let_refund(self, collector):
        """Let the page that has read the card give the money back, once.

        :return: bool; where it is not True, the page must give nothing back
        """
        self._lock()
        if (
            not self._is_refunded_in_till()
            or self.collector != collector
            or not self._is_collected_in_till()
            or self.state != settlement.COLLECTING
            or self.wanted
            or self.requested
        ):
            return False
        original = self.refunded_payment_id
        original._lock_original()
        if original._refunded_in_till_now(but=self):
            code = CODE_ELSEWHERE
        else:
            code = self.amount_minor > original._left_minor(but=self) and CODE_TOO_MUCH
        if code:
            self._store_report(True, code)
            self._kick(insist=True)
            return False
        now, past = fields.Datetime.now(), self.in_till_refund
        self.write(
            {
                "requested": True,
                "in_flight_since": now,
                "collector_seen_at": now,
                "charge_read": False,
                "in_till_refund": {**past, "amounts": [*past["amounts"], self.amount_minor]},
            }
        )
        self._log("till", "refund", {"amount": self.amount_minor})
        return True

    def _refunded_in_till_now(self, but):
        """Return the other rows of a payment whose page may be giving money back just now."""
        return (self.refund_ids - but).filtered(
            lambda row: row._is_refunded_in_till() and row.requested and not row.refund
        )

    def _store_report(self, is_certain, code):
        if self._is_refunded_in_till():
            self.charge_read = False
            if is_certain:
                self.write(ANSWERED)
            if code == "invalid_card_type":
                code = "refund_wrong_card"
        return super()._store_report(is_certain, code)

    # What differs for the runner

    def _must_read(self):
        action = self.reader_action
        must_read = super()._must_read()
        if self._is_refunded_in_till():
            # What the till does is not for Stripe to tell.
            self.reader_action = action
        return must_read

    def _refund_facts(self):
        facts = super()._refund_facts()
        if not self._is_refunded_in_till():
            return facts
        since = self.in_flight_since
        in_flight = bool(since) and since > fields.Datetime.now() - IN_FLIGHT
        return facts._replace(in_till=True, in_flight=in_flight)

    def _command(self, verb):
        if self.kind == REFUND and verb == settlement.COLLECT_IN_TILL and self.reader_id:
            return self._charge_command()._replace(verb=verb)
        return super()._command(verb)

    def _learn_reply(self, verb, data):
        if self.kind != REFUND or verb != settlement.COLLECT_IN_TILL:
            return super()._learn_reply(verb, data)
        charge = refund_reading.charge_of(data)
        self._learn_charge(charge)
        if not self.refund and self.amount_minor <= self.refundable_minor:
            self._learn_refundable(charge)
        return False

    def _learn_refundable(self, charge):
        """Store that a page may ask for the card, and what was given back before."""
        past = self.in_till_refund or {}
        if past.get("charge") != charge["id"]:
            known = [refund["id"] for refund in refund_reading.refunds_of(charge)]
            past = {"charge": charge["id"], "known": known, "amounts": []}
        self.write(
            {
                **ANSWERED,
                "in_till_refund": past,
                "reader_action": IN_PROGRESS,
                "requested": False,
                "sent_at": fields.Datetime.now(),
                "failure_code": False,
                "wanted": self._wanted_after_send(),
            }
        )

    def _learn_charge(self, charge, refund=None):
        if charge and not refund and self._is_refunded_in_till():
            refund = self._find_unnamed_refund(charge)
        return super()._learn_charge(charge, refund)

    def _find_unnamed_refund(self, charge):
        """Return the Refund that a page has made for this row, or None."""
        original, past = self.refunded_payment_id, self.in_till_refund or {}
        original._lock_original()
        if past.get("charge") != charge["id"] or original._refunded_in_till_now(but=self):
            # Of two tills one only may give back at a time, so that it is clear whose a refund is.
            return None
        known = {*past["known"], *(original.refund_ids - self).mapped("refund")}
        return refund_reading.find_unnamed_refund(charge, known, past["amounts"])

    def _start_refund_attempt(self):
        if self.refund and self.in_till_refund:
            past = self.in_till_refund
            self.in_till_refund = {**past, "known": [*past["known"], self.refund]}
        return super()._start_refund_attempt()

    def _store_state(self, state, verb):
        is_over = state in (settlement.DECLINED, settlement.CANCELED)
        if is_over and self._is_refunded_in_till():
            self.reader_action = settlement.NO_ACTION
        return super()._store_state(state, verb)
