from datetime import datetime, timezone

from odoo import fields, models
from odoo.tools.misc import format_datetime

from ..stripe_terminal import receipts, settlement
from ..stripe_terminal.reading import CARD_FACTS


class PosStripePayment(models.Model):
    """What receipts print of a card payment, from what the journal keeps: Stripe is not asked."""

    _inherit = "pos.stripe.payment"

    declined_charge = fields.Json(
        readonly=True, help="The card facts of the charge that a bank declined last."
    )
    slip = fields.Text(string="Card Slip", compute="_compute_slip")

    def _compute_slip(self):
        for payment in self:
            payment.slip = payment._ticket() or payment._decline_slip()

    def _slip_kind(self):
        """Return which slip the row prints, one of `receipts`; None while nothing is certain."""
        if self.state not in (settlement.PAID, settlement.AUTHORIZED):
            return None
        # A row that refunds has a refund at Stripe instead of a PaymentIntent.
        return receipts.SALE if self.payment_intent or not self.refund else receipts.REFUND

    def _ticket(self):
        """Return what the order's receipt prints of the payment; "" while nothing is certain."""
        kind = self._slip_kind()
        if not kind:
            return ""
        facts = {name: self[name] for name in CARD_FACTS}
        tip_minor = self.tip_minor if self.state == settlement.PAID else 0
        return self._slip_text(kind, self.amount_minor, facts, tip_minor)

    def _decline_slip(self):
        """Return what a slip of the bank's refusal prints; "" unless that is how it ended."""
        facts = self.declined_charge
        if (
            not facts
            or self.state != settlement.DECLINED
            # Something else went wrong since.
            or self.failure_code != facts["failure_code"]
        ):
            return ""
        return self._slip_text(receipts.DECLINE, facts["amount"], facts)

    def _slip_text(self, kind, amount_minor, facts, tip_minor=0):
        """Return the lines of a slip, in the language of the till that asked for the payment.

        :param str kind: one of `receipts`
        :param int amount_minor: of this charge or refund
        :param dict facts: card facts under the names of the journal's fields
        :param int tip_minor: the part of the amount that is a tip
        """
        self.ensure_one()
        # What Odoo keeps in memory of a user, where the record would be read with its partner.
        user = self.env["res.users"].with_user(self.user_id or self.env.user).context_get()
        env = self.with_context(lang=user.get("lang") or self.env.lang).env
        currency = self.currency_id.with_env(env)
        amount, tip = env._("Amount"), env._("Tip included")
        lines = [
            env._(receipts.HEADINGS[kind]),
            receipts.card_name(facts["card_brand"], facts["card_last4"], facts["card_network"]),
            f"{amount}: {currency._stripe_format(amount_minor)}",
            tip_minor and f"{tip}: {currency._stripe_format(tip_minor)}",
            # The order's receipt has a date, a refusal is on no order.
            kind == receipts.DECLINE and self._slip_date(facts["created"]),
            *(f"{env._(label)}: {env._(value)}" for label, value in receipts.slip_rows(facts)),
            kind == receipts.REFUND and self.refund,
            self.payment_intent,
        ]
        return "\n".join(line for line in lines if line)

    def _slip_date(self, timestamp):
        """Return when a charge was made, as the till's user writes it.

        :param int timestamp: seconds, as in Stripe's API
        """
        moment = datetime.fromtimestamp(timestamp, timezone.utc).replace(tzinfo=None)
        user = self.user_id
        return format_datetime(self.env, moment, tz=user.tz, lang_code=user.lang)
