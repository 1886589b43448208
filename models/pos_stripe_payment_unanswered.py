import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..stripe_terminal import settlement
from ..stripe_terminal.refunding import CREATE_REFUND, REFUND
from ..stripe_terminal.settlement import DECLINED, PAID, REFUND_INTENT, SEND
from .pos_stripe_payment_work import KEY_LIFE

# A request leaves within `SEND_WITHIN` of being written down, and what Stripe does at all it has
# done after 80 s, the time limit of its own libraries.
IN_FLIGHT = timedelta(seconds=100)
# What came even later than that is found by looking again for so long.
WATCHED_FOR = timedelta(hours=24)
WATCHED_ROWS = 50
# What a person reads of an order in Stripe's dashboard may change, the request stays the same.
REMARKS = ("description", "metadata")


def _substance(params):
    """Return what of a request's parameters says what is to be done."""
    return {name: value for name, value in (params or {}).items() if name not in REMARKS}


class PosStripePayment(models.Model):
    """The requests of a row that Stripe has not answered, and the keys they were made with.

    An answer tells of the request that it answers only: a refusal or a failure that a later try
    meets says nothing of an older one that was never answered, and which may still be carried out.
    Such a request is repeated as it was, with its key, which Stripe carries out once; another one
    takes its place only when its time is over and Stripe was read after that.
    """

    _inherit = "pos.stripe.payment"

    unanswered = fields.Json(
        readonly=True,
        help="By verb: the last request's parameters, key and time, whether it is being made now "
        "(asking), a try was never answered (lost), or a later one met a failure (failed).",
    )
    lost_at = fields.Datetime(
        readonly=True, help="When a request was made last that was never answered."
    )

    _lost_idx = models.Index("(lost_at) WHERE lost_at IS NOT NULL")

    def _ask(self, verb, params):
        """Write down that a request is made now.

        :param dict params: what is wanted; what may still be on its way is asked for instead
        :return: tuple of the parameters and the idempotency key to make it with
        """
        asked = (self.unanswered or {}).get(verb)
        if asked and not self._is_in_flight(verb):
            is_other = _substance(asked["params"]) != _substance(params)
            if is_other or asked.get("failed") or asked["at"] < time.time() - KEY_LIFE:
                asked = None
                self.command += 1
        if not asked:
            key = self._idempotency_key(verb)
            asked = {"params": params, "key": key, "at": int(time.time())}
        self._keep(verb, {**asked, "asking": True})
        self.in_flight_since = fields.Datetime.now()
        return asked["params"], asked["key"]

    def _keep(self, verb, asked):
        """Store the state of a request; None: nothing of it is to come any more."""
        unanswered = {**(self.unanswered or {}), verb: asked}
        self.unanswered = {verb: kept for verb, kept in unanswered.items() if kept} or False
        if not any(kept.get("lost") for kept in (self.unanswered or {}).values()):
            self.lost_at = False

    def _forget(self, *verbs):
        """Note that Stripe was read and shows what requests have done."""
        for verb in verbs:
            if verb in (self.unanswered or {}):
                self._keep(verb, None)

    def _learn_outcome(self, verb, problem):
        """Note what an answer, or its absence, tells of the request that was just made.

        :param StripeProblem | None problem: None when Stripe did what was asked
        """
        asked = (self.unanswered or {}).get(verb)
        if not asked or (problem and problem.is_unsent):
            return
        status = problem and problem.http_status
        asked = {**asked, "asking": False}
        if problem and status in (None, 409):
            # After a 409 an older try with this key is still being carried out.
            asked["lost"] = True
            self.lost_at = self.in_flight_since
        elif not problem or (status != 429 and not asked.get("lost")):
            asked = None
        elif status >= 500:
            # Stripe may replay that failure under the key for a day.
            asked["failed"] = True
        self._keep(verb, asked)
        self.in_flight_since = False

    def _note_lost(self):
        """Note at the start that what was being asked for has lost who would hear the answer."""
        verb = settlement.CREATE
        if self.kind == REFUND:
            verb = SEND if self.on_reader else CREATE_REFUND
        is_old = self.requested and "key" in (self.create_request or {})
        if is_old and not (self.payment_intent or self.unanswered):
            # Asked for by an older version of this program.
            self._keep(verb, {**self.create_request, "asking": True})
        for verb, asked in (self.unanswered or {}).items():
            if asked.get("asking"):
                self.lost_at = self.in_flight_since or self.lost_at
                self._keep(verb, {**asked, "asking": False, "lost": True})

    def _is_lost(self, verb):
        """Tell whether a request was never answered, however long ago."""
        return bool((self.unanswered or {}).get(verb, {}).get("lost"))

    def _is_in_flight(self, *verbs):
        """Tell whether Stripe may still carry a request out that was never answered."""
        is_recent = bool(self.lost_at) and self.lost_at > fields.Datetime.now() - IN_FLIGHT
        return is_recent and any(self._is_lost(verb) for verb in verbs)

    def _is_watched(self):
        """Tell whether a row at rest is read again, for what may be carried out later than ever."""
        if not self.lost_at or self.lost_at < fields.Datetime.now() - WATCHED_FOR:
            return False
        verbs = {PAID: (REFUND_INTENT,), DECLINED: (SEND,)}.get(self.state, ())
        if not self.payment_intent:
            verbs = (settlement.CREATE,)
        if self.kind == REFUND:
            verbs = () if self.state == PAID else (SEND, CREATE_REFUND)
        return any(self._is_lost(verb) for verb in verbs)

    # What differs for the runner

    def _is_final(self):
        return super()._is_final() and not self._is_watched()

    def _must_read(self):
        self._note_lost()
        must_read = super()._must_read()
        if self.kind == REFUND:
            return must_read or (self._is_watched() and not self.requested)
        if self._is_lost(settlement.CREATE) and not self._is_in_flight(settlement.CREATE):
            # Look for what it made before another one is made.
            self.write({"requested": True, "create_failed": True})
        # An amount that was asked for in vain may be the PaymentIntent's meanwhile.
        return must_read or (bool(self.payment_intent) and self._is_lost(settlement.UPDATE))

    @api.model
    def _cron_domains(self, now):
        """Add rows at rest with a request that was never answered."""
        lost = self.search(
            Domain("lost_at", ">", now - WATCHED_FOR)
            & Domain("state", "not in", settlement.OPEN_STATES)
            & self._due_domain(now),
            order="look_at NULLS FIRST",
            limit=WATCHED_ROWS,
        )
        watched = lost.filtered(lambda row: row._is_watched())
        return [*super()._cron_domains(now), Domain("id", "in", watched.ids)]

    # New attempts

    def _start_attempt(self):
        self.write({"unanswered": False, "lost_at": False})
        return super()._start_attempt()

    def _start_refund_attempt(self):
        if self._is_watched():
            # The same is asked for with the same key, which Stripe carries out once.
            return self.write({"settled_at": False, "reader_action": settlement.NO_ACTION})
        self.write({"unanswered": False, "lost_at": False})
        return super()._start_refund_attempt()
