import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools.misc import format_datetime

from .. import runner
from ..stripe_terminal import money, refunding, settlement
from ..stripe_terminal.errors import sentence
from ..stripe_terminal.receipts import card_name
from .pos_stripe_payment_work import LOOK_PAUSE, LOOK_PAUSE_MAX

_logger = logging.getLogger(__name__)

PAID_STATES = (settlement.PAID, settlement.AUTHORIZED)
# A till that was just paid still finishes its order itself.
UNATTACHED_AFTER = timedelta(seconds=15)
# Where an order that a payment was attached to has not arrived by then, it never will.
ATTACHED_FOR = timedelta(minutes=10)
UNATTACHED_DAYS = 30

CRON_ROWS = 50
# An intent that was declined and never tried again is closed after this long.
DECLINED_FOR = timedelta(hours=12)


class PosStripePayment(models.Model):
    """What happens to payments that did not go the usual way."""

    _inherit = "pos.stripe.payment"

    # Forced by a person

    def _force_done(self, employee_id=None):
        """Record that a person declared the line paid while Stripe could not be asked.

        :param int | None employee_id: who is logged in at a till with employees
        :raise AccessError: when Stripe can be asked, or the employee may not
        """
        self.ensure_one()
        if self.state == settlement.PAID:
            return
        if self.state != settlement.UNKNOWN:
            raise AccessError(self.env._("Only a payment with a connection error can be forced."))
        self.write(
            {
                "forced_uid": self.env.uid,
                "forced_by": self._check_may_force(employee_id),
                "forced_at": fields.Datetime.now(),
                "unverified": True,
                # The customer leaves: nobody else's card shall pay for this.
                "wanted": settlement.CANCEL,
            }
        )
        self._log("till", "force_done", {"employee": self.forced_by})
        self._kick()

    def _check_may_force(self, employee_id):
        """Return the employee's name where employees log in; only advanced rights may force.

        :raise AccessError: the employee has no such rights
        """
        config = self.config_id
        if "hr.employee" not in self.env or not config.module_pos_hr:
            return False
        employee = config._stripe_terminal_advanced_employee(employee_id)
        if not employee:
            raise AccessError(
                self.env._("Only an employee with advanced rights can force a payment.")
            )
        return employee.name

    def _verify(self):
        """Compare what the till recorded with what Stripe said, once both are known."""
        self.ensure_one()
        pos_payment = self.payment_id
        if self.state in PAID_STATES:
            self._fill_pos_payment()
        is_known = self.state in PAID_STATES or self.state not in settlement.OPEN_STATES
        if not is_known or not (self.unverified or self.unpaid):
            return
        is_paid = self._matches(pos_payment) if pos_payment else self.state in PAID_STATES
        self.write({"unverified": False, "unpaid": not is_paid})
        self._log("state", "verified" if is_paid else "unpaid")
        if is_paid:
            pos_payment.stripe_unverified = False
        elif pos_payment:
            if self.state not in PAID_STATES or self._is_taken_back():
                # A reprint must not show an approval that is no longer true.
                pos_payment.ticket = False
            row = self._in_company_language()
            row.payment_id._report_unpaid(row._unpaid_reason(row.payment_id))

    def _in_company_language(self):
        """Return the row for what its managers read: the runner itself speaks no language."""
        return self.with_context(lang=self.company_id.partner_id.lang)

    def _unpaid_reason(self, pos_payment):
        """Return what a manager reads of a `pos.payment` that Stripe does not confirm."""
        if self._is_taken_back():
            return self.env._(
                "%s by card were recorded as paid after they had been given back to the card, "
                "because no order showed them. Ask the customer to pay, or correct the order.",
                self.currency_id.format(pos_payment.amount),
            )
        return self.env._(
            "%(recorded)s by card were recorded as paid, and Stripe has taken %(taken)s "
            "for it. Ask the customer to pay, or correct the order.",
            recorded=self.currency_id.format(pos_payment.amount),
            taken=self.currency_id.format(
                float(money.to_major(self.amount_received, self.currency_id.name))
            ),
        )

    def _fill_pos_payment(self):
        """Write what Stripe said about the card on the `pos.payment` of the row."""
        self.payment_id.write(
            {
                "card_brand": self.card_brand,
                "card_type": self.card_funding,
                "card_no": self.card_last4,
                "transaction_id": self._transaction_id(),
                "payment_method_authcode": self.auth_code,
                "ticket": self._ticket(),
            }
        )

    def _matches(self, pos_payment):
        """Tell whether the row proves a `pos.payment`: order, currency and amount."""
        self.ensure_one()
        order = pos_payment.pos_order_id
        return (
            self.state in PAID_STATES
            and not self._is_taken_back()
            and self.order_uuid == order.uuid
            and self.currency_id == order.currency_id
            and money.to_minor(self.amount, self.currency_id.name)
            == money.to_minor(pos_payment.amount, order.currency_id.name)
        )

    # Paid, but not on any order

    def _is_taken_back(self):
        """Tell whether the money goes or went back because no order showed the payment."""
        is_back = self.kind == refunding.PAYMENT and self.refund and self.refunded_minor
        return self.wanted == settlement.REFUND or bool(is_back)

    def _till_data(self):
        """Let no till finish an order with a payment that goes back to the card."""
        data = super()._till_data()
        if not self._is_taken_back():
            return data
        told = self.env._(
            "This payment goes back to the card, because no order showed it. Ask the customer to "
            "pay again."
        )
        return {**data, "state": settlement.CANCELED, "sentence": told}

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
            & Domain("wanted", "!=", settlement.REFUND)
            & Domain("settled_at", "<", now - UNATTACHED_AFTER)
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
            lambda payment: payment.line_uuid not in uuids and not payment._is_given_back()
        )

    def _unattached_data(self):
        """Return the till data with what a person recognises the payment by."""
        return {
            **self._till_data(),
            # Why the last attempt to give it back failed.
            "problem": self.failure_code and self.env._(sentence(self.failure_code)),
            "payment_method_id": self.payment_method_id.id,
            "card": card_name(self.card_brand, self.card_last4),
            "paid_at": format_datetime(self.env, self.settled_at, dt_format="short"),
            "register": self.config_id.name,
        }

    def _check_unattached(self):
        """Refuse what another till was faster with.

        :raise UserError: the payment is on an order, or given back
        """
        self.ensure_one()
        if not self._unattached([("id", "=", self.id)]):
            raise UserError(self.env._("This payment is on an order already, or was given back."))

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

    def _refund_unattached(self):
        """Write down that the money goes back to the card, and kick the runner.

        :raise UserError: the payment is on an order, given back, or its card has to be present
        """
        self._check_unattached()
        if self._is_in_person():
            raise UserError(
                self.env._(
                    "This card gets money back only when it is presented. Attach the payment to an "
                    "order, finish it, and refund the order on the card reader."
                )
            )
        self.write({"wanted": settlement.REFUND, "command": self.command + 1})
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
        :raise UserError: the payment is on an order, or given back
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

    # Nobody asks any more

    @api.model
    def _cron_look(self):
        """Carry out what no till asks for any more, until Stripe is found silent."""
        now = fields.Datetime.now()
        self.search(
            [
                ("state", "=", settlement.DECLINED),
                ("wanted", "=", False),
                ("payment_intent", "!=", False),
                ("intent_status", "in", settlement.INTENT_OPEN),
                ("write_date", "<", now - DECLINED_FOR),
            ],
            limit=CRON_ROWS,
        ).write({"wanted": settlement.CANCEL})
        cron = self.env["ir.cron"]
        # The runner works in transactions of its own and must neither wait for ours nor miss it.
        cron._commit_progress()
        for payment in self._cron_candidates(now):
            try:
                if not runner.carry_out(self.env.cr.dbname, payment.id):
                    # Silent for one is silent for all: the next run tries again.
                    break
            except runner.RowTaken:
                continue
            except Exception:
                # The others must not wait for it.
                _logger.exception("%s was interrupted", payment)
                cron._commit_progress()
                payment.look_at = fields.Datetime.now() + LOOK_PAUSE_MAX
            if not cron._commit_progress(1):
                break

    @api.model
    def _cron_candidates(self, now):
        """Return the rows that are due for a look, those that wait longest first."""
        is_open = (
            Domain("state", "in", settlement.OPEN_STATES)
            | Domain("wanted", "!=", False)
            | Domain("holds_reader", "=", True)
        )
        return self.search(
            is_open & self._due_domain(now) & Domain(self._not_held_domain()),
            order="look_at NULLS FIRST",
            limit=CRON_ROWS,
        )

    @api.model
    def _due_domain(self, now):
        """Return the domain of the rows that nobody has looked at for long enough."""
        is_new = Domain("look_at", "=", False) & Domain("create_date", "<", now - LOOK_PAUSE)
        return Domain("look_at", "<=", now) | is_new
