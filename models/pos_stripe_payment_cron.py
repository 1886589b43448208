import logging
import time
from contextlib import suppress
from datetime import timedelta
from itertools import zip_longest

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import runner
from ..flows.payment import DECLINED_FOR
from ..flows.unanswered import WATCHED_FOR
from ..guard import COLLISIONS
from ..silence import Silences
from ..stripe_terminal import refunding, settlement
from .pos_stripe_payment_work import LOOK_PAUSE

_logger = logging.getLogger(__name__)

# So many of each account are looked up at once.
CRON_ROWS = 50
# A run goes on for so long at least (seconds), because one silent account takes most of it.
RUN_FOR = 45
WATCHED_ROWS = 50
# A bank may send a refund back for so long.
MAY_FAIL_FOR = timedelta(days=30)


class PosStripePayment(models.Model):
    """What the scheduled action does: nobody asks any more."""

    _inherit = "pos.stripe.payment"

    @api.model
    def _cron_look(self):
        """Do what nobody waits for: each step after the one that it takes for granted."""
        self._cron_release_tips()
        self._cron_carry_over()
        self._cron_carry_out_due()
        self._tell_uncaptured()
        self._tell_unfinished()

    @api.model
    def _cron_carry_out_due(self):
        """Carry out what no till asks for any more; a silent account stops its own rows only.

        Each row is looked at once, and the accounts take turns.
        """
        now = fields.Datetime.now()
        silences, looked, began = Silences(), self.browse(), time.monotonic()
        cron = self.env["ir.cron"]
        # The runner works in transactions of its own and must neither wait for ours nor miss it.
        cron._commit_progress()
        while turns := self._cron_turns(now, looked, silences.silent()):
            for number, turn in enumerate(turns, 1):
                for payment in turn:
                    account, was_stuck = payment.provider_id.id, bool(payment.stuck_since)
                    if account not in silences.silent():
                        silences.note(account, payment._cron_carry_out(), was_stuck)
                        looked |= payment
                left = self.union(*turns[number:]).filtered(
                    lambda row: row.provider_id.id not in silences.silent()
                )
                has_time = cron._commit_progress(len(turn), remaining=len(left))
                if not has_time and time.monotonic() > began + RUN_FOR:
                    return
        self._cron_leave_silent(now, silences.silent())

    @api.model
    def _cron_leave_silent(self, now, silent):
        """Put the rows off that nobody was asked about, because their account is silent."""
        if not silent:
            return
        rows = self.union(
            *(
                self.search(domain & Domain("provider_id", "in", silent))
                for domain in self._cron_domains(now)
            )
        )
        with suppress(*COLLISIONS), self.env.cr.savepoint():
            self.env.cr.execute(
                SQL(
                    """UPDATE pos_stripe_payment SET look_at = %s WHERE id IN (
                        SELECT id FROM pos_stripe_payment
                         WHERE id = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED)""",
                    now + LOOK_PAUSE,
                    rows.ids,
                ),
                log_exceptions=False,
            )
        self.invalidate_model(["look_at"], flush=False)

    def _cron_carry_out(self):
        """Carry a row out, and see to it that it is looked at later next time whatever happens.

        :return: the `StripeProblem` that kept it from being answered, or None
        """
        try:
            return runner.carry_out(self.env.cr.dbname, self.id)
        except runner.RowTaken:
            self._cron_postpone(is_stuck=False)
        except Exception:
            if self._cron_postpone(is_stuck=True):
                _logger.exception("%s was interrupted", self)
        return None

    def _cron_postpone(self, is_stuck):
        """Do `_postpone` in a transaction of its own; returns whether the log shall be told."""
        try:
            return runner._transact(
                self.env.registry, self.id, lambda row: row._postpone(is_stuck=is_stuck)
            )
        except Exception:
            _logger.exception("%s cannot be put off", self)
            return True

    @api.model
    def _cron_turns(self, now, looked, silent):
        """Return the rows that are due, the longest due first, one of each account in a turn.

        :param looked: the rows that this run has looked at
        :param list silent: ids of the `payment.provider` that are not asked any more
        :return: list of recordsets
        """
        but = Domain("id", "not in", looked.ids) & Domain("provider_id", "not in", silent)
        rows_of = {}
        for domain in self._cron_domains(now):
            for (provider,) in self._read_group(domain & but, ["provider_id"]):
                rows = self.search(
                    domain & but & Domain("provider_id", "=", provider.id),
                    order="look_at NULLS FIRST",
                    limit=CRON_ROWS,
                )
                rows_of[provider] = rows_of.get(provider, self) | rows
        turns = zip_longest(*rows_of.values(), fillvalue=self)
        return [self.union(*turn) for turn in turns]

    @api.model
    def _cron_domains(self, now):
        """Return the domains of the rows that are due for a look; each has an index."""
        is_open = (
            Domain("state", "in", settlement.OPEN_STATES)
            | Domain("wanted", "!=", False)
            | Domain("holds_reader", "=", True)
        )
        is_left_declined = (
            Domain("state", "=", settlement.DECLINED)
            & Domain("wanted", "=", False)
            & Domain("payment_intent", "!=", False)
            & Domain("intent_status", "in", settlement.INTENT_OPEN)
            & Domain("write_date", "<", now - DECLINED_FOR)
        )
        # Whoever had it was killed: what it read or did is not known, whatever the state.
        is_abandoned = Domain("lease_owner", "!=", False) & Domain("lease_until", "<", now)
        return [
            is_open & self._due_domain(now) & Domain(self._not_held_domain()),
            is_left_declined & self._due_domain(now),
            is_abandoned & (Domain("stuck_since", "=", False) | self._due_domain(now)),
            *self._refund_domains(now),
            Domain("id", "in", self._watched(now).ids),
        ]

    @api.model
    def _refund_domains(self, now):
        """Return those of refunds that a bank may still send back, or that nobody has read.

        What Stripe told of is read by whom it woke, unless that one was killed.
        """
        may_change = Domain("refund_status", "in", refunding.UNSETTLED) | Domain(
            "settled_at", ">", now - MAY_FAIL_FOR
        )
        is_made = Domain("refund", "!=", False) & Domain("state", "=", settlement.PAID)
        return [
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

    @api.model
    def _watched(self, now):
        """Return rows at rest with a request that was never answered."""
        lost = self.search(
            Domain("lost_at", ">", now - WATCHED_FOR)
            & Domain("state", "not in", settlement.OPEN_STATES)
            & self._due_domain(now),
            order="look_at NULLS FIRST",
            limit=WATCHED_ROWS,
        )
        return lost.filtered(lambda row: row._flow().is_watched())

    @api.model
    def _due_domain(self, now):
        """Return the domain of the rows that nobody has looked at for long enough."""
        is_new = Domain("look_at", "=", False) & Domain("create_date", "<", now - LOOK_PAUSE)
        return Domain("look_at", "<=", now) | is_new
