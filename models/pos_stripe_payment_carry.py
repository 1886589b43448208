import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .. import runner
from ..consequences import (
    BUS,
    METHODS,
    PAYMENT,
    TELL,
    TELL_AFTER,
    TIP,
    UNNOTICED,
    VERIFY,
    carry_over,
    pause_after,
    words_of,
)
from ..guard import COLLISIONS
from ..stripe_terminal import refunding, settlement
from ..stripe_terminal.reading import CARD_FACTS
from ..stripe_terminal.settlement import PAID_STATES
from .pos_stripe_payment_cron import CRON_ROWS

_logger = logging.getLogger(__name__)

# What Stripe says of a payment that Odoo's own records repeat.
FACTS = {
    *CARD_FACTS,
    "amount_minor",
    "amount_received",
    "card_funding",
    "payment_intent",
    "pending_reason",
    "refund",
    "refunded_minor",
    "state",
    "tip_minor",
    "wanted",
}
# Where the runner finds which till is to be told of what it has just committed.
TOLD = "stripe_terminal_told"


class PosStripePayment(models.Model):
    """What follows in Odoo from what Stripe said, after that is committed; see `consequences`."""

    _inherit = "pos.stripe.payment"

    carry_due = fields.Json(
        string="Not Recorded Yet",
        readonly=True,
        help="What has still to be done in Odoo, and why it failed last.",
    )
    carry_at = fields.Datetime(string="Next Try to Record", readonly=True)
    carry_tries = fields.Integer(string="Failed Tries to Record", readonly=True)
    carry_sentence = fields.Char(
        compute="_compute_carry_sentence", help="What Odoo could not record, and why."
    )

    _carry_idx = models.Index("(carry_at) WHERE carry_at IS NOT NULL")

    @api.depends("carry_due", "state", "kind")
    def _compute_carry_sentence(self):
        for payment in self:
            payment.carry_sentence = payment._is_unrecorded() and payment._carry_sentence()

    def _carry_sentence(self):
        # One reason may stand in the way of several steps.
        reasons = " ".join(dict.fromkeys(filter(None, (self.carry_due or {}).values())))
        if self.state not in PAID_STATES:
            return self.env._(
                "Stripe has not taken it; Odoo could not record that because: %s", reasons
            )
        if self.kind == refunding.REFUND:
            return self.env._("Stripe refunded it; Odoo could not record it because: %s", reasons)
        return self.env._("Stripe took it; Odoo could not record it because: %s", reasons)

    def _is_unrecorded(self):
        """Tell whether Odoo's records lack something, and not only a message."""
        return any(
            reason and step not in UNNOTICED for step, reason in (self.carry_due or {}).items()
        )

    # What is due

    def _changed_by(self, vals):
        """Return the rows of which Odoo's records repeat something that values change."""
        facts = FACTS.intersection(vals)
        return self.filtered(lambda row: row._differs_from(vals, facts)) if facts else ()

    def _differs_from(self, vals, facts):
        if not (self.payment_id or self.unverified or self.unpaid):
            # There is no order yet; its arrival does the same.
            return False
        return any(
            (self[name] == settlement.REFUND_ALL) != (vals[name] == settlement.REFUND_ALL)
            if name == "wanted"
            else (self[name] or False) != (vals[name] or False)
            for name in facts
        )

    def _mark_due(self, *steps):
        """Note steps that have still to be done, from now on."""
        due = self.carry_due or {}
        self.write(
            {
                "carry_due": {**dict.fromkeys(steps, ""), **due},
                "carry_at": fields.Datetime.now(),
            }
        )

    def _due_now(self):
        """Return the steps that are to be done once this transaction is committed."""
        told = self.env.cr.precommit.data.pop(TOLD, ())
        if not self.carry_at or self.carry_at > fields.Datetime.now():
            return told
        return (*told, *self.carry_due)

    def _tell_till_after(self):
        """Have the tills of the register told once this transaction is committed."""
        self.env.cr.precommit.data[TOLD] = (BUS,)

    # Doing it

    def _carry_alone(self, step):
        """Do one step in a transaction of its own; returns the steps that follow."""
        if step == BUS:
            return self._carry(step)
        # As orders do when they arrive: the journal's row first, then all else.
        self._lock()
        if step not in (self.carry_due or {}):
            # Another process was faster.
            return ()
        return self._in_company_language()._carry(step)

    def _carry(self, step):
        following = getattr(self, METHODS[step])() or ()
        due = self.carry_due or {}
        if step in due or following:
            due = {name: reason for name, reason in due.items() if name != step}
            due = {**dict.fromkeys(following, ""), **due}
            self.write(
                {"carry_due": due, "carry_at": self.carry_at or fields.Datetime.now()}
                if due
                else {"carry_due": False, "carry_at": False, "carry_tries": 0}
            )
        return following

    def _carry_here(self, *steps):
        """Do steps within this transaction, which none of them can stop.

        What fails is noted on the row and tried again by the scheduled action.
        """
        self.ensure_one()
        if self.unverified or self.unpaid or not all(map(self._is_quiet, steps)):
            # The errors of what the caller has still to write are the caller's.
            self.env.flush_all()
            self.env.cr.flush()
        carry_over(steps, self._carry_in_savepoint, self._note_failures)

    def _carry_in_savepoint(self, step):
        if self._is_quiet(step):
            return self._carry(step)
        with self.env.cr.savepoint():
            following = self._carry(step)
            # Here it is written by this user, at the savepoint's end by the transaction's.
            self.env.flush_all()
            return following

    def _is_quiet(self, step):
        """Tell whether a step writes on the journal only."""
        return (
            step == VERIFY
            or (step == TIP and not self._has_tip_to_record())
            or (step == PAYMENT and not self._pos_payment_changes())
        )

    def _note_failures(self, failed):
        """Note what failed, for people and for the next try; returns the steps now due at once.

        :param dict failed: exceptions by step
        """
        due, tries = dict(self.carry_due or {}), self.carry_tries
        for step, error in failed.items():
            words = words_of(self.env, error)
            if due.get(step) != words:
                _logger.error("%s: '%s' could not be done", self, step, exc_info=error)
            due[step] = words
        is_told = TELL in due
        if set(failed) != {TELL}:
            tries += 1
            if tries == TELL_AFTER:
                due[TELL] = due.get(TELL, "")
        self.write(
            {
                "carry_due": due,
                "carry_tries": tries,
                "carry_at": fields.Datetime.now() + pause_after(tries),
            }
        )
        return () if is_told or TELL not in due else (TELL,)

    def _note_failures_alone(self, failed):
        """Do the same in a transaction of its own; what another process did meanwhile is done."""
        self._lock()
        due = self.carry_due or {}
        failed = {step: error for step, error in failed.items() if step == BUS or step in due}
        return self._in_company_language()._note_failures(failed) if failed else ()

    # People are told

    def _tell_unrecorded(self):
        """Ask the managers to look at what Odoo could not record, unless it is done by now."""
        if not self._is_unrecorded():
            return
        row = self._in_company_language()
        summary = row.env._("Odoo could not record a card payment")
        note = row.env._(
            "%(amount)s of order %(order)s: %(sentence)s Odoo tries again by itself. Once the "
            "cause is fixed, press Try Again on the payment in Orders / Stripe Payments.",
            amount=row.currency_id.format(row.amount),
            order=row.order_ref or "?",
            sentence=row._carry_sentence(),
        )
        order, session = row.payment_id.pos_order_id, row.session_id
        if order:
            try:
                with self.env.cr.savepoint():
                    order._stripe_tell_managers(summary, note)
                return
            except COLLISIONS:
                raise
            except Exception:
                # It may be the order itself that refuses.
                _logger.info("%s: told on the session, not on its order", self, exc_info=True)
        session._stripe_tell_managers(summary, note)

    # When it is tried again

    def _carry_soon(self):
        """Have what failed tried again at once, after this transaction."""
        for row in self.filtered("carry_tries"):
            row.carry_at = fields.Datetime.now()
            row._kick()

    def action_carry_over(self):
        """Try again to record what Stripe said, from the backend's form.

        :raise AccessError: the user is no POS manager
        """
        if not self.env.user.has_group("point_of_sale.group_pos_manager"):
            raise AccessError(self.env._("Only a Point of Sale manager can do this."))
        self.check_access("read")
        for row in self.sudo().filtered("carry_due"):
            runner.carry_over(self.env.registry, row.id, row.carry_due)
        self.env.invalidate_all()

    @api.model
    def _cron_carry_over(self):
        """Try again what is due in Odoo; Stripe is not asked."""
        due = self.search(
            [("carry_at", "<=", fields.Datetime.now())], order="carry_at", limit=CRON_ROWS
        )
        if due:
            # What was written before here must not be waited for beside it.
            self.env["ir.cron"]._commit_progress()
        for row in due:
            try:
                runner.carry_over(self.env.registry, row.id, row.carry_due)
            except Exception:
                # The others must not wait for it.
                _logger.exception("%s could not be carried over", row)
        if due:
            # What follows must see what was written beside it.
            self.env["ir.cron"]._commit_progress()
