from odoo import fields, models

from ..stripe_terminal import settlement


class PosStripePayment(models.Model):
    """Which failure is the result of the last try, and which one an earlier try left behind.

    A reader keeps showing its last action, and a PaymentIntent its last error, until the next try
    has begun: where the reader is silent, that is not what became of this try.
    """

    _inherit = "pos.stripe.payment"

    seen_failure = fields.Json(
        readonly=True, help="The failure that Stripe showed last, see `reading.failure_mark`."
    )
    past_failure = fields.Json(
        readonly=True, help="The failure that Stripe showed before the card was last asked for."
    )

    def _begin_try(self):
        """Note that the card is about to be asked for: what failed until now is past."""
        self.write(
            {"past_failure": self.seen_failure or False, "failure_code": False, "sent_at": False}
        )

    def _without_past_failure(self, values, mark):
        """Return values that were read from Stripe, without a failure that an earlier try left.

        :param dict values: as from `reading`; with `reader_action` if the reader was read
        :param list | None mark: of the failure in it
        """
        action = values.get("reader_action")
        if action == "failed":
            # The reader says nothing of when: it is new where it acknowledged, or where it differs.
            is_past = not (values.get("sent_at") or self.sent_at) and mark == self.past_failure
        else:
            # A charge belongs to one try.
            is_past = bool(mark and mark[1] and self.past_failure) and (
                mark[1:] == self.past_failure[1:]
            )
        if is_past:
            kept = {
                name: value
                for name, value in values.items()
                if name not in ("failure_code", "declined_charge")
            }
            return {**kept, "reader_action": settlement.NO_ACTION} if action == "failed" else kept
        if action and action != settlement.NO_ACTION:
            values = {"sent_at": self.sent_at or fields.Datetime.now(), **values}
        if not mark or (mark[0] is None and mark[1:] == (self.seen_failure or [])[1:]):
            # A PaymentIntent alone does not know the reader's action that failed with it.
            return values
        return {**values, "seen_failure": mark}
