from datetime import datetime, timezone

from odoo import models
from odoo.tools import format_datetime, format_time, formatLang

from ..stripe_terminal import closing
from ..stripe_terminal.errors import sentence
from ..stripe_terminal.receipts import card_name
from .pos_stripe_comparison import FAILED

# The one difference that is not about a payment.
UNREACHABLE = "unreachable"


class PosStripeComparison(models.Model):
    """A comparison in words: what is wrong, and what to do about it."""

    _inherit = "pos.stripe.comparison"

    def _result(self):
        """Return the comparison for the person who closes the session, in the user's language.

        :return: dict of `state` (comparing, agrees or differs), `sentence` (the line of totals, or
            how far the comparison is), `differences`, each with a `key`, the `problem` and an
            `advice`, and whether these are `accepted`
        """
        if self._is_asking():
            return {
                "state": "comparing",
                "sentence": self._tell_progress(),
                "differences": [],
                "accepted": False,
            }
        comparison = self._compare()
        differences = [self._tell(difference) for difference in comparison.differences]
        differences += self._tell_unrecorded()
        total = self._tell_total(comparison, differs=bool(differences))
        # Without a single card payment there is nothing to ask Stripe about.
        if not self._is_known() and (differences or comparison.count):
            differences.insert(0, self._tell_unreachable())
            total = self.env._("Stripe: not compared")
        return {
            "state": "differs" if differences else "agrees",
            "sentence": total,
            "differences": differences,
            "accepted": self._accepts(differences),
        }

    def _tell_progress(self):
        count = sum(self._listings().mapped("count"))
        if not count:
            return ""
        return self.env._(
            "%s payments of the Stripe account read so far", formatLang(self.env, count, digits=0)
        )

    def _tell_total(self, comparison, differs):
        count = comparison.count
        amount = self.session_id.currency_id._stripe_format(comparison.amount)
        if differs and not count:
            return self.env._("This does not match Stripe:")
        if differs and count == 1:
            return self.env._(
                "1 card payment (%(amount)s) matches Stripe. This does not:", amount=amount
            )
        if differs:
            return self.env._(
                "%(count)s card payments (%(amount)s) match Stripe. This does not:",
                count=count,
                amount=amount,
            )
        if not count:
            return self.env._("Stripe: no payments")
        if count == 1:
            return self.env._("1 card payment (%(amount)s) matches Stripe", amount=amount)
        return self.env._(
            "%(count)s card payments (%(amount)s) match Stripe", count=count, amount=amount
        )

    def _tell_unreachable(self):
        advice = self.env._("Check the internet connection of Odoo's server and compare again.")
        if self.state == FAILED and self.failure_code not in (False, "connection_error"):
            advice = self.env._(sentence(self.failure_code))
        return {
            "key": UNREACHABLE,
            "problem": self.env._(
                "Stripe cannot be asked now, so it is not known whether all payments match."
            ),
            "advice": advice,
        }

    def _tell_unrecorded(self):
        """Return what Odoo could not record of what Stripe said, as differences."""
        return [
            {
                "key": f"unrecorded:{row.line_uuid}",
                "problem": self.env._(
                    "Card payment of %(amount)s for order %(order)s: %(sentence)s",
                    amount=row.currency_id.format(row.amount),
                    order=row.order_ref or "?",
                    sentence=row.carry_sentence,
                ),
                "advice": self.env._(
                    "Odoo tries again by itself. A manager finds the payment under Orders, Stripe "
                    "Payments, and can fix the cause."
                ),
            }
            for row in self._rows()
            if row._is_unrecorded()
        ]

    def _tell(self, difference):
        """Return a difference as `_result` has it.

        :param stripe_terminal.closing.Difference difference: with one of closing.KINDS
        """
        if self._is_refund(difference):
            return self._tell_refund(difference)
        recorded, row, intent = difference[1:4]
        shown = self.env["res.currency"]._stripe_format_code
        amount = (recorded and recorded.amount is not None and recorded) or row
        facts = {
            "order": self._order_name(difference),
            "amount": amount and shown(amount.amount, amount.currency),
            "taken": intent and shown(intent.received, intent.currency),
        }
        is_recorded = difference.kind != closing.NOT_RECORDED
        tell = self._tell_recorded if is_recorded else self._tell_not_recorded
        problem, advice = tell(difference, facts)
        return {"key": difference.key, "problem": problem, "advice": advice}

    def _tell_not_recorded(self, difference, facts):
        """Return problem and advice of a payment that Stripe took and no order shows."""
        facts = {
            "amount": facts["taken"] or facts["amount"],
            "card": self._card_name(difference.intent),
            "time": self._time(difference.intent),
            "order": facts["order"],
        }
        row = difference.row
        if row and row.recorded_as:
            problem = self.env._(
                "Stripe took %(amount)s from %(card)s at %(time)s, but order %(order)s records it "
                "as %(method)s.",
                method=row.recorded_as,
                **facts,
            )
            return problem, self.env._(
                "Change the payment of the order back to the card. If the customer has paid twice, "
                "the payment screen of any order offers to refund the card."
            )
        problem = self.env._(
            "Stripe took %(amount)s from %(card)s at %(time)s for order %(order)s, "
            "but no finished order has this payment.",
            **facts,
        )
        return problem, self.env._(
            "Finish that order. If there is none, the payment screen of any order offers to "
            "attach the payment or to refund it."
        )

    def _tell_recorded(self, difference, facts):
        """Return problem and advice of a payment that Stripe does not confirm as it is."""
        if difference.kind == closing.NOT_TAKEN:
            problem = self.env._(
                "Order %(order)s has a card payment of %(amount)s, but Stripe has not taken it.",
                **facts,
            )
            return problem, self.env._(
                "Collect the money again, or change the payment of the order to how it was paid."
            )
        if difference.kind == closing.OTHER_AMOUNT:
            problem = self.env._(
                "Order %(order)s has a card payment of %(amount)s, but Stripe took %(taken)s.",
                **facts,
            )
            return problem, self.env._(
                "Change the payment of the order to what Stripe took, and settle the rest with "
                "the customer."
            )
        if difference.recorded:
            problem = self.env._(
                "Order %(order)s was finished with a card payment of %(amount)s, but it is not "
                "known yet whether the card was charged.",
                **facts,
            )
            return problem, self.env._("Compare again in a minute.")
        problem = self.env._(
            "The card payment of %(amount)s for order %(order)s is still open.", **facts
        )
        return problem, self.env._("Finish it or cancel it in the order, and compare again.")

    def _order_name(self, difference):
        """Return how the order of a difference is called in the till."""
        line_uuid = (difference.recorded or difference.row or difference.intent).line_uuid
        payment = self.env["pos.payment"].search([("uuid", "=", line_uuid)], limit=1)
        row = self.env["pos.stripe.payment"].search([("line_uuid", "=", line_uuid)], limit=1)
        known = payment.pos_order_id.pos_reference or row.order_ref
        return known or (difference.intent and difference.intent.order) or "?"

    def _card_name(self, intent):
        brand, _space, last4 = (intent.card if intent else "").partition(" ")
        return card_name(brand, last4, mask="") if brand else self.env._("a card")

    def _time(self, intent):
        if not (intent and intent.created):
            return "?"
        created = datetime.fromtimestamp(intent.created, timezone.utc).replace(tzinfo=None)
        return format_time(self.env, created, tz=self.env.user.tz or "UTC", time_format="short")

    def _date_and_time(self, intent):
        created = datetime.fromtimestamp(intent.created, timezone.utc).replace(tzinfo=None)
        return format_datetime(self.env, created, dt_format="short")
