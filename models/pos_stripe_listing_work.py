from datetime import timedelta, timezone

from odoo import fields, models
from odoo.tools import SQL

from .. import lease, runner
from ..guard import quiet_lock
from ..stripe_terminal import pace
from ..stripe_terminal.errors import Kind, StripeProblem
from ..stripe_terminal.listing import read_one, read_page
from .pos_stripe_listing import INTENTS, ONE_BY_ONE, REFUNDS

# Of one page; with each one that arrives it begins anew, and `renewal` makes it longer.
LEASE = timedelta(seconds=lease.LASTS)
# Seconds before each further try of a page that has no answer.
PAUSES = (0.5, 2)
# Another account has its turn after so many.
PAGES_AT_ONCE = 10
READ_PAGE = "read_page"
READ_ONE = "read_one"


def _to_unix(moment):
    return int(moment.replace(tzinfo=timezone.utc).timestamp())


class PosStripeListing(models.Model):
    """How the runner carries a listing out: it claims, asks and applies, as in the journal."""

    _inherit = "pos.stripe.listing"

    def _claim(self):
        """Take the listing for this process, go on or begin, and return the request to make.

        :return: None when nobody waits for it
        :raise RowTaken: another process or thread has it
        """
        self.env.cr.execute(
            SQL("SELECT id FROM pos_stripe_listing WHERE id = %s FOR UPDATE SKIP LOCKED", self.id),
            log_exceptions=False,
        )
        if not self.env.cr.rowcount or self._is_leased():
            raise runner.RowTaken
        if not self.stage and not self._begin():
            return None
        self.lease_owner = lease.new()
        return self._next_command()

    def _begin(self):
        """Begin a listing for all who wait; False when nobody does."""
        comparisons = self._waiting(self.number + 1)
        if not comparisons:
            return False
        comparisons._begin()
        self.write(
            {
                "number": self.number + 1,
                "stage": INTENTS,
                "since": min(comparison._since() for comparison in comparisons),
                "refunds_since": min(comparison._refunds_since() for comparison in comparisons),
                "cursor": False,
                "pages": 0,
                "count": 0,
                "unknown_ids": [],
                "tries": 0,
            }
        )
        return True

    def _next_command(self):
        """Return the request that is to be made next, under a lease that begins now.

        :return: None at the end, and when it is another account's turn
        """
        comparisons = self._waiting(self.number)
        if not comparisons:
            return self._finish(comparisons)
        try:
            gateway = self._gateway()
        except StripeProblem as problem:
            return self._finish(comparisons, problem)
        self.lease_until = fields.Datetime.now() + LEASE
        if self.stage == ONE_BY_ONE:
            missing = sorted(comparisons._missing_ids(self.account) - set(self.unknown_ids or []))
            if not missing:
                return self._finish(comparisons)
            return self._command(READ_ONE, lambda: read_one(gateway, missing[0]))
        is_refunds = self.stage == REFUNDS
        read = gateway.list_refunds if is_refunds else gateway.list_payment_intents
        since = _to_unix(self.refunds_since if is_refunds else self.since)
        cursor = self.cursor or None
        return self._command(READ_PAGE, lambda: read_page(read, since, cursor))

    def _command(self, verb, perform):
        """Return a request as the runner is to make it: after all that somebody pays with."""
        return runner.Command(
            verb,
            perform,
            lease=self.lease_owner,
            account=self.account,
            precedence=pace.COMPARISON,
        )

    def _gateway(self):
        """Return the `Gateway` of the account.

        :raise StripeProblem: its key is not in use any more
        """
        if self.provider_id._stripe_terminal_key_mark() != self.account:
            raise StripeProblem(Kind.misconfigured, "no_secret_key")
        return self.provider_id._stripe_terminal_gateway()

    def _apply_answer(self, command, reply, problem, took):
        """Hand what Stripe said to those who wait, and return the next request, or None.

        :param Command command: what was asked
        :param Page | None reply: what Stripe listed
        :param StripeProblem | None problem: what went wrong instead
        :param int took: milliseconds
        """
        # Its lease may just be renewed.
        quiet_lock(self)
        if self.lease_owner != command.lease:
            return None
        comparisons = self._waiting(self.number)
        if problem and command.verb == READ_ONE and problem.code == "resource_missing":
            missing = sorted(comparisons._missing_ids(self.account) - set(self.unknown_ids or []))
            self.unknown_ids = [*(self.unknown_ids or []), *missing[:1]]
        elif problem:
            is_passing = not problem.answered or problem.http_status == 429
            if is_passing and self.tries < len(PAUSES):
                self.write({"tries": self.tries + 1, "lease_until": fields.Datetime.now() + LEASE})
                return command._replace(pause=PAUSES[self.tries - 1])
            return self._finish(comparisons, problem)
        else:
            comparisons._take(reply.found)
            self._note_page(reply)
        self.write({"tries": 0, "pages": self.pages + 1, "progress_at": fields.Datetime.now()})
        if self.pages % PAGES_AT_ONCE:
            return self._next_command()
        self._release()
        self._kick()
        return None

    def _note_page(self, page):
        if self.stage == INTENTS:
            self.count += len(page.found)
        self.cursor = page.cursor
        if not page.cursor and self.stage != ONE_BY_ONE:
            self.stage = REFUNDS if self.stage == INTENTS else ONE_BY_ONE

    def _finish(self, comparisons, problem=None):
        """End the listing, and have the next one begin if somebody waits for it already.

        :param comparisons: those that have waited for this one
        :param StripeProblem | None problem: why there is no answer
        """
        comparisons._finish(self, problem)
        self.write({"stage": False, "cursor": False})
        self._release()
        if self._waiting(self.number + 1):
            self._kick()

    def _release(self):
        """Give the listing back."""
        self.write({"lease_owner": False, "lease_until": False})

    def _get_stuck(self):
        """Give the listing back that did not come to an end; returns whether that is news."""
        quiet_lock(self)
        self._release()
        return True
