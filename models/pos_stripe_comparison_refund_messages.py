from odoo import models

from ..stripe_terminal import closing


class PosStripeComparison(models.Model):
    """A comparison in words, where the difference is about money that was refunded."""

    _inherit = "pos.stripe.comparison"

    def _is_refund(self, difference):
        """Tell whether money was or should have been refunded."""
        kind, recorded, row, intent = difference[:4]
        if kind == closing.WENT_BACK:
            return True
        amounts = (recorded and recorded.amount, row and row.amount, intent and intent.received)
        return any(amount and amount < 0 for amount in amounts)

    def _tell_refund(self, difference):
        """Return a difference as `_result` has it, like `_tell`."""
        return {
            "key": difference.key,
            "problem": self._tell_refund_problem(difference),
            "advice": self._tell_refund_advice(difference),
        }

    def _tell_refund_problem(self, difference):
        kind, recorded, row, intent = difference[:4]
        if kind == closing.WENT_BACK:
            return self._tell_refunded(difference)
        side = (recorded and recorded.amount is not None and recorded) or row
        shown = self.env["res.currency"]._stripe_format_code
        made = intent and shown(-intent.received, intent.currency)
        facts = {
            "order": self._order_name(difference),
            "amount": shown(-side.amount, side.currency) if side else made,
        }
        if kind == closing.NOT_RECORDED and row and row.recorded_as:
            return self.env._(
                "Stripe refunded %(made)s to a card at %(time)s, but order %(order)s records it "
                "as %(method)s.",
                made=made or facts["amount"],
                time=self._time(intent),
                order=facts["order"],
                method=row.recorded_as,
            )
        if kind == closing.NOT_RECORDED:
            return self.env._(
                "Stripe refunded %(made)s to a card at %(time)s for order %(order)s, but no "
                "finished order has this refund.",
                made=made or facts["amount"],
                time=self._time(intent),
                order=facts["order"],
            )
        if kind == closing.NOT_TAKEN:
            return self.env._(
                "Order %(order)s has a refund of %(amount)s to a card, but Stripe has not made it.",
                **facts,
            )
        if kind == closing.OTHER_AMOUNT:
            return self.env._(
                "Order %(order)s has a refund of %(amount)s to a card, but Stripe refunded "
                "%(made)s.",
                made=made,
                **facts,
            )
        return self.env._(
            "The refund of %(amount)s to a card for order %(order)s is still open.", **facts
        )

    def _tell_refunded(self, difference):
        """Tell what was refunded to a card without the Point of Sale."""
        shown = self.env["res.currency"]._stripe_format_code
        facts = {
            "order": self._order_name(difference),
            "amount": shown(difference.amount, difference.row.currency),
        }
        if not difference.intent:
            return self.env._(
                "%(amount)s of order %(order)s was refunded in Stripe's dashboard, and no order "
                "records it.",
                **facts,
            )
        return self.env._(
            "%(amount)s of order %(order)s was refunded in Stripe's dashboard on %(time)s, and no "
            "order records it.",
            time=self._date_and_time(difference.intent),
            **facts,
        )

    def _tell_refund_advice(self, difference):
        if difference.kind == closing.WENT_BACK:
            return self.env._(
                "The customer has the money: do not refund it again. A manager can close the "
                "register all the same, and the accountant records it by what is noted on the "
                "session."
            )
        if (
            difference.kind == closing.NOT_RECORDED
            and difference.row
            and difference.row.recorded_as
        ):
            return self.env._("Change the payment of the order back to the card.")
        if difference.kind == closing.NOT_RECORDED:
            return self.env._(
                "Finish that refund order. If it is gone, make it again and settle it in cash, so "
                "that the books say what Stripe did."
            )
        if difference.kind == closing.NOT_TAKEN:
            return self.env._(
                "The customer does not have the money. Refund it in another way, and change the "
                "payment of the order to that."
            )
        if difference.kind == closing.OTHER_AMOUNT:
            return self.env._(
                "Change the payment of the order to what Stripe refunded, and settle the rest "
                "with the customer."
            )
        return self.env._("Finish it or cancel it in the order, and compare again.")
