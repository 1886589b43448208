from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..stripe_terminal import closing, money, refunding, settlement
from ..stripe_terminal.errors import StripeProblem
from ..stripe_terminal.refund_errors import refund_sentence

CODE_TOO_MUCH = "refund_exceeds"
# Clocks and transactions may differ by as much when a refund is looked for in what was read.
OVERLAP = timedelta(seconds=60)


class PosStripePayment(models.Model):
    """Refunds in the journal: each row gives back a part of one payment, the original."""

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
        help="The customer presents the card to the reader to get the money back.",
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

    @api.depends("kind")
    def _compute_amount(self):
        result = super()._compute_amount()
        for row in self:
            if row.kind == refunding.REFUND:
                row.amount = -row.amount
        return result

    @api.depends("refunds", "refund", "refund_ids.line_uuid", "refund_ids.refund")
    def _compute_refunded_outside(self):
        for row in self:
            lines = set(row.refund_ids.mapped("line_uuid"))
            ours = {row.refund, *row.refund_ids.mapped("refund")}
            row.refunded_outside = "\n".join(
                self.env._(
                    "%(amount)s on %(date)s (%(refund)s)",
                    amount=row._format_minor(refund["amount"]),
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

    def _format_minor(self, amount_minor):
        """Return minor units as an amount with its currency."""
        return self.currency_id.format(float(money.to_major(amount_minor, self.currency_id.name)))

    def _is_given_back(self):
        """Tell whether all that a payment took went back."""
        return bool(self.refunded_minor) and self.refunded_minor >= self.amount_received

    # What the till asks for

    @api.model
    def _send(self, session, payment_method, line):
        """Write down a payment, or a refund where the amount is negative; see `_send_refund`."""
        if line["amount"] < 0:
            return self._send_refund(session, payment_method, line)
        return super()._send(session, payment_method, line)

    @api.model
    def _send_refund(self, session, payment_method, line):
        """Write down that the till wants a line refunded, and kick the runner after the commit.

        Asking twice with one `request_uuid` is asking once.

        :param dict line: as for a payment, with a negative `amount`, `refunded_uuid` of the
            `pos.payment` that is given back; `employee_id` and `pin` of who approves it, see
            `pos.config.stripe_refund_pin`. Whether the card has to be presented is not the till's
            choice: Stripe takes Interac on the reader only, and no other card there.
        :return: what the till shows, see `_till_data`
        :raise AccessError: the register's refunds need a PIN, and it is missing or wrong
        """
        currency, line_uuid = session.currency_id, line["line_uuid"]

        def refuse(code):
            return self._refusal(line_uuid, code, refund_sentence)

        try:
            amount_minor = -money.to_minor(line["amount"], currency.name)
        except ValueError:
            return refuse("amount_not_positive")
        original = self._original(session.company_id, line.get("refunded_uuid"))
        if not original:
            return refuse(
                self._missing_original(session.company_id, line.get("refunded_uuid") or "")
            )
        if original.currency_id != currency:
            return refuse("refund_other_currency")
        try:
            original.provider_id._stripe_terminal_gateway()
        except StripeProblem as problem:
            return refuse(problem.code)
        approval = self._refund_approval(session.config_id, line, original, amount_minor)
        row = self._insert(
            {
                "kind": refunding.REFUND,
                "line_uuid": line["line_uuid"],
                "session_id": session.id,
                "currency_id": currency.id,
                "payment_method_id": payment_method.id,
                "provider_id": original.provider_id.id,
            }
        )
        if row.company_id != session.company_id or row.kind != refunding.REFUND:
            raise AccessError(self.env._("You cannot use this payment terminal."))
        is_being_made = row.requested and (
            row.state != settlement.UNKNOWN or row.refunded_payment_id != original
        )
        if (
            row.request_uuid == line["request_uuid"]
            or row.forced_at
            or row.state in (settlement.COLLECTING, settlement.PAID)
            or is_being_made
            or row._is_being_sent(amount_minor)
            # What may have been asked for of one payment is never asked for of another.
            or (row.requested and row.refunded_payment_id not in (original, self.browse()))
        ):
            return row._till_data()
        if row.refund_status in refunding.FAILED or row.state == settlement.CANCELED:
            row._start_refund_attempt()
        serial_number = payment_method.stripe_serial_number
        row.write(
            {
                # The order may have moved to a later session since the last try.
                "session_id": session.id,
                "payment_method_id": payment_method.id,
                "provider_id": original.provider_id.id,
                "currency_id": currency.id,
                "request_uuid": line["request_uuid"],
                "order_uuid": line.get("order_uuid"),
                "order_ref": line.get("order_ref"),
                "user_id": self.env.uid,
                "amount_minor": amount_minor,
                "refunded_payment_id": original.id,
                "on_reader": original._is_in_person(),
                "reader_serial": serial_number,
                "reader_id": self.env["pos.stripe.reader"]
                .search(
                    [
                        ("provider_id", "=", original.provider_id.id),
                        ("serial_number", "=", serial_number),
                    ],
                    limit=1,
                )
                .id,
                "wanted": settlement.COLLECT,
                "asked_at": fields.Datetime.now(),
                # Another click is another command, not the replay of the last one's answer.
                "command": row.command + 1,
                "failure_code": False,
                "tries": 0,
                "reader_timeouts": 0,
                "reachable": True,
                **row._connection_values(payment_method),
                **approval,
            }
        )
        if row.state != settlement.UNKNOWN:
            row.state = settlement.NEW
        if not row._hold_reader():
            code = row._leased_code()
            row.write({"wanted": False, "state": settlement.DECLINED, "failure_code": code})
        # What waits for a tip has to be captured before it can be given back.
        self._release_held([("id", "=", original.id)])
        row._log("till", "send", {"amount": -amount_minor, "currency": currency.name})
        row._kick()
        return row._till_data()

    def _start_refund_attempt(self):
        """Begin anew after the last try ended with no money given back."""
        self.write(
            {
                "attempt": self.attempt + 1,
                "command": 0,
                "requested": False,
                "create_request": False,
                "refund": False,
                "refund_status": False,
                "reader_action": settlement.NO_ACTION,
                "settled_at": False,
            }
        )

    def _is_in_person(self):
        """Tell whether the card of a payment gets money back on the reader only."""
        return self.card_network == "interac" or self.card_brand == "interac"

    def _hold_reader(self):
        """Reserve the reader, which most refunds do without."""
        if self.kind == refunding.REFUND and not self.on_reader:
            return True
        return super()._hold_reader()

    def _force_done(self, *args, **kwargs):  # pylint: disable=missing-return
        """Record that a line was declared done; a refund without reader is then made later."""
        is_owed = (
            self.kind == refunding.REFUND
            and self.state == settlement.UNKNOWN
            and not self.on_reader
        )
        result = super()._force_done(*args, **kwargs)
        if is_owed:
            self.wanted = settlement.COLLECT
        return result

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
        listed = {(refund["line_uuid"], refund["attempt"]) for refund in self.refunds or []}
        listed_ids = {refund["id"] for refund in self.refunds or []}
        read_at = self.refunds_read_at
        running = [
            row.amount_minor
            for row in self.refund_ids
            if row != but
            and row.state not in (settlement.DECLINED, settlement.CANCELED)
            and (row.requested or row.state == settlement.PAID)
            and (row.line_uuid, str(row.attempt)) not in listed
            and row.refund not in listed_ids
            # Stripe lists the last refunds only; the sum has those before them.
            and not (
                row.state == settlement.PAID and read_at and row.settled_at < read_at - OVERLAP
            )
        ]
        return refunding.left(
            self.amount_received or self.amount_minor, self.refunded_minor, running
        )

    # What the till shows

    def _transaction_id(self):
        if self.kind == refunding.REFUND:
            return self.refund or False
        return super()._transaction_id()

    def _till_data(self):
        data = super()._till_data()
        if self.kind == refunding.REFUND:
            data["on_reader"] = self.on_reader
        return data

    def _sentence(self):
        """Tell the cashier about a refund: what happened and what to do."""
        if self.kind != refunding.REFUND:
            return super()._sentence()
        if self.state == settlement.COLLECTING:
            return self.env._("The customer presents the card to the reader to get the money back.")
        if self.state == settlement.DECLINED and self.failure_code == CODE_TOO_MUCH:
            if not self.refundable_minor:
                return self._problem_sentence("charge_already_refunded")
            return self.env._(
                "Only %(left)s of this card payment is left to refund. Enter that amount or less, "
                "and give the rest back in another way.",
                left=self._format_minor(self.refundable_minor),
            )
        if self.state == settlement.CANCELED:
            return self.env._("The refund was canceled. Nothing was given back.")
        return super()._sentence()

    def _problem_sentence(self, code):
        if self.kind != refunding.REFUND:
            return super()._problem_sentence(code)
        return self.env._(refund_sentence(code))

    def _unpaid_reason(self, pos_payment):
        if self.kind != refunding.REFUND:
            return super()._unpaid_reason(pos_payment)
        return self.env._(
            "A refund of %(amount)s to the card %(card)s was recorded, and Stripe has not made it: "
            "%(reason)s The customer does not have the money. Give it back in another way.",
            amount=self.currency_id.format(-pos_payment.amount),
            card=self._card_name(),
            reason=self._problem_sentence(self.failure_code),
        )

    def _card_name(self):
        """Return what a person recognises the card by."""
        brand = (self.card_brand or "").replace("_", " ").title()
        return f"{brand} {self.card_last4 or ''}".strip() or "?"
