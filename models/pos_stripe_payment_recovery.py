import logging
import time
from contextlib import suppress
from datetime import timedelta
from itertools import zip_longest

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_datetime

from .. import runner
from ..consequences import PAYMENT, UNPAID
from ..guard import COLLISIONS
from ..silence import Silences
from ..stripe_terminal import money, refunding, settlement
from ..stripe_terminal.receipts import card_name
from ..stripe_terminal.refund_errors import refund_sentence
from .pos_payment_method import TERMINAL
from .pos_stripe_payment_work import DECLINED_FOR, LOOK_PAUSE

_logger = logging.getLogger(__name__)

PAID_STATES = settlement.PAID_STATES
# A till that works on an order with a payment asks for it every four seconds at least.
SILENT_AFTER = timedelta(seconds=10)
# Where an order that a payment was attached to has not arrived by then, it never will.
ATTACHED_FOR = timedelta(minutes=10)
UNATTACHED_DAYS = 30

# So many of each account are looked up at once.
CRON_ROWS = 50
# A run goes on for so long at least (seconds), because one silent account takes most of it.
RUN_FOR = 45


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
        if self.forced_at:
            # Told again, because the answer was lost: who has done it is known.
            return
        self.write(
            {
                "forced_uid": self.env.uid,
                "forced_by": self._check_may_force(employee_id, pin, late),
                "forced_at": fields.Datetime.now(),
                "unverified": True,
                # The customer leaves: nobody else's card shall pay for this.
                "wanted": settlement.CANCEL,
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
            and pos_payment.payment_method_id.use_payment_terminal == TERMINAL
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
            lambda payment: payment.line_uuid not in uuids and not payment._is_given_back()
        )

    def _unattached_data(self):
        """Return the till data with what a person recognises the payment by."""
        return {
            **self._till_data(),
            # Why the last attempt to give it back failed.
            "problem": self.failure_code and self.env._(refund_sentence(self.failure_code)),
            "payment_method_id": self.payment_method_id.id,
            "card": card_name(self.card_brand, self.card_last4),
            "paid_at": format_datetime(self.env, self.settled_at, dt_format="short"),
            "register": self.config_id.name,
            "restorable": self._is_restorable(),
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

    def _refund_unattached(self, **values):
        """Write down that the money goes back to the card, and kick the runner.

        :param values: who approved it, see `_approval`
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
        self.write({"wanted": settlement.REFUND, "command": self.command + 1, **values})
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
        """Carry out what no till asks for any more; a silent account stops its own rows only.

        Each row is looked at once, and the accounts take turns.
        """
        now = fields.Datetime.now()
        silences, looked, began = Silences(), self.browse(), time.monotonic()
        cron = self.env["ir.cron"]
        # The runner works in transactions of its own and must neither wait for ours nor miss it.
        cron._commit_progress()
        while turns := self._cron_turns(now, looked, silences.silent()):
            for number, turn in enumerate(turns, 1):
                for payment in turn:
                    account, was_stuck = payment.provider_id.id, bool(payment.stuck_since)
                    if account not in silences.silent():
                        silences.note(account, payment._cron_carry_out(), was_stuck)
                        looked |= payment
                left = self.union(*turns[number:]).filtered(
                    lambda row: row.provider_id.id not in silences.silent()
                )
                has_time = cron._commit_progress(len(turn), remaining=len(left))
                if not has_time and time.monotonic() > began + RUN_FOR:
                    return
        self._cron_leave_silent(now, silences.silent())

    @api.model
    def _cron_leave_silent(self, now, silent):
        """Put the rows off that nobody was asked about, because their account is silent."""
        if not silent:
            return
        rows = self.union(
            *(
                self.search(domain & Domain("provider_id", "in", silent))
                for domain in self._cron_domains(now)
            )
        )
        with suppress(*COLLISIONS), self.env.cr.savepoint():
            self.env.cr.execute(
                SQL(
                    """UPDATE pos_stripe_payment SET look_at = %s WHERE id IN (
                        SELECT id FROM pos_stripe_payment
                         WHERE id = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED)""",
                    now + LOOK_PAUSE,
                    rows.ids,
                ),
                log_exceptions=False,
            )
        self.invalidate_model(["look_at"], flush=False)

    def _cron_carry_out(self):
        """Carry a row out, and see to it that it is looked at later next time whatever happens.

        :return: the `StripeProblem` that kept it from being answered, or None
        """
        try:
            return runner.carry_out(self.env.cr.dbname, self.id)
        except runner.RowTaken:
            self._cron_postpone(is_stuck=False)
        except Exception:
            if self._cron_postpone(is_stuck=True):
                _logger.exception("%s was interrupted", self)
        return None

    def _cron_postpone(self, is_stuck):
        """Do `_postpone` in a transaction of its own; returns whether the log shall be told."""
        try:
            return runner._transact(
                self.env.registry, self.id, lambda row: row._postpone(is_stuck=is_stuck)
            )
        except Exception:
            _logger.exception("%s cannot be put off", self)
            return True

    @api.model
    def _cron_turns(self, now, looked, silent):
        """Return the rows that are due, the longest due first, one of each account in a turn.

        :param looked: the rows that this run has looked at
        :param list silent: ids of the `payment.provider` that are not asked any more
        :return: list of recordsets
        """
        but = Domain("id", "not in", looked.ids) & Domain("provider_id", "not in", silent)
        rows_of = {}
        for domain in self._cron_domains(now):
            for (provider,) in self._read_group(domain & but, ["provider_id"]):
                rows = self.search(
                    domain & but & Domain("provider_id", "=", provider.id),
                    order="look_at NULLS FIRST",
                    limit=CRON_ROWS,
                )
                rows_of[provider] = rows_of.get(provider, self) | rows
        turns = zip_longest(*rows_of.values(), fillvalue=self)
        return [self.union(*turn) for turn in turns]

    @api.model
    def _cron_domains(self, now):
        """Return the domains of the rows that are due for a look; each has an index."""
        is_open = (
            Domain("state", "in", settlement.OPEN_STATES)
            | Domain("wanted", "!=", False)
            | Domain("holds_reader", "=", True)
        )
        is_left_declined = (
            Domain("state", "=", settlement.DECLINED)
            & Domain("wanted", "=", False)
            & Domain("payment_intent", "!=", False)
            & Domain("intent_status", "in", settlement.INTENT_OPEN)
            & Domain("write_date", "<", now - DECLINED_FOR)
        )
        # Whoever had it was killed: what it read or did is not known, whatever the state.
        is_abandoned = Domain("lease_owner", "!=", False) & Domain("lease_until", "<", now)
        return [
            is_open & self._due_domain(now) & Domain(self._not_held_domain()),
            is_left_declined & self._due_domain(now),
            is_abandoned & (Domain("stuck_since", "=", False) | self._due_domain(now)),
        ]

    @api.model
    def _due_domain(self, now):
        """Return the domain of the rows that nobody has looked at for long enough."""
        is_new = Domain("look_at", "=", False) & Domain("create_date", "<", now - LOOK_PAUSE)
        return Domain("look_at", "<=", now) | is_new
