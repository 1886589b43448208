from odoo import api, fields, models
from odoo.tools.misc import format_datetime, format_time

from ..stripe_terminal import refunding, settlement

GOOD, WAITS, DOUBT, BAD = "success", "info", "warning", "danger"


class PosStripePayment(models.Model):
    """The sentence with which the form begins: what happened, and what there is to do."""

    _inherit = "pos.stripe.payment"

    story = fields.Char(compute="_compute_story")
    story_tone = fields.Char(compute="_compute_story", help="As of Bootstrap's alerts.")

    @api.depends_context("lang", "tz")
    @api.depends(
        "kind",
        "state",
        "wanted",
        "failure_code",
        "forced_at",
        "forced_by",
        "forced_uid",
        "unverified",
        "unpaid",
        "payment_id",
        "amount_minor",
        "amount_received",
        "refunded_minor",
        "settled_at",
    )
    def _compute_story(self):
        for row in self:
            told = row._refund_story if row.kind == refunding.REFUND else row._payment_story
            tone, fact = told()
            if row.forced_at:
                fact = row.env._(
                    "Forced by %(who)s at %(time)s; %(fact)s",
                    who=row.forced_by or row.forced_uid.name or "?",
                    time=row._story_time(row.forced_at),
                    fact=fact,
                )
            row.story, row.story_tone = fact, tone

    def _payment_story(self):
        """Return tone and sentence of a payment; it may follow on who forced it."""
        facts = self._story_facts()
        if self.unverified:
            return DOUBT, self.env._("Stripe has not said yet whether the card was charged.")
        if self.unpaid and self._is_taken_back():
            return BAD, self.env._("Stripe refunded the payment; ask the customer to pay again.")
        if self.unpaid and self.state == settlement.PAID:
            return BAD, self.env._(
                "Stripe took %(amount)s, which is not what the order says.", **facts
            )
        if self.unpaid:
            return BAD, self.env._("Stripe took nothing; ask the customer.")
        if self.state == settlement.PAID:
            return self._paid_story(facts)
        if self.state == settlement.AUTHORIZED and self._is_held():
            return WAITS, self.env._(
                "%(amount)s is authorized on %(card)s, waiting for the tip.", **facts
            )
        if self.state == settlement.AUTHORIZED:
            return WAITS, self.env._(
                "%(amount)s is authorized on %(card)s, and not charged yet.", **facts
            )
        if self.state == settlement.DECLINED:
            return WAITS, self.env._("Stripe took nothing: %(reason)s", **facts)
        if self.state == settlement.CANCELED:
            return WAITS, self.env._("Stripe took nothing: the payment was canceled.")
        if self.state == settlement.UNKNOWN:
            return DOUBT, self.env._(
                "Stripe could not be asked whether %(amount)s was taken.", **facts
            )
        if self.wanted == settlement.CANCEL:
            return WAITS, self.env._("The request for %(amount)s is being canceled.", **facts)
        return WAITS, self.env._("%(reader)s is asking for %(amount)s.", **facts)

    def _paid_story(self, facts):
        if self.wanted == settlement.REFUND_ALL:
            return WAITS, self.env._(
                "Stripe took %(amount)s from %(card)s at %(time)s, and is asked to refund it.",
                **facts,
            )
        if self._is_fully_refunded():
            return WAITS, self.env._(
                "Stripe took %(amount)s from %(card)s at %(time)s, and refunded all of it.",
                **facts,
            )
        if self.refunded_minor:
            return GOOD, self.env._(
                "Stripe took %(amount)s from %(card)s at %(time)s, and refunded %(back)s of it.",
                **facts,
            )
        if self.is_unattached:
            return DOUBT, self.env._(
                "Stripe took %(amount)s from %(card)s at %(time)s, and no order shows it.", **facts
            )
        return GOOD, self.env._("Stripe took %(amount)s from %(card)s at %(time)s.", **facts)

    def _refund_story(self):
        """Return tone and sentence of a refund."""
        facts = self._story_facts()
        if self.unverified:
            return DOUBT, self.env._(
                "Stripe has not said yet whether %(amount)s was refunded.", **facts
            )
        if self.unpaid:
            return BAD, self.env._("Stripe refunded nothing; the customer does not have the money.")
        if self._waits_at_stripe():
            return DOUBT, self.env._(
                "Stripe refunds %(amount)s once it can; see the order.", **facts
            )
        if self.state == settlement.PAID:
            return GOOD, self.env._("Stripe refunded %(amount)s to %(card)s at %(time)s.", **facts)
        if self.state == settlement.DECLINED:
            return WAITS, self.env._("Stripe refunded nothing: %(reason)s", **facts)
        if self.state == settlement.CANCELED:
            return WAITS, self.env._("Stripe refunded nothing: the refund was canceled.")
        if self.state == settlement.UNKNOWN:
            return DOUBT, self.env._(
                "Stripe could not be asked whether %(amount)s was refunded.", **facts
            )
        if self.on_reader:
            return WAITS, self.env._(
                "%(amount)s will be refunded once the card is presented.", **facts
            )
        return WAITS, self.env._("Stripe is asked to refund %(amount)s.", **facts)

    def _story_facts(self):
        is_paid_otherwise = self.kind == refunding.PAYMENT and self.state == settlement.PAID
        taken = self.amount_received if is_paid_otherwise else self.amount_minor
        return {
            "amount": self.currency_id._stripe_format(taken),
            "back": self.currency_id._stripe_format(self.refunded_minor),
            "card": self._card_name() if self.card_brand else self.env._("the card"),
            "reader": self.reader_id.display_name or self.reader_serial or "?",
            "reason": self._problem_sentence(self.failure_code or "card_declined"),
            "time": self._story_time(self.settled_at or self.write_date),
        }

    def _story_time(self, moment):
        """Return a time of today without the date."""
        today = fields.Datetime.context_timestamp(self, fields.Datetime.now()).date()
        if fields.Datetime.context_timestamp(self, moment).date() == today:
            return format_time(self.env, moment, time_format="short", tz=self._story_zone())
        return format_datetime(self.env, moment, tz=self._story_zone(), dt_format="short")

    def _story_zone(self):
        return self.env.context.get("tz") or self.env.user.tz or "UTC"
