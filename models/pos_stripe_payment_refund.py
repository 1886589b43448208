from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..flows.refund import CODE_TOO_MUCH
from ..stripe_terminal import closing, money, refunding, settlement
from ..stripe_terminal.errors import StripeProblem
from ..stripe_terminal.receipts import card_name
from ..stripe_terminal.refund_errors import refund_sentence

# Clocks and transactions may differ by as much when a refund is looked for in what was read.
OVERLAP = timedelta(seconds=60)


class PosStripePayment(models.Model):
    """Refunds in the journal: each row refunds a part of one payment, the original."""

    _inherit = "pos.stripe.payment"

    refunded_payment_id = fields.Many2one(
        "pos.stripe.payment", readonly=True, index="btree_not_null"
    )
    refund_ids = fields.One2many(
        "pos.stripe.payment", "refunded_payment_id", string="Refund Lines", readonly=True
    )
    refund_status = fields.Char(readonly=True)
    on_reader = fields.Boolean(
        string="Card Presented",
        readonly=True,
        help="The customer presents the card to the reader for the refund.",
    )
    charge_read = fields.Boolean(
        readonly=True, help="The refunded charge was read since this row was taken up."
    )
    in_flight_since = fields.Datetime(
        readonly=True, help="When a request was made that has had no answer yet."
    )
    refundable_minor = fields.Integer(
        string="Left When Asked (minor units)",
        readonly=True,
        help="How much of the refunded payment was left when Stripe was read last.",
    )
    refunds = fields.Json(
        string="Refunds at Stripe", readonly=True, help="The refunds that Stripe lists for it."
    )
    refunds_read_at = fields.Datetime(string="Refunds Last Read", readonly=True)
    disputed = fields.Boolean(
        readonly=True, help="The card's owner disputed the payment, when Stripe was read last."
    )
    refunded_outside = fields.Text(
        string="Refunded Outside the Point of Sale", compute="_compute_refunded_outside"
    )

    _disputed_idx = models.Index("(id) WHERE disputed IS TRUE")

    @api.depends("refunds", "refund", "refund_ids.line_uuid", "refund_ids.refund")
    def _compute_refunded_outside(self):
        for row in self:
            lines = set(row.refund_ids.mapped("line_uuid"))
            ours = {row.refund, *row.refund_ids.mapped("refund")}
            row.refunded_outside = "\n".join(
                self.env._(
                    "%(amount)s on %(date)s (%(refund)s)",
                    amount=row.currency_id._stripe_format(refund["amount"]),
                    date=format_date(
                        self.env, datetime.fromtimestamp(refund["created"], timezone.utc)
                    ),
                    refund=refund["id"],
                )
                for refund in row.refunds or []
                if refund["status"] in refunding.MADE
                and refund["id"] not in ours
                and refund["line_uuid"] not in lines
            )

    def _is_fully_refunded(self):
        """Tell whether all that a payment took was refunded."""
        return bool(self.refunded_minor) and self.refunded_minor >= self.amount_received

    # What the till asks for

    @api.model
    def _send_refund(self, session, payment_method, line):
        """Write down that the till wants a line refunded, and kick the runner after the commit.

        Asking twice with one `request_uuid` is asking once.

        :param dict line: as for a payment, with a negative `amount`, `refunded_uuid` of the
            `pos.payment` that is refunded; `employee_id` and `pin` of who approves it, see
            `pos.config.stripe_refund_pin`. Whether the card has to be presented is not the till's
            choice: Stripe takes Interac on the reader only, and no other card there.
        :return: what the till shows, see `_till_data`
        :raise AccessError: the register's refunds need a PIN, and it is missing or wrong
        """
        try:
            amount_minor = -money.to_minor(line["amount"], session.currency_id.name)
        except ValueError:
            return self._refusal(line["line_uuid"], "amount_not_positive", refund_sentence)
        original, code = self._find_original(session, line)
        if code:
            return self._refusal(line["line_uuid"], code, refund_sentence)
        approval = self._refund_approval(session.config_id, line, original, amount_minor)
        known = self.search([("line_uuid", "=", line["line_uuid"])])
        provider = original.provider_id
        row = self._begin(refunding.REFUND, session, payment_method, provider, line, known)
        if row._is_refund_asked(line, original, amount_minor):
            return row._till_data()
        if row.refund_status in refunding.FAILED or row.state == settlement.CANCELED:
            row._flow().start_attempt()
        # What waits for a tip has to be captured before it can be refunded.
        self._release_held([("id", "=", original.id)])
        row._write_request(
            session,
            payment_method,
            line,
            provider_id=provider.id,
            amount_minor=amount_minor,
            refunded_payment_id=original.id,
            on_reader=original._is_in_person(),
            **approval,
        )
        return row._till_data()

    @api.model
    def _find_original(self, session, line):
        """Return the payment that a till's line refunds, and a code where it cannot be."""
        original = self._original(session.company_id, line.get("refunded_uuid"))
        if not original:
            uuid = line.get("refunded_uuid") or ""
            return original, self._missing_original(session.company_id, uuid)
        if original.currency_id != session.currency_id:
            return original, "refund_other_currency"
        try:
            original.provider_id._stripe_terminal_gateway()
        except StripeProblem as problem:
            return original, problem.code
        return original, False

    def _is_refund_asked(self, line, original, amount_minor):
        """Tell whether a till's request adds nothing to what is known or under way."""
        is_of_original = self.refunded_payment_id == original
        is_being_made = self.requested and (self.state != settlement.UNKNOWN or not is_of_original)
        return bool(
            self.request_uuid == line["request_uuid"]
            or self.forced_at
            or self.state in (settlement.COLLECTING, settlement.PAID)
            # What may have been asked for of one payment is never asked for of another.
            or is_being_made
            or self._is_being_sent(amount_minor)
        )

    def _is_in_person(self):
        """Tell whether a payment is refunded on the reader only."""
        return self.card_network == "interac" or self.card_brand == "interac"

    # The closing comparison

    def _signed_minor(self):
        """Return the amount in minor units, of a refund below zero."""
        return -self.amount_minor if self.kind == refunding.REFUND else self.amount_minor

    def _closing_intent(self):
        """Return what the journal knows of a row at Stripe, where Stripe cannot be asked."""
        is_refund = self.kind == refunding.REFUND
        is_made = self.refund_status in refunding.MADE
        taken = self.amount_received or self.amount_capturable
        return closing.Intent(
            id=self._transaction_id(),
            status=(is_made and "succeeded") or "" if is_refund else self.intent_status or "",
            received=-self.amount_minor * is_made if is_refund else taken,
            refunded=0 if is_refund else self.refunded_minor,
            currency=self.currency_id.name,
            line_uuid=self.line_uuid,
            order=self.order_ref or "",
        )

    # The original

    @api.model
    def _original(self, company, pos_payment_uuid):
        """Return the journal's row of a payment that is to be refunded; empty when there is none.

        Payments of Odoo's own pos_stripe have one once a manager has adopted them.

        :param company: whose payments may be refunded
        :param str | None pos_payment_uuid: of the `pos.payment`
        """
        payment = self.env["pos.payment"]
        if pos_payment_uuid:
            payment = payment.search(
                [
                    ("uuid", "=", pos_payment_uuid),
                    ("company_id", "=", company.id),
                    ("amount", ">", 0),
                ],
                limit=1,
            )
        row = self._row_of(payment) if payment else self.browse()
        return row.filtered(lambda row: (row.payment_intent or row.charge) and row._is_proven())

    @api.model
    def _missing_original(self, company, pos_payment_uuid):
        """Return the code of the refusal where `_original` has found nothing."""
        payment = self.env["pos.payment"].search(
            [("uuid", "=", pos_payment_uuid), ("company_id", "=", company.id)]
        )
        is_old = payment and self._is_adoptable(payment)
        return "refund_not_adopted" if is_old else "refund_without_original"

    def _lock_original(self):
        """Make whoever refunds the same payment at this moment wait, and look again after it.

        Only a row that was changed makes the other transaction start over with a fresh view.
        """
        self.env.cr.execute(
            SQL("UPDATE pos_stripe_payment SET write_date = write_date WHERE id = %s", self.id),
            log_exceptions=False,
        )

    def _left_minor(self, but=None):
        """Return how much of a payment may still be refunded, as far as is known.

        :param but: the refund row that asks, which does not stand in its own way
        """
        running = (self.refund_ids - (but or self.browse())).filtered(
            lambda row: row._may_refund() and not self._is_listed(row)
        )
        return refunding.left(
            self.amount_received or self.amount_minor,
            self.refunded_minor,
            running.mapped("amount_minor"),
        )

    def _may_refund(self):
        """Tell whether a refund was made, or may still be."""
        is_over = self.state in (settlement.DECLINED, settlement.CANCELED)
        return not is_over and (self.requested or self.state == settlement.PAID)

    def _is_listed(self, refund):
        """Tell whether what Stripe said of this payment has a refund's row in it already."""
        for listed in self.refunds or []:
            is_same_try = (listed["line_uuid"], listed["attempt"]) == (
                refund.line_uuid,
                str(refund.attempt),
            )
            if is_same_try or listed["id"] == refund.refund:
                return True
        # Stripe lists the last refunds only; the sum has those before them.
        read_at = self.refunds_read_at
        is_made = refund.state == settlement.PAID
        return is_made and bool(read_at) and refund.settled_at < read_at - OVERLAP

    # What the till shows

    def _refund_sentence(self):
        """Tell the cashier about a refund: what happened and what to do."""
        if self._waits_at_stripe():
            return self._waiting_sentence()
        if self.state == settlement.COLLECTING:
            return self.env._("The customer presents the card to the reader for the refund.")
        if self.state == settlement.DECLINED and self.failure_code == CODE_TOO_MUCH:
            if not self.refundable_minor:
                return self._problem_sentence("charge_already_refunded")
            return self.env._(
                "Only %(left)s of this card payment is left to refund. Enter that amount or less, "
                "and refund the rest in another way.",
                left=self.currency_id._stripe_format(self.refundable_minor),
            )
        if self.state == settlement.CANCELED:
            return self.env._("The refund was canceled. Nothing was refunded.")
        return self._payment_sentence()

    def _unmade_reason(self, pos_payment):
        """Return what a manager reads of a `pos.payment` whose refund Stripe has not made."""
        return self.env._(
            "A refund of %(amount)s to the card %(card)s was recorded, and Stripe has not made "
            "it: %(reason)s The customer does not have the money. Refund it in another way.",
            amount=self.currency_id.format(-pos_payment.amount),
            card=self._card_name(),
            reason=self._problem_sentence(self.failure_code),
        )

    def _card_name(self):
        """Return what a person recognises the card by, as words for a sentence."""
        return card_name(self.card_brand, self.card_last4, mask="") or "?"
