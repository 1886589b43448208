from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.constants import GC_UNLINK_LIMIT

from ..stripe_terminal import refunding, settlement
from ..stripe_terminal.settlement import PAID_STATES
from .res_config_settings_retention import retention_months

# What a bank or Stripe says of a payment whose owner disputes it.
DISPUTE_CODES = (
    "charge_disputed",
    "refund_charge_for_pending_refund_disputed",
    "refund_disputed_payment",
)


def _kept_since(env):
    return fields.Datetime.now() - relativedelta(months=retention_months(env))


class PosStripePayment(models.Model):
    """Which rows of the journal keep their steps for ever; the rows themselves all stay."""

    _inherit = "pos.stripe.payment"

    @api.model
    def _unfinished_domains(self):
        """Return the domains of the rows about which somebody may still ask; each has an index."""
        is_taken = Domain("kind", "=", refunding.PAYMENT) & Domain("state", "in", PAID_STATES)
        return [
            Domain("state", "in", settlement.OPEN_STATES)
            | Domain("wanted", "!=", False)
            | Domain("holds_reader", "=", True),
            Domain("unverified", "=", True) | Domain("unpaid", "=", True),
            Domain("lease_owner", "!=", False),
            is_taken & Domain("payment_id", "=", False),
            is_taken & Domain("payment_id.pos_order_id.state", "=", "cancel"),
            Domain("refund", "!=", False) & Domain("refund_status", "in", refunding.UNSETTLED),
            Domain("disputed", "=", True),
            Domain("carry_at", "!=", False) | Domain("lost_at", "!=", False),
            Domain("kind", "=", refunding.REFUND) & Domain("failure_code", "in", DISPUTE_CODES),
        ]

    @api.model
    def _unfinished(self):
        """Return the rows that are open, doubtful, on no order, disputed, or not refunded yet."""
        rows = self.union(*(self.search(domain) for domain in self._unfinished_domains()))
        # What was refunded without an order is finished.
        rows = rows.filtered(lambda row: not row._is_finished_without_order())
        return rows | rows.refunded_payment_id

    def _is_finished_without_order(self):
        is_settled = self.state == settlement.PAID and not self.wanted
        is_doubtful = self.unverified or self.unpaid or self.disputed or self.lease_owner
        is_back = self._is_fully_refunded() and self.refund_status not in refunding.UNSETTLED
        return is_settled and is_back and not is_doubtful and self.kind == refunding.PAYMENT


class PosStripePaymentEvent(models.Model):
    _inherit = "pos.stripe.payment.event"

    # Events are only ever added, so that a few pages tell where the old ones are.
    _date_idx = models.Index("USING brin (date) WITH (pages_per_range = 32)")

    @api.autovacuum
    def _gc_events(self):
        """Delete old steps of finished payments; returns how many, and whether more are left."""
        events = self.search(
            [
                ("date", "<", _kept_since(self.env)),
                ("stripe_payment_id", "not in", self.env["pos.stripe.payment"]._unfinished().ids),
            ],
            limit=GC_UNLINK_LIMIT,
        )
        events.unlink()
        return len(events), len(events) == GC_UNLINK_LIMIT


class PosStripeComparison(models.Model):
    _inherit = "pos.stripe.comparison"

    @api.autovacuum
    def _gc_comparisons(self):
        """Delete old comparisons of closed sessions; returns how many, and whether more are left.

        What somebody closed with stays as long as its session: it explains the difference. So does
        that of a session with a payment that is not finished.
        """
        unfinished = self.env["pos.stripe.payment"]._unfinished()
        comparisons = self.search(
            [
                ("session_id.state", "=", "closed"),
                ("session_id.stop_at", "<", _kept_since(self.env)),
                ("session_id", "not in", unfinished.session_id.ids),
                ("accepted_at", "=", False),
            ],
            limit=GC_UNLINK_LIMIT,
        )
        comparisons.unlink()
        return len(comparisons), len(comparisons) == GC_UNLINK_LIMIT
