from odoo import api, fields, models
from odoo.fields import Domain

from ..consequences import BUS, TIP, TIP_DOUBTFUL, TIP_FIXED, TIP_MISSING
from ..guard import for_each
from ..stripe_terminal import money, settlement, tipping
from .pos_order_tip import FINISHED
from .pos_stripe_payment_work import LOOK_PAUSE_MAX

# Authorized, and nobody has said yet which tip it gets.
HELD = (
    Domain("state", "=", settlement.AUTHORIZED)
    & Domain("tip_after_payment", "=", True)
    & Domain("tip_released", "=", False)
    & (Domain("overcapture_supported", "=", True) | Domain("incremental_supported", "=", True))
)
# Why a tip was not even asked for.
REFUSAL_INVOICED = "invoiced"
REFUSAL_LATE = "captured"


class PosStripePayment(models.Model):
    """Tips: given on the reader, or added to an authorized payment before it is captured."""

    _inherit = "pos.stripe.payment"

    tip_eligible_minor = fields.Integer(
        string="Eligible for a Tip (minor units)",
        readonly=True,
        help="The amount from which the reader reckons the tips that it suggests.",
    )
    reader_tip_minor = fields.Integer(string="Tip on the Reader (minor units)", readonly=True)
    tip_minor = fields.Integer(
        string="Tip (minor units)", readonly=True, help="The part of the amount that is a tip."
    )
    tip = fields.Monetary(compute="_compute_tip")
    tip_after_payment = fields.Boolean(
        readonly=True, help="The card is authorized first, and charged when the tip is known."
    )
    tip_released = fields.Boolean(
        string="Tip Is Known", readonly=True, help="Nothing is waited for before the capture."
    )
    tip_wanted_minor = fields.Integer(string="Wanted Tip (minor units)", readonly=True)
    tip_way = fields.Selection(
        [
            (tipping.OVERCAPTURE, "Capture More"),
            (tipping.INCREMENT, "Authorize More"),
            (tipping.WITHOUT, "Without Tip"),
        ],
        readonly=True,
        help="How the tip is added to the authorized amount.",
    )
    tip_refusal = fields.Char(
        string="Tip Refused Because Of", readonly=True, help="Why the tip could not be charged."
    )
    tip_recorded = fields.Boolean(readonly=True, help="The order shows the tip that was charged.")
    amount_capturable = fields.Integer(string="Authorized (minor units)", readonly=True)
    overcapture_supported = fields.Boolean(readonly=True)
    incremental_supported = fields.Boolean(readonly=True)
    capture_before = fields.Datetime(
        readonly=True, help="Stripe releases the card then, if it is not captured."
    )
    capture_due = fields.Datetime(readonly=True, help="It is captured then, with or without tip.")

    @api.depends("tip_minor", "currency_id")
    def _compute_tip(self):
        for payment in self:
            payment.tip = payment._to_major(payment.tip_minor)

    def _to_major(self, minor):
        return float(money.to_major(minor, self.currency_id.name))

    # What a till asks for

    def _tip_request(self, line, amount_minor):
        """Return what a till's request says about tips, as values of the journal.

        :param dict line: as in `_send`; `tippable` is what of the order a tip may be given for, and
            `tip` the tip that is on the order already (major units, both may be missing)
        :param int amount_minor: that the card is asked for
        """
        config = self.config_id
        if not (config._stripe_tips_on_reader() or config._stripe_tips_after_payment()):
            return {"tip_eligible_minor": 0, "tip_after_payment": False}
        tippable, tip = map(self._minor_or_zero, (line.get("tippable"), line.get("tip")))
        others = self.search(
            [
                ("order_uuid", "=", line.get("order_uuid")),
                ("company_id", "=", self.company_id.id),
                ("state", "=", settlement.PAID),
                ("id", "!=", self.id),
            ]
        )
        # A tip that no reader brought was entered at the till: the customer has given it already.
        is_tipped = tip > sum(others.mapped("tip_minor"))
        is_asked = config._stripe_tips_on_reader() and not is_tipped
        return {
            "tip_eligible_minor": max(0, min(amount_minor, tippable)) if is_asked else 0,
            "tip_after_payment": config._stripe_tips_after_payment() and not is_tipped,
        }

    def _minor_or_zero(self, amount):
        try:
            return money.to_minor(amount or 0, self.currency_id.name)
        except ValueError:
            return 0

    def _tip_data(self):
        """Return what the till needs of a row's tip."""
        return {
            # One that is to be canceled is about to be given up at Stripe.
            "held": (
                self.state == settlement.AUTHORIZED
                and self.wanted != settlement.CANCEL
                and bool(self.charge)
                and self._is_held()
            ),
            "tip": self.tip,
            # The order has not got yet what was charged; what failed has a sentence of its own.
            "recording": (self.carry_due or {}).get(TIP) == "",
            "tip_sentence": (
                self._tip_sentence()
                if self._is_tip_missing() and self.payment_id.pos_order_id
                else ""
            ),
        }

    # What waits for its tip

    def _is_held(self):
        """Tell whether an authorized payment waits for its tip; also while its card is unknown."""
        self.ensure_one()
        return (
            self.intent_status == "requires_capture"
            and self.tip_after_payment
            and not self.tip_released
            and (not self.charge or self.overcapture_supported or self.incremental_supported)
        )

    @api.model
    def _not_held_domain(self):
        """Return the domain of the rows that do not wait for a tip."""
        return list(~HELD)

    @api.model
    def _release_held(self, domain, with_tip=True, skip_collisions=False):
        """Have payments captured that wait for a tip, with the tip that their orders have now.

        The first card payment of an order takes all of it, as in `pos_restaurant`. An order whose
        tip cannot be told waits, until its cards have to be captured without.

        :param domain: which payments
        :param bool with_tip: whether the tip on the order is still to be paid
        :param bool skip_collisions: see `guard.for_each`
        """
        held = self.search(HELD & Domain(domain)).sorted(lambda row: row.payment_id.id)
        orders = held.payment_id.pos_order_id if with_tip else self.env["pos.order"]
        failed = for_each(orders, held._note_tip, held._postpone_tips, skip_collisions)
        overdue = fields.Datetime.now() - LOOK_PAUSE_MAX
        ready = held.filtered(
            lambda row: (
                row.payment_id.pos_order_id not in failed
                or (row.capture_due and row.capture_due < overdue)
            )
        )
        for_each(
            ready,
            lambda row: row._release_tip(),
            lambda row: row._postpone(is_stuck=True),
            skip_collisions,
        )

    def _of_order(self, order):
        return self.filtered(lambda row: row.payment_id in order.payment_ids)

    def _note_tip(self, order):
        """Note the tip that is on an order at the first of its payments among these."""
        if order.state in FINISHED:
            self._of_order(order)[:1].tip_wanted_minor = order._stripe_untaken_tip()

    def _postpone_tips(self, order):
        """Try an order's payments among these again later; returns whether that is news."""
        news = [row._postpone(is_stuck=True) for row in self._of_order(order)]
        return any(news)

    def _release_tip(self):
        self._lock()
        is_fixed = bool(self.payment_id.pos_order_id.account_move)
        ways = tipping.ways(self.overcapture_supported, self.incremental_supported)
        self.write(
            {
                "tip_released": True,
                "tip_way": tipping.WITHOUT if is_fixed or not self.tip_wanted_minor else ways[0],
                "tip_refusal": REFUSAL_INVOICED if is_fixed and self.tip_wanted_minor else False,
                "command": self.command + 1,
                "tries": 0,
                # Should whoever is kicked now be killed, the next run takes it up.
                "look_at": fields.Datetime.now(),
            }
        )
        self._log("till", "tip", {"tip": self.tip_wanted_minor, "way": self.tip_way})
        self._kick(insist=True)

    @api.model
    def _leave_out_late_tips(self, orders):
        """Take tips off finished orders whose cards had all been charged when the tip came."""
        for_each(orders, self._leave_out_late_tip)

    @api.model
    def _leave_out_late_tip(self, order):
        rows = self.search(
            [("payment_id", "in", order.payment_ids.ids), ("tip_after_payment", "=", True)]
        ).sorted(lambda row: row.payment_id.id)
        if not rows or not all(row.tip_recorded for row in rows):
            return
        late = order._stripe_untaken_tip()
        if late:
            first = rows[:1]
            first.write({"tip_wanted_minor": first.tip_minor + late, "tip_refusal": REFUSAL_LATE})
            first._log("till", "late_tip", {"tip": late})
            first._carry_here(BUS, TIP_MISSING)
        order._stripe_take_tip_off(late)

    @api.model
    def _cron_release_tips(self):
        """Capture in time what waits for a tip that nobody enters."""
        now = fields.Datetime.now()
        is_due = Domain("capture_due", "<=", now) | Domain("session_id.state", "=", "closed")
        # What could not be released is tried again with growing pauses.
        may_work = Domain("stuck_since", "=", False) | self._due_domain(now)
        self._release_held(is_due & may_work, skip_collisions=True)

    # The order

    def _is_authorization_lost(self):
        """Tell whether an order was finished when its card was authorized, and then got nothing."""
        return (
            self.state == settlement.CANCELED
            and self.tip_after_payment
            and self.payment_id.pos_order_id.state in FINISHED
        )

    def _is_tip_to_record(self):
        """Tell whether the order is finished, and does not show yet what the card was charged."""
        return (
            self.state == settlement.PAID
            and not self.tip_recorded
            and self.payment_id.pos_order_id.state in FINISHED
        )

    def _has_tip_to_record(self):
        """Tell whether that takes more than to note that there was no tip."""
        return self._is_tip_to_record() and bool(
            self.tip_minor
            or self.tip_wanted_minor
            or self.tip_after_payment
            or self.payment_id.stripe_tip
        )

    def _record_tip(self):
        """Bring tip and payment of a finished order to what Stripe has taken, once.

        :return: the steps that follow, see `consequences`
        """
        if not self._is_tip_to_record():
            return ()
        is_about_a_tip = self._has_tip_to_record()
        self.tip_recorded = True
        is_doubtful = self.reader_tip_minor and not self.tip_minor and not self.tip_after_payment
        follows = (TIP_DOUBTFUL,) if is_doubtful else ()
        return (*follows, *(self._bring_tip_to_order() if is_about_a_tip else ()))

    def _bring_tip_to_order(self):
        """Let a finished order show the tip that was charged; returns the steps that follow."""
        pos_payment = self.payment_id
        order = pos_payment.pos_order_id
        recorded = self._minor_or_zero(pos_payment.stripe_tip)
        amount = self._minor_or_zero(pos_payment.amount)
        missing = self.tip_minor - recorded
        if not missing and not self.tip_wanted_minor:
            if self.tip_released and not order.is_tipped:
                # Nobody entered a tip in time: none is offered any more.
                order.is_tipped = True
            self._leave_out_late_tips(order)
            return ()
        if amount + missing != self.amount_minor:
            # Something else is wrong than the tip.
            self.unpaid = True
            return ()
        is_fixed = order.state == "done" or order.account_move
        if missing and is_fixed:
            return (TIP_FIXED,)
        other_tips = sum((order.payment_ids - pos_payment).mapped("stripe_tip"))
        if missing:
            pos_payment.write({"amount": self.amount, "stripe_tip": self.tip})
        if is_fixed and self.tip_refusal != REFUSAL_INVOICED:
            # The bank took none, and the order is in accounting with it: people decide.
            return (TIP_MISSING,)
        if self.tip_after_payment:
            order._stripe_set_tip(other_tips + self.tip)
        else:
            # A cashier may have entered a tip besides.
            shown = sum(order._stripe_tip_lines().mapped("price_subtotal_incl"))
            order._stripe_set_tip(shown + self._to_major(missing))
        self._log("state", "tip_recorded", {"tip": self.tip_minor, "order": order.pos_reference})
        return (TIP_MISSING,) if self._is_tip_missing() else ()

    def _tell_fixed_tip(self):
        """Ask the managers to record a tip that came too late for the order."""
        row = self._in_company_language()
        order = row.payment_id.pos_order_id
        order._stripe_tell_managers(
            row.env._("Tip not recorded"),
            row.env._(
                "The card of order %(order)s was charged a tip of %(tip)s after the order had "
                "been closed, so it could not be added to it. Record it in accounting.",
                order=order.pos_reference,
                tip=row.currency_id.format(row.tip),
            ),
        )

    def _tell_missing_tip(self):
        """Ask the managers to look at a tip that was not charged."""
        row = self._in_company_language()
        row.payment_id.pos_order_id._stripe_tell_managers(
            row.env._("Tip not charged"), row._tip_sentence()
        )

    def _tell_doubtful_tip(self):
        row = self._in_company_language()
        row.payment_id.pos_order_id._stripe_tell_managers(
            row.env._("Tip not recorded"),
            row.env._(
                "For order %(order)s the card reader told of a tip of %(tip)s, but the card was "
                "charged %(amount)s, which is not the amount asked for with that tip. No tip was "
                "added to the order. Check the payment in Stripe's dashboard.",
                order=row.payment_id.pos_order_id.pos_reference or row.order_ref,
                tip=row.currency_id._stripe_format(row.reader_tip_minor),
                amount=row.currency_id._stripe_format(row.amount_received),
            ),
        )

    def _is_tip_missing(self):
        return self.state == settlement.PAID and self.tip_minor < self.tip_wanted_minor

    def _tip_sentence(self):
        """Tell that a tip was not charged, and why."""
        facts = {
            "tip": self.currency_id._stripe_format(self.tip_wanted_minor),
            "order": self.payment_id.pos_order_id.pos_reference or self.order_ref,
            "amount": self.currency_id.format(self.amount),
        }
        if self.tip_refusal == REFUSAL_LATE:
            return self.env._(
                "The tip of %(tip)s for order %(order)s was not charged, because the card had been "
                "charged already. The card was charged %(amount)s.",
                **facts,
            )
        if self.tip_refusal == REFUSAL_INVOICED:
            return self.env._(
                "The tip of %(tip)s for order %(order)s was not charged, because the order was "
                "invoiced already. The card was charged %(amount)s.",
                **facts,
            )
        return self.env._(
            "The tip of %(tip)s for order %(order)s was not charged, because the card did not take "
            "more than was approved at first. The card was charged %(amount)s.",
            **facts,
        )
