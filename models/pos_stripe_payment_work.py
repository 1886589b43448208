from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..fetching import fetch_joined
from ..runner import RowTaken

# A till looks after its own payments; the cron takes those that no till has asked about lately.
LOOK_PAUSE = timedelta(seconds=30)
LOOK_PAUSE_MAX = timedelta(hours=1)
LOOK_GROWTH = 4
BUS_NAME = "STRIPE_TERMINAL_PAYMENT"
# What a step needs of other records.
NEEDED = {
    "config_id": ["access_token", "name"],
    "currency_id": ["decimal_places", "name", "rounding"],
    "provider_id": ["company_id", "stripe_secret_key", "stripe_terminal_account"],
    "reader_id": ["stripe_id"],
    "session_id": ["name"],
}
NEEDED_TO_TELL = {
    "": ["carry_due", "company_id", "config_id"],
    "config_id": ["access_token", "name"],
}


class PosStripePayment(models.Model):
    """What the runner calls; what is done at Stripe for the row is in `flows`."""

    _inherit = "pos.stripe.payment"

    seen_failure = fields.Json(
        readonly=True, help="The failure that Stripe showed last, see `reading.failure_mark`."
    )
    past_failure = fields.Json(
        readonly=True, help="The failure that Stripe showed before the card was last asked for."
    )
    unanswered = fields.Json(
        readonly=True,
        help="By verb: the last request's parameters, key and time, whether it is being made now "
        "(asking), a try was never answered (lost), or a later one met a failure (failed).",
    )
    lost_at = fields.Datetime(
        readonly=True, help="When a request was made last that was never answered."
    )

    _lost_idx = models.Index("(lost_at) WHERE lost_at IS NOT NULL")

    def _claim(self):
        """Take the row for this process and return the first command, see `Flow.claim`.

        :raise RowTaken: another process or thread has it
        """
        if not self._fetch_whole(SQL("FOR NO KEY UPDATE OF pos_stripe_payment SKIP LOCKED")):
            raise RowTaken
        return self._flow().claim()

    def _apply_answer(self, command, reply, problem, took):
        """Store what Stripe answered and return the next command, see `Flow.apply_answer`."""
        self._fetch_whole(SQL("FOR NO KEY UPDATE OF pos_stripe_payment"))
        return self._flow().apply_answer(command, reply, problem, took)

    def _fetch_whole(self, lock):
        """Lock the row and read it with what its steps need of other records.

        :param SQL lock: which lock is taken
        :return: whether it was found, and locked
        """
        is_found = bool(fetch_joined(self, self._is_it(), NEEDED, lock))
        if is_found:
            self._locked().add(self.id)
        return is_found

    def _is_it(self):
        return SQL("pos_stripe_payment.id = %s", self.id)

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

    @staticmethod
    def _pause_since(since):
        age = fields.Datetime.now() - since
        return min(max(LOOK_PAUSE, age / LOOK_GROWTH), LOOK_PAUSE_MAX)

    def _notify_till(self):
        """Tell the tills of the register that something changed; they read it back themselves."""
        fetch_joined(self, self._is_it(), NEEDED_TO_TELL)
        # The runner's user has a company to look up.
        register = self.config_id.with_company(self.company_id)
        register._notify(BUS_NAME, {"id": self.id})
