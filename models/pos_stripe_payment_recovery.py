from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools.misc import format_datetime

from ..consequences import PAYMENT, UNPAID
from ..stripe_terminal import money, refunding, settlement
from ..stripe_terminal.receipts import card_name
from ..stripe_terminal.refund_errors import refund_sentence

PAID_STATES = settlement.PAID_STATES
# A till that works on an order with a payment asks for it every four seconds at least.
SILENT_AFTER = timedelta(seconds=10)
# Where an order that a payment was attached to has not arrived by then, it never will.
ATTACHED_FOR = timedelta(minutes=10)
UNATTACHED_DAYS = 30


class PosStripePayment(models.Model):
    """What happens to payments that did not go the usual way."""

    _inherit = "pos.stripe.payment"

    # Forced by a person

    def _force_done(self, employee_id=None, pin=None, late=False):
        """Record that a person declared the line paid while Stripe could not be asked.

        :param int | None employee_id: who is logged in at a till with employees
        :param str | None pin: of that employee
        :param bool late: the till has done it before, while it could not reach Odoo
        :raise AccessError: when Stripe can be asked, or the employee may not or has another PIN
        """
        self.ensure_one()
        if self.state == settlement.PAID:
            return
        if self.state != settlement.UNKNOWN:
            raise AccessError(self.env._("Only a payment with a connection error can be forced."))
        is_owed = self.kind == refunding.REFUND and not self.on_reader
        # Nobody else's card shall pay for what the customer has left with; a refund that needs no
        # card is made later.
        wanted = settlement.COLLECT if is_owed else settlement.CANCEL
        if self.forced_at:
            # Told again, because the answer was lost: who has done it is known.
            if is_owed:
                self.wanted = wanted
            return
        self.write(
            {
                "forced_uid": self.env.uid,
                "forced_by": self._check_may_force(employee_id, pin, late),
                "forced_at": fields.Datetime.now(),
                "unverified": True,
                "wanted": wanted,
            }
        )
        self._log("till", "force_done", {"employee": self.forced_by, "late": late})
        self._kick()

    def _check_may_force(self, employee_id, pin, late):
        """Return the employee's name where employees log in; only advanced rights may force.

        :raise AccessError: the employee has no such rights, or another PIN
        """
        config = self.config_id
        if not config._stripe_terminal_has_logins():
            return False
        name = config._stripe_terminal_name(employee_id, pin, late)
        if not name:
            raise AccessError(
                self.env._("Only an employee with advanced rights can force a payment.")
            )
        return name

    def _doubt(self, pos_payment):
        """Mark what an order records and Stripe has not confirmed, or denies."""
        if self.state not in settlement.OPEN_STATES:
            self.unpaid = True
            self._log("till", "recorded_unpaid", {"amount": pos_payment.amount})
            return
        self.unverified = True
        self._log("till", "recorded_unverified")
        is_asked = self.kind == refunding.PAYMENT and self.state != settlement.AUTHORIZED
        if is_asked and not self.forced_at:
            # Forced while Odoo was away: nobody else's card shall pay for this.
            self._give_up()

    def _verify(self):
        """Compare what the till recorded with what Stripe said, once both are known.

        Only the journal is written here; returns the steps that follow, see `consequences`.
        """
        self.ensure_one()
        if self._is_authorization_lost():
            self.unpaid = True
        return (*self._compare(), *self._refund_waits_steps())

    def _compare(self):
        """Settle the doubt about what the till recorded; returns the steps that follow."""
        pos_payment = self.payment_id
        is_known = self.state in PAID_STATES or self.state not in settlement.OPEN_STATES
        if not is_known or not (self.unverified or self.unpaid):
            return ()
        is_paid = self._matches(pos_payment) if pos_payment else self.state in PAID_STATES
        self.write({"unverified": False, "unpaid": not is_paid})
        self._log("state", "verified" if is_paid else "unpaid")
        return (PAYMENT,) if is_paid or not pos_payment else (PAYMENT, UNPAID)

    def _tell_unpaid(self):
        """Ask the managers to look at what the till recorded, if it still is unpaid."""
        row = self._in_company_language()
        if row.unpaid and row.payment_id:
            row.payment_id._tell_unpaid(row._unpaid_reason(row.payment_id))

    def _in_company_language(self):
        """Return the row for what its managers read: the runner itself speaks no language."""
        return self.with_context(lang=self.company_id.partner_id.lang)

    def _unpaid_reason(self, pos_payment):
        """Return what a manager reads of a `pos.payment` that Stripe does not confirm."""
        if self.kind == refunding.REFUND:
            return self._unmade_reason(pos_payment)
        if self._is_taken_back():
            return self.env._(
                "%s was recorded as paid by card after it had been refunded, because no order "
                "showed it. Ask the customer to pay, or correct the order.",
                self.currency_id.format(pos_payment.amount),
            )
        return self.env._(
            "%(recorded)s was recorded as paid by card, but Stripe has taken %(taken)s for it. "
            "Ask the customer to pay, or correct the order.",
            recorded=self.currency_id.format(pos_payment.amount),
            taken=self.currency_id._stripe_format(self.amount_received),
        )

    def _fill_pos_payment(self):
        """Write what Stripe said about the card on the `pos.payment` of the row."""
        changes = self._pos_payment_changes()
        if changes:
            self.payment_id.write(changes)

    def _pos_payment_changes(self):
        """Return the values of the row's `pos.payment` that are not what Stripe said."""
        pos_payment = self.payment_id
        return {
            name: value
            for name, value in self._pos_payment_values().items()
            if pos_payment and (pos_payment[name] or False) != (value or False)
        }

    def _pos_payment_values(self):
        """Return what the row says of its `pos.payment`."""
        values = {"stripe_unverified": self.unverified or self.unpaid}
        if self.state in PAID_STATES:
            values.update(
                card_brand=self.card_brand,
                card_type=self.card_funding,
                card_no=self.card_last4,
                transaction_id=self._transaction_id(),
                payment_method_authcode=self.auth_code,
                ticket=self._ticket(),
            )
        if self.unpaid and (self.state not in PAID_STATES or self._is_taken_back()):
            # A reprint must not show an approval that is no longer true.
            values["ticket"] = False
        return values

    def _matches(self, pos_payment):
        """Tell whether the row proves a `pos.payment`: order, currency and amount."""
        self.ensure_one()
        order = pos_payment.pos_order_id
        return (
            self.state in PAID_STATES
            and not self._is_taken_back()
            and pos_payment.payment_method_id._is_stripe_terminal()
            and self.order_uuid == order.uuid
            and self.currency_id == order.currency_id
            and money.to_minor(self.amount, self.currency_id.name)
            == money.to_minor(pos_payment.amount, order.currency_id.name)
        )

    # Paid, but not on any order

    def _is_taken_back(self):
        """Tell whether the money is or was refunded because no order showed the payment."""
        is_back = self.kind == refunding.PAYMENT and self.refund and self.refunded_minor
        return self.wanted == settlement.REFUND_ALL or bool(is_back)

    def _taken_back_data(self):
        """Return what lets no till finish an order with a payment that is refunded."""
        if not self._is_taken_back():
            return {}
        told = self.env._(
            "This payment is refunded, because no order showed it. Ask the customer to pay again."
        )
        return {"state": settlement.CANCELED, "sentence": told}

    is_unattached = fields.Boolean(
        string="Unattached",
        compute="_compute_is_unattached",
        search="_search_is_unattached",
        help="The card was charged, and no order shows the payment.",
    )

    def _compute_is_unattached(self):
        unattached = self._unattached([("id", "in", self.ids)])
        for payment in self:
            payment.is_unattached = payment in unattached

    def _search_is_unattached(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("id", "in", self._unattached([]).ids)]

    @api.model
    def _unattached(self, domain):
        """Return the payments among `domain` that Stripe has taken and no order shows."""
        now = fields.Datetime.now()
        taken = (
            Domain(domain)
            & Domain("kind", "=", refunding.PAYMENT)
            & Domain("state", "in", PAID_STATES)
            & Domain("wanted", "!=", settlement.REFUND_ALL)
            # As in `_is_proven`.
            & (Domain("request_uuid", "!=", False) | Domain("adopted_at", "!=", False))
            # A till that was just paid, or still works on the order, finishes it itself.
            & (
                Domain("seen_at", "<", now - SILENT_AFTER)
                | (Domain("seen_at", "=", False) & Domain("settled_at", "<", now - SILENT_AFTER))
            )
            & Domain("settled_at", ">", now - timedelta(days=UNATTACHED_DAYS))
            & (Domain("attached_at", "=", False) | Domain("attached_at", "<", now - ATTACHED_FOR))
        )
        # Nearly all are linked to a payment of an order that counts; each search has an index.
        candidates = self.search(taken & Domain("payment_id", "=", False))
        candidates |= self.search(taken & Domain("payment_id.pos_order_id.state", "=", "cancel"))
        shown = self.env["pos.payment"].search(
            [
                ("uuid", "in", candidates.mapped("line_uuid")),
                ("pos_order_id.state", "!=", "cancel"),
            ]
        )
        uuids = set(shown.mapped("uuid"))
        return candidates.filtered(
            lambda payment: payment.line_uuid not in uuids and not payment._is_fully_refunded()
        )

    def _unattached_data(self):
        """Return the till data with what a person recognises the payment by."""
        return {
            **self._till_data(),
            # Why the last attempt to refund it failed.
            "problem": self.failure_code and self.env._(refund_sentence(self.failure_code)),
            "payment_method_id": self.payment_method_id.id,
            "card": card_name(self.card_brand, self.card_last4),
            "paid_at": format_datetime(self.env, self.settled_at, dt_format="short"),
            "register": self.config_id.name,
            "restorable": self._is_restorable(),
        }

    def _check_unattached(self):
        """Refuse what another till was faster with.

        :raise UserError: the payment is on an order, or refunded
        """
        self.ensure_one()
        if not self._unattached([("id", "=", self.id)]):
            raise UserError(self.env._("This payment is on an order already, or was refunded."))

    def _attach(self, session, order_uuid, order_ref):
        """Let an order of a till take this payment; the till adds the line under its uuid."""
        self._check_unattached()
        self.write(
            {
                "session_id": session.id,
                "order_uuid": order_uuid,
                "order_ref": order_ref,
                "attached_at": fields.Datetime.now(),
            }
        )
        self._log("till", "attach", {"order": order_ref})

    def _refund_unattached(self, **values):
        """Write down that the payment is to be refunded, and kick the runner.

        :param values: who approved it, see `_approval`
        :raise UserError: the payment is on an order, refunded, or its card has to be present
        """
        self._check_unattached()
        if self._is_in_person():
            raise UserError(
                self.env._(
                    "This card can only be refunded with the card present. Attach the payment to "
                    "an order, finish it, and refund the order on the card reader."
                )
            )
        self.write({"wanted": settlement.REFUND_ALL, "command": self.command + 1, **values})
        self._log("till", "refund")
        self._kick()

    def action_export(self):
        """Download all that is known of the payment, for whoever has to find out what happened."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/pos_payment_stripe/support/{self.id}",
            "target": "download",
        }

    def action_refund_unattached(self):
        """Give the money of a payment without an order back, from the backend's form.

        :raise AccessError: the user is no POS manager
        :raise UserError: the payment is on an order, or refunded
        """
        if not self.env.user.has_group("point_of_sale.group_pos_manager"):
            raise AccessError(self.env._("Only a Point of Sale manager can do this."))
        self.check_access("read")
        self.sudo()._refund_unattached()

    # The reader is with another till

    def _take_over(self, holder_id):
        """Cancel the payment that has this row's reader, if it is still the one the till saw.

        :param int holder_id: the row that the cashier was shown
        """
        holder = self._reader_holder()
        if holder and holder.id == holder_id:
            self._log("till", "take_over", {"from": holder.order_ref})
            holder._cancel()
