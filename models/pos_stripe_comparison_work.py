from datetime import timedelta, timezone

from odoo import fields, models
from odoo.tools import SQL

from .. import lease, runner
from ..stripe_terminal.errors import StripeProblem
from ..stripe_terminal.listing import read_intents, read_refunds
from .pos_stripe_comparison import ASKING, DONE, FAILED

# A long list takes many requests, and its thread is the only one that reads it.
LEASE = timedelta(minutes=5)
# The clocks of Stripe and of this server may differ by as much.
CLOCK_MARGIN = timedelta(hours=1)
PAUSE = 0.5  # seconds before the one retry


def _read_all(lists):
    """Return the PaymentIntents and Refunds of several accounts.

    :param lists: of each account what `read_intents` takes
    """
    return [
        found
        for arguments in lists
        for read in (read_intents, read_refunds)
        for found in read(*arguments).values()
    ]


class PosStripeComparison(models.Model):
    """How the runner carries a comparison out: claim, ask Stripe, learn, as in the journal."""

    _inherit = "pos.stripe.comparison"

    def _claim(self):
        """Take the row for this process and return the request to make, or None.

        :raise RowTaken: another process or thread has it
        """
        self.env.cr.execute(
            SQL(
                "SELECT id FROM pos_stripe_comparison WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED",
                self.id,
            )
        )
        if not self.env.cr.rowcount:
            raise runner.RowTaken
        is_leased = self.lease_until and self.lease_until > fields.Datetime.now()
        if is_leased and not lease.is_gone(self.lease_owner):
            raise runner.RowTaken
        if self.state != ASKING:
            return None
        self.write(
            {
                "lease_owner": lease.owner(),
                "lease_until": fields.Datetime.now() + LEASE,
                "journal": self._journal(),
            }
        )
        try:
            return self._command()
        except StripeProblem as problem:
            # No key: the request could not even be put together.
            return self._learn(None, None, problem, 0)

    def _command(self):
        """Return the one request, which reads all pages of all accounts of the session.

        :raise StripeProblem: when there is no key to ask with
        """
        rows, session = self._rows(), self.session_id
        dbname, session_name, uuids = (
            self.env.cr.dbname,
            session.name,
            set(rows.mapped("line_uuid")),
        )
        since = (session.start_at or session.create_date) - CLOCK_MARGIN
        since = int(since.replace(tzinfo=timezone.utc).timestamp())

        def is_ours(metadata):
            return metadata.get("odoo_database") == dbname and (
                metadata.get("pos_session") == session_name
                or metadata.get("pos_payment_line_uuid") in uuids
            )

        providers = rows.provider_id
        for method in session._stripe_terminal_methods():
            providers |= method._stripe_terminal_provider()
        lists = [
            (
                provider._stripe_terminal_gateway(),
                since,
                is_ours,
                {row._transaction_id() for row in rows if row.provider_id == provider} - {False},
            )
            for provider in providers
        ]
        return runner.Command("compare", lambda: _read_all(lists))

    def _learn(self, command, reply, problem, took):
        """Store what Stripe said and return None, or the request again after a first silence.

        :param Command | None command: what was asked, None when nothing could be asked
        :param list | None reply: the session's PaymentIntents, as `stripe_terminal.closing.Intent`
        :param StripeProblem | None problem: what went wrong instead
        :param int took: milliseconds
        """
        if self.lease_owner != lease.owner():
            return None
        if command and problem and not problem.answered and not self.tries:
            self.tries += 1
            return command._replace(pause=PAUSE)
        self.write(
            {
                "state": FAILED if problem else DONE,
                "failure_code": problem and problem.reason,
                "intents": reply,
                "compared_at": fields.Datetime.now(),
            }
        )
        self._release()
        return None

    def _release(self):
        """Give the row back."""
        self.write({"lease_owner": False, "lease_until": False})
