from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_datetime

from ..guard import for_each
from ..stripe_terminal import refunding, settlement, tipping
from ..stripe_terminal.errors import Kind, kind_of, sentence

# Managers are told once more so long before Stripe releases the card.
LAST_DAY = timedelta(days=1)
# A capture that is due and that nobody has tried for so long is told of as well.
UNTRIED = timedelta(hours=1)


class PosStripePayment(models.Model):
    """Authorized payments that are not captured in time: managers are told while there is time."""

    _inherit = "pos.stripe.payment"

    capture_refusal = fields.Char(
        readonly=True, help="Why Stripe refused the last request to capture the payment."
    )
    capture_told_at = fields.Datetime(
        readonly=True, help="When managers were told that it should have been captured."
    )
    lapse_told_at = fields.Datetime(
        readonly=True, help="When managers were told that the authorization ends within a day."
    )

    @api.model
    def _tell_uncaptured(self):
        """Tell managers of each such payment when it is due, and once more on its last day."""
        now = fields.Datetime.now()
        is_late = Domain("capture_told_at", "=", False) & Domain("capture_due", "<=", now)
        is_ending = Domain("lapse_told_at", "=", False) & Domain(
            "capture_before", "<=", now + LAST_DAY
        )
        rows = self.search(
            Domain("state", "=", settlement.AUTHORIZED)
            & Domain("kind", "=", refunding.PAYMENT)
            & Domain("wanted", "not in", (settlement.CANCEL, settlement.REFUND_ALL))
            & (is_late | is_ending)
        )
        overdue = rows.filtered(lambda row: row._is_capture_overdue(now))
        for_each(overdue, lambda row: row._tell_not_captured(now), skip_collisions=True)

    def _is_capture_overdue(self, now):
        """Tell whether a capture was tried in vain, or not even tried for long."""
        is_untried = self.capture_due and self.capture_due < now - UNTRIED
        is_failing = bool(self.capture_refusal or self.stuck_since) or not self.reachable
        return is_untried or (is_failing and (self.stuck_since or not self._is_held()))

    def _tell_not_captured(self, now):
        row = self._in_company_language()
        order = row.payment_id.pos_order_id
        ends_at = row.capture_before or row.settled_at + tipping.SHORTEST_AUTHORIZATION
        (order or row.session_id)._stripe_tell_managers(
            row.env._("Card payment not charged yet"),
            row.env._(
                "%(amount)s for order %(order)s is authorized on the card, but not charged. "
                "%(reason)s Correct that, or capture %(intent)s in Stripe's dashboard, before "
                "%(date)s: then the authorization expires, and the money is lost. Odoo keeps "
                "trying.",
                amount=row.currency_id.format(row.amount),
                order=order.pos_reference or row.order_ref or "?",
                reason=row._uncaptured_reason(),
                intent=row.payment_intent,
                date=format_datetime(row.env, ends_at, dt_format="short"),
            ),
        )
        if self.capture_due and self.capture_due <= now:
            self.capture_told_at = now
        if ends_at <= now + LAST_DAY:
            self.lapse_told_at = now
        self._log("state", "not_captured", {"reason": self.capture_refusal or self.failure_code})

    def _uncaptured_reason(self):
        """Return why a payment could not be captured, for whoever has to change that."""
        code = self.capture_refusal if self.reachable else self.failure_code
        if code and kind_of(code) == Kind.misconfigured:
            return self.env._(sentence(code))
        if not self.reachable:
            return self.env._("Stripe does not answer.")
        if code:
            return self.env._("Stripe refuses to capture it: %s.", code)
        return self.env._("Odoo could not capture it, and the server's log tells why.")
