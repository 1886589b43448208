import time
from datetime import timedelta

from odoo import fields

# A request leaves within `SEND_WITHIN` of being written down, and what Stripe does at all it has
# done after 80 s, the time limit of its own libraries.
IN_FLIGHT = timedelta(seconds=100)
# What came even later than that is found by looking again for so long.
WATCHED_FOR = timedelta(hours=24)
# Stripe knows a key for a day; a younger one is certainly known.
KEY_LIFE = 20 * 3600  # seconds
# What a person reads of an order in Stripe's dashboard may change, the request stays the same.
REMARKS = ("description", "metadata")
# Nothing of what was asked for before is to come any more.
ALL_ANSWERED = {"unanswered": False, "lost_at": False}


def _substance(params):
    """Return what of a request's parameters says what is to be done."""
    return {name: value for name, value in (params or {}).items() if name not in REMARKS}


class Unanswered:
    """The requests of a row that Stripe has not answered, and the keys they were made with.

    An answer tells of the request that it answers only: a refusal or a failure that a later try
    meets says nothing of an older one that was never answered, and which may still be carried out.
    Such a request is repeated as it was, with its key, which Stripe carries out once; another one
    takes its place only when its time is over and Stripe was read after that.

    :param row: a `pos.stripe.payment`
    """

    def __init__(self, row):
        self.row = row

    def of(self, verb):
        """Return how a verb was asked for that has no answer yet, or None."""
        return (self.row.unanswered or {}).get(verb)

    def ask(self, verb, params):
        """Write down that a request is made now.

        :param dict params: what is wanted; what may still be on its way is asked for instead
        :return: tuple of the parameters and the idempotency key to make it with
        """
        asked = self.of(verb)
        if asked and not self.is_in_flight(verb):
            is_other = _substance(asked["params"]) != _substance(params)
            if is_other or asked.get("failed") or asked["at"] < time.time() - KEY_LIFE:
                asked = None
                self.row.command += 1
        if not asked:
            asked = {"params": params, "key": self._key(verb), "at": int(time.time())}
        self._keep(verb, {**asked, "asking": True})
        self.row.in_flight_since = fields.Datetime.now()
        return asked["params"], asked["key"]

    def _key(self, verb):
        """Return the idempotency key of the request that the row would make now.

        It stays the same until Stripe has answered, so that a lost answer is replayed and not
        executed again. See https://docs.stripe.com/api/idempotent_requests
        """
        row = self.row
        database = row.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"{database}:{row.line_uuid}:{row.attempt}:{verb}:{row.command}"

    def _keep(self, verb, asked):
        """Store the state of a request; None: nothing of it is to come any more."""
        unanswered = {**(self.row.unanswered or {}), verb: asked}
        unanswered = {verb: kept for verb, kept in unanswered.items() if kept}
        self.row.unanswered = unanswered or False
        if not any(kept.get("lost") for kept in unanswered.values()):
            self.row.lost_at = False

    def forget(self, *verbs):
        """Note that Stripe was read and shows what requests have done."""
        for verb in verbs:
            if self.of(verb):
                self._keep(verb, None)

    def note_outcome(self, verb, problem):
        """Note what an answer, or its absence, tells of the request that was just made.

        :param StripeProblem | None problem: None when Stripe did what was asked
        """
        asked = self.of(verb)
        if not asked or (problem and problem.is_unsent):
            return
        status = problem and problem.http_status
        asked = {**asked, "asking": False}
        if problem and status in (None, 409):
            # After a 409 an older try with this key is still being carried out.
            asked["lost"] = True
            self.row.lost_at = self.row.in_flight_since
        elif not problem or (status != 429 and not asked.get("lost")):
            asked = None
        elif status >= 500:
            # Stripe may replay that failure under the key for a day.
            asked["failed"] = True
        self._keep(verb, asked)
        self.row.in_flight_since = False

    def note_lost(self, first_verb):
        """Note at the start that what was being asked for has lost who would hear the answer.

        :param str first_verb: by which the row begins at Stripe
        """
        row = self.row
        is_old = row.requested and "key" in (row.create_request or {})
        if is_old and not (row.payment_intent or row.unanswered):
            # Asked for by an older version of this program.
            self._keep(first_verb, {**row.create_request, "asking": True})
        for verb, asked in (row.unanswered or {}).items():
            if asked.get("asking"):
                row.lost_at = row.in_flight_since or row.lost_at
                self._keep(verb, {**asked, "asking": False, "lost": True})

    def is_lost(self, *verbs):
        """Tell whether one of some requests was never answered, however long ago."""
        return any((self.of(verb) or {}).get("lost") for verb in verbs)

    def is_in_flight(self, *verbs):
        """Tell whether Stripe may still carry a request out that was never answered."""
        lost_at = self.row.lost_at
        return bool(lost_at) and lost_at > _ago(IN_FLIGHT) and self.is_lost(*verbs)

    def is_watched(self, *verbs):
        """Tell whether a row at rest is read again, for what may be carried out later than ever."""
        lost_at = self.row.lost_at
        return bool(lost_at) and lost_at >= _ago(WATCHED_FOR) and self.is_lost(*verbs)


def _ago(duration):
    return fields.Datetime.now() - duration
