from collections import defaultdict
from datetime import timedelta, timezone

from odoo import fields, models
from odoo.fields import Domain

from .pos_stripe_comparison import DONE, FAILED

# The clocks of Stripe and of this server may differ by as much.
CLOCK_MARGIN = timedelta(hours=1)
# A register that was closed for longer is not asked about all refunds of that time.
MOST_CLOSED = timedelta(days=31)


class PosStripeComparison(models.Model):
    """What comparisons take from the listings that they wait for."""

    _inherit = "pos.stripe.comparison"

    def _since(self):
        """Return from when on the account's PaymentIntents may be the session's."""
        return self._opened_at() - CLOCK_MARGIN

    def _opened_at(self):
        return self.session_id.start_at or self.session_id.create_date

    def _refunds_since(self):
        """Return from when on refunds of the register's payments were told at no closing."""
        before = self._session_before()
        earliest = self._opened_at() - MOST_CLOSED
        return max(before.stop_at or earliest, earliest) - CLOCK_MARGIN

    def _session_before(self):
        """Return the register's last session before this one, which may be none."""
        return self.env["pos.session"].search(
            [
                ("config_id", "=", self.session_id.config_id.id),
                ("id", "<", self.session_id.id),
                ("state", "=", "closed"),
                ("rescue", "=", False),
            ],
            order="id desc",
            limit=1,
        )

    def _begin(self):
        """Note how the journal stands when Stripe is asked; what happens later is not compared."""
        for comparison in self.filtered(lambda comparison: not comparison.journal):
            comparison.journal = comparison._journal()

    def _take(self, listed):
        """Keep of a page what concerns each session.

        :param list listed: as `stripe_terminal.listing.Listed`
        """
        concerned = self._concerned(listed)
        for comparison in self:
            known = {values[0] for values in comparison.intents or []}
            session, since = comparison.session_id, comparison._refunds_since()
            since = int(since.replace(tzinfo=timezone.utc).timestamp())
            found = []
            for one in listed:
                sessions, registers = concerned[one.intent.id]
                is_named = (one.database, one.session) == (self.env.cr.dbname, session.name)
                # What was refunded of what the register has taken before.
                is_late = session.config_id.id in registers and one.intent.created >= since
                if is_named or is_late or session.id in sessions or one.intent.payment in known:
                    found.append(one.intent)
            if found:
                comparison.intents = [*(comparison.intents or []), *found]

    def _concerned(self, listed):
        """Return which sessions and registers each listed object concerns, as the journal has it.

        :return: dict of tuples of two sets of ids, by the id at Stripe; only refunds
            concerns a register as a whole
        """
        dbname = self.env.cr.dbname
        ids = [one.intent.id for one in listed]
        origins = [one.intent.payment for one in listed if one.intent.payment]
        uuids = [one.intent.line_uuid for one in listed if one.database == dbname]
        rows = self.env["pos.stripe.payment"].search(
            Domain("payment_intent", "in", ids + origins)
            | Domain("refund", "in", ids)
            | Domain("line_uuid", "in", uuids)
        )
        payments = self.env["pos.payment"].search(
            [("uuid", "in", [*uuids, *rows.mapped("line_uuid")])]
        )
        sessions = defaultdict(set)
        for payment in payments:
            sessions[payment.uuid].add(payment.session_id)
        for row in rows:
            sessions[row.line_uuid].add(row.session_id)
            for object_id in filter(None, (row.payment_intent, row.refund)):
                sessions[object_id] |= sessions[row.line_uuid]
        concerned = {}
        for one in listed:
            line = sessions[one.intent.line_uuid] if one.database == dbname else set()
            origin = sessions[one.intent.payment] if one.intent.payment else set()
            concerned[one.intent.id] = (
                {session.id for session in (*line, *origin, *sessions[one.intent.id])},
                {session.config_id.id for session in origin},
            )
        return concerned

    def _missing_ids(self, account):
        """Return the ids of an account that the journal knows and that were not listed.

        :param str account: see `pos.stripe.listing`
        """
        missing = set()
        for comparison in self:
            rows = comparison._rows().filtered(
                lambda row: row.provider_id._stripe_terminal_key_mark() == account
            )
            found = {values[0] for values in comparison.intents or []}
            missing |= {row._transaction_id() for row in rows} - found
        return {object_id for object_id in missing if (object_id or "").startswith(("pi_", "re_"))}

    def _finish(self, listing, problem):
        """Note that a listing has ended.

        :param StripeProblem | None problem: why Stripe could not be asked
        """
        now = fields.Datetime.now()
        for comparison in self:
            waits_for = dict(comparison.waits_for)
            waits_for.pop(str(listing.id))
            comparison.waits_for = waits_for
            if problem:
                comparison.write(
                    {"state": FAILED, "failure_code": problem.reason, "compared_at": now}
                )
            elif not waits_for:
                comparison.write({"state": DONE, "failure_code": False, "compared_at": now})
