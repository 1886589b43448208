from datetime import datetime, timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError
from odoo.tools import SQL

from .. import lease, runner
from ..consequences import PAYMENT, TIP, VERIFY
from ..fetching import keep_inserted
from ..flows import flow_of
from ..flows.flow import precise_now
from ..guard import quiet_lock
from ..stripe_terminal import money, refunding, settlement
from ..stripe_terminal.errors import StripeProblem, sentence
from ..stripe_terminal.refund_errors import refund_sentence

CODE_LEASED = "reader_leased"
CODE_TESTED = "reader_tested"
# A till may ask as often as it likes, Stripe is read at most this often for one payment: a little
# more often than a till asks, lest it finds every second time that Stripe was read just before.
READ_INTERVAL = timedelta(seconds=0.5)
# Where Stripe tells of its payments, asking is only for what it may fail to tell.
READ_INTERVAL_TOLD = timedelta(seconds=4)


class PosStripePayment(models.Model):
    """The journal: one row per POS payment line that is paid with Stripe Terminal.

    A row is committed before Stripe hears of the payment and changes only by what Stripe
    answers. Only the server writes it, so that it is evidence.
    """

    _name = "pos.stripe.payment"
    _description = "Stripe Terminal Payment"
    _order = "id desc"
    _rec_name = "order_ref"

    kind = fields.Selection(
        [(refunding.PAYMENT, "Payment"), (refunding.REFUND, "Refund")],
        default=refunding.PAYMENT,
        required=True,
        readonly=True,
    )
    line_uuid = fields.Char(string="Payment Line UUID", required=True, readonly=True)
    request_uuid = fields.Char(string="Last Request UUID", readonly=True)
    order_uuid = fields.Char(string="Order UUID", readonly=True, index=True)
    order_ref = fields.Char(string="Order Reference", readonly=True)
    session_id = fields.Many2one("pos.session", readonly=True, index=True, required=True)
    config_id = fields.Many2one(related="session_id.config_id", store=True, index=True)
    company_id = fields.Many2one(related="session_id.config_id.company_id", store=True, index=True)
    payment_method_id = fields.Many2one("pos.payment.method", readonly=True, required=True)
    payment_id = fields.Many2one(
        "pos.payment", string="POS Payment", readonly=True, copy=False, index="btree_not_null"
    )
    provider_id = fields.Many2one("payment.provider", readonly=True)
    reader_id = fields.Many2one("pos.stripe.reader", readonly=True)
    reader_serial = fields.Char(string="Reader Serial Number", readonly=True)
    holds_reader = fields.Boolean(
        readonly=True, help="The reader is reserved for this payment while it runs."
    )
    user_id = fields.Many2one("res.users", string="Cashier", readonly=True)

    currency_id = fields.Many2one("res.currency", readonly=True, required=True)
    amount_minor = fields.Integer(string="Amount (minor units)", readonly=True)
    amount = fields.Monetary(compute="_compute_amount")

    state = fields.Selection(
        [
            (settlement.NEW, "New"),
            (settlement.COLLECTING, "Waiting for Card"),
            (settlement.AUTHORIZED, "Authorized"),
            (settlement.PAID, "Paid"),
            (settlement.DECLINED, "Declined"),
            (settlement.CANCELED, "Canceled"),
            (settlement.UNKNOWN, "Unknown"),
        ],
        default=settlement.NEW,
        required=True,
        readonly=True,
        index=True,
    )
    wanted = fields.Selection(
        [
            (settlement.COLLECT, "Collect"),
            (settlement.CANCEL, "Cancel"),
            (settlement.REFUND_ALL, "Refund"),
        ],
        readonly=True,
    )
    failure_code = fields.Char(readonly=True)
    revision = fields.Integer(
        readonly=True,
        help="Counts the steps, so that a till can tell a late answer from a new one.",
    )
    attempt = fields.Integer(
        default=1,
        readonly=True,
        help="Counts the PaymentIntents of this line, one after the other.",
    )
    command = fields.Integer(
        default=0, readonly=True, help="Counts the clicks and Stripe's answers, for new keys."
    )
    tries = fields.Integer(readonly=True, help="Unanswered requests in a row.")
    reader_timeouts = fields.Integer(
        readonly=True, help="How often the reader did not acknowledge the last request in time."
    )
    requested = fields.Boolean(
        readonly=True, help="A PaymentIntent was asked for; it may exist even if none is known."
    )

    create_request = fields.Json(
        readonly=True, help="How the PaymentIntent was asked for, to ask in the same way again."
    )
    create_failed = fields.Boolean(
        readonly=True, help="Stripe failed on that request: it may have been carried out."
    )

    payment_intent = fields.Char(string="PaymentIntent", readonly=True)
    charge = fields.Char(readonly=True)
    livemode = fields.Boolean(string="Live Mode", readonly=True)
    intent_status = fields.Char(string="PaymentIntent Status", readonly=True)
    intent_amount = fields.Integer(string="PaymentIntent Amount (minor units)", readonly=True)
    amount_received = fields.Integer(string="Received (minor units)", readonly=True)
    refund = fields.Char(readonly=True, index="btree_not_null")
    refunded_minor = fields.Integer(string="Refunded (minor units)", readonly=True)
    reader_action = fields.Char(default=settlement.NO_ACTION, readonly=True)
    reachable = fields.Boolean(default=True, readonly=True)
    card_brand = fields.Char(readonly=True)
    card_last4 = fields.Char(string="Card Last 4 Digits", readonly=True)
    card_funding = fields.Char(readonly=True)
    card_network = fields.Char(readonly=True)
    card_read_method = fields.Char(readonly=True)
    auth_code = fields.Char(string="Authorization Code", readonly=True)
    emv_receipt = fields.Json(string="EMV Receipt Data", readonly=True)

    forced_uid = fields.Many2one("res.users", string="Forced By", readonly=True)
    forced_at = fields.Datetime(readonly=True)
    forced_by = fields.Char(string="Forced by Employee", readonly=True)
    unverified = fields.Boolean(
        readonly=True, help="The till says that it is paid, and Stripe has not confirmed it yet."
    )
    unpaid = fields.Boolean(
        readonly=True, help="The till says that it is paid, and Stripe says that it is not."
    )
    attached_at = fields.Datetime(readonly=True)

    asked_at = fields.Datetime(string="Last Asked for by the Till", readonly=True)
    sent_at = fields.Datetime(string="Sent to Reader", readonly=True)
    last_read_at = fields.Datetime(string="Last Read from Stripe", readonly=True)
    look_at = fields.Datetime(
        string="Next Look", readonly=True, help="The scheduled action asks Stripe again then."
    )
    settled_at = fields.Datetime(readonly=True)
    lease_owner = fields.Char(readonly=True)
    lease_until = fields.Datetime(readonly=True)
    stuck_since = fields.Datetime(
        readonly=True,
        help="Since then no look at it came to an end: Stripe gave no answer, or Odoo failed.",
    )

    event_ids = fields.One2many("pos.stripe.payment.event", "stripe_payment_id", readonly=True)
    webhook_event_ids = fields.One2many(
        "pos.stripe.webhook.event", compute="_compute_webhook_event_ids"
    )

    _line_uuid_unique = models.Constraint(
        "UNIQUE (line_uuid)", "A payment line has one Stripe payment."
    )
    _payment_intent_unique = models.Constraint(
        "UNIQUE (payment_intent)", "A PaymentIntent belongs to one payment line."
    )
    # As the ORM asks for it; PostgreSQL does not see that the column alone means the same.
    _reader_lease = models.UniqueIndex(
        "(provider_id, reader_serial) WHERE holds_reader IS TRUE",
        "The reader is busy with another payment.",
    )
    _open_idx = models.Index(
        "(look_at) WHERE state IN ('new', 'collecting', 'authorized', 'unknown') "
        "OR wanted IS NOT NULL OR holds_reader IS TRUE"
    )
    _unlinked_idx = models.Index(
        "(settled_at) WHERE payment_id IS NULL AND state IN ('paid', 'authorized')"
    )
    _refund_idx = models.Index("(settled_at) WHERE refund IS NOT NULL")
    _declined_idx = models.Index(
        "(write_date) WHERE state = 'declined' AND intent_status IN "
        "('requires_payment_method', 'requires_confirmation', 'requires_action')"
    )
    _doubtful_idx = models.Index("(id) WHERE unverified IS TRUE OR unpaid IS TRUE")
    _leased_idx = models.Index("(lease_until) WHERE lease_owner IS NOT NULL")

    @api.depends("amount_minor", "currency_id", "kind")
    def _compute_amount(self):
        for payment in self:
            payment.amount = float(
                money.to_major(payment._signed_minor(), payment.currency_id.name)
            )

    @api.depends("line_uuid")
    def _compute_webhook_event_ids(self):
        events = self.env["pos.stripe.webhook.event"].search_fetch(
            [("line_uuid", "in", self.mapped("line_uuid"))], ["line_uuid"]
        )
        for payment in self:
            payment.webhook_event_ids = events.filtered_domain(
                [("line_uuid", "=", payment.line_uuid)]
            )

    def write(self, vals):
        """Take the rows first, which the runner may be writing, see `_lock`.

        What Odoo's records repeat is noted to follow, in the transaction that stores it.
        """
        changed = self._changed_by(vals)
        self._lock()
        result = super().write(vals)
        for row in changed:
            row._mark_due(TIP, VERIFY, PAYMENT)
        return result

    def _flow(self):
        """Return what is done at Stripe for the row, a `Flow`."""
        return flow_of(self)

    # What the till asks for. Nothing here waits on Stripe.

    @api.model
    def _send(self, session, payment_method, line):
        """Write down that the till wants a line paid, and kick the runner after the commit.

        Asking twice with one `request_uuid` is asking once.

        :param session: the open `pos.session`, access checked
        :param payment_method: one of its payment methods
        :param dict line: `line_uuid`, `request_uuid`, `order_uuid`, `order_ref`, `partner_id` (the
            customer's, if any), `amount` (major units, as the till shows it), and what the till
            knows of its order, see `_order_refusal`; with a negative amount it is a refund, see
            `_send_refund`
        :return: what the till shows, see `_till_data`
        """
        if line["amount"] < 0:
            return self._send_refund(session, payment_method, line)
        currency, line_uuid = session.currency_id, line["line_uuid"]
        amount_minor, code = money.chargeable(line["amount"], currency.name)
        if code:
            return self._amount_refusal(line_uuid, code, currency)
        provider = payment_method._stripe_terminal_provider()
        try:
            provider._stripe_terminal_gateway()
        except StripeProblem as problem:
            return self._refusal(line_uuid, problem.code)
        known, basket = self.search([("line_uuid", "=", line_uuid)]), self._basket_of(line)
        is_asked = known._is_asked(line, amount_minor)
        refusal = not is_asked and self._order_refusal(session, line, basket)
        if refusal:
            return refusal
        payment = self._begin(refunding.PAYMENT, session, payment_method, provider, line, known)
        if payment._is_asked(line, amount_minor):
            return payment._till_data()
        if payment._is_elsewhere(provider, currency):
            # Where it was asked for it is canceled first; the next click begins anew here.
            payment._give_up()
            return payment._till_data()
        if payment.state == settlement.CANCELED:
            payment._flow().start_attempt()
        payment._write_request(
            session,
            payment_method,
            line,
            provider_id=provider.id,
            partner_id=self._customer(session, line.get("partner_id")).id,
            amount_minor=amount_minor,
            basket=basket,
            **payment._tip_request(line, amount_minor),
        )
        return payment._till_data()

    @api.model
    def _begin(self, kind, session, payment_method, provider, line, known):
        """Return the row of a till's line, created if need be.

        :param known: that row, where there is one already
        :raise AccessError: it is a row of another company, or of another kind
        """
        row = known or self._insert_new(
            {
                "kind": kind,
                "line_uuid": line["line_uuid"],
                "session_id": session.id,
                "currency_id": session.currency_id.id,
                "payment_method_id": payment_method.id,
                "provider_id": provider.id,
            }
        )
        if row.company_id != session.company_id or row.kind != kind:
            raise AccessError(self.env._("You cannot use this payment terminal."))
        return row

    def _write_request(self, session, payment_method, line, provider_id, **values):
        """Write down that a till wants this row carried out, and kick the runner.

        :param dict line: as in `_send`
        :param values: what else the request says
        """
        serial_number = payment_method.stripe_serial_number
        self.write(
            {
                # The order may have moved to a later session since the last try.
                "session_id": session.id,
                "payment_method_id": payment_method.id,
                "provider_id": provider_id,
                "currency_id": session.currency_id.id,
                "request_uuid": line["request_uuid"],
                "order_uuid": line.get("order_uuid"),
                "order_ref": line.get("order_ref"),
                "user_id": self.env.uid,
                "reader_serial": serial_number,
                "reader_id": self.env["pos.stripe.reader"]
                .search(
                    [("provider_id", "=", provider_id), ("serial_number", "=", serial_number)],
                    limit=1,
                )
                .id,
                "wanted": settlement.COLLECT,
                "asked_at": fields.Datetime.now(),
                # Another click is another command, not the replay of the last one's answer.
                "command": self.command + 1,
                "failure_code": False,
                "tries": 0,
                "reader_timeouts": 0,
                "reachable": True,
                **self._connection_values(payment_method),
                **values,
            }
        )
        if self.state == settlement.UNKNOWN:
            self._flow().doubt()
        else:
            self.state = settlement.NEW
        self._log(
            "till", "send", {"amount": self._signed_minor(), "currency": self.currency_id.name}
        )
        if not self._hold_reader():
            self.wanted = False
            # Of an unknown payment only Stripe can say that nothing was charged.
            if self.state != settlement.UNKNOWN or self.kind == refunding.REFUND:
                self.write({"state": settlement.DECLINED, "failure_code": self._leased_code()})
        self._kick()

    def _is_elsewhere(self, provider, currency):
        """Tell whether a PaymentIntent that can still be paid is of another account or currency."""
        is_other = self.provider_id != provider or self.currency_id != currency
        is_asked_for = bool(self.payment_intent) or self.requested
        return is_other and is_asked_for and self.state != settlement.CANCELED

    def _is_asked(self, line, amount_minor):
        """Tell whether a till's request adds nothing to what is known or under way."""
        return bool(self) and bool(
            self.request_uuid == line["request_uuid"]
            or self.forced_at
            or self.state in (settlement.COLLECTING, settlement.AUTHORIZED, settlement.PAID)
            or self._is_being_sent(amount_minor)
        )

    def _is_being_sent(self, amount_minor):
        """Tell whether somebody sends the same wish just now: another click adds nothing to it."""
        return (
            self.wanted == settlement.COLLECT
            and self.amount_minor == amount_minor
            and bool(self.lease_until)
            and self.lease_until > fields.Datetime.now()
        )

    def _cancel(self):
        """Take the payments of a till back, except where they are authorized and sold.

        A finished order waits for its tip, whoever presses Cancel at a till that does not know.
        """
        sold = self.filtered(lambda row: row.state == settlement.AUTHORIZED and row.payment_id)
        (self - sold)._give_up()

    def _give_up(self):
        """Write down that payments are to be taken back, and kick the runner."""
        for payment in self:
            if payment.state not in (settlement.PAID, settlement.CANCELED):
                payment.wanted = settlement.CANCEL
                payment.tries = 0
                payment._log("till", "cancel")
            payment._kick()

    def _give_up_left_over(self):
        """Take back what readers still ask for on behalf of orders that do not have the line."""
        running = self.filtered(
            lambda row: (
                row.kind == refunding.PAYMENT
                and row.state not in (settlement.AUTHORIZED, settlement.PAID, settlement.CANCELED)
                and row.company_id.id in self.env.user._get_company_ids()
            )
        )
        lines = self.env["pos.payment"].search([("uuid", "in", running.mapped("line_uuid"))])
        used = set(lines.mapped("uuid"))
        running.filtered(lambda row: row.line_uuid not in used)._give_up()

    def _request_read(self):
        """Have Stripe read again where that can change anything and nobody does so just now.

        Less often while the reader waits for a card and Stripe's webhook is known to arrive.
        """
        now = precise_now()
        for payment in self:
            # Of one that waits for its tip reading would tell nothing new.
            if payment._is_leased() or payment._is_held():
                continue
            read_at = payment.last_read_at or datetime.min
            is_due = read_at <= now - READ_INTERVAL and (
                read_at <= now - READ_INTERVAL_TOLD or not payment._is_told()
            )
            if payment.wanted or (payment.state in settlement.OPEN_STATES and is_due):
                payment._kick()

    def _is_told(self):
        """Tell whether the till will hear of what happens next: from our runner, or from Stripe."""
        if self.state == settlement.NEW:
            is_queued = self.wanted == settlement.COLLECT and not self.lease_owner
            return self._is_leased() or (is_queued and not self._flow().is_outdated())
        return self.state == settlement.COLLECTING and self.env[
            "pos.stripe.webhook.event"
        ]._has_lately(self.provider_id)

    def _is_leased(self):
        """Tell whether somebody carries the row out just now."""
        return (
            bool(self.lease_until)
            and self.lease_until > fields.Datetime.now()
            and not lease.is_gone(self.lease_owner)
        )

    def _needs_nothing(self):
        """Tell whether there is nothing to do or read, and nobody was killed while doing so."""
        return self._flow().is_final() and not self._is_abandoned()

    def _is_abandoned(self):
        """Tell whether somebody took the row and never gave it back."""
        return bool(self.lease_owner) and not self._is_leased()

    def _kick(self, insist=False):
        """Hand the row to the runner once this transaction is committed; see `runner.submit`."""
        self.ensure_one()
        payment_id, dbname = self.id, self.env.cr.dbname
        self.env.cr.postcommit.add(lambda: runner.submit(dbname, payment_id, insist))

    @api.model
    def _insert(self, values):
        """Return the one row of a line, created if need be, also when two requests race."""
        payment = self.search([("line_uuid", "=", values["line_uuid"])])
        if payment:
            return payment
        return self._insert_new(values)

    @api.model
    def _insert_new(self, values):
        """Return a new row of a line that has none, as far as this transaction knows.

        :param dict values: `line_uuid`, `session_id`, `currency_id`, `payment_method_id`, and
            `kind` and `provider_id` where they are known
        """
        session, now = self.env["pos.session"].browse(values["session_id"]), fields.Datetime.now()
        columns = {
            "kind": refunding.PAYMENT,
            "state": settlement.NEW,
            **{
                name: self._fields[name].default(self)
                for name in ("attempt", "command", "reader_action", "reachable")
            },
            "config_id": session.config_id.id,
            "company_id": session.config_id.company_id.id,
            "taken": 0.0,
            "create_uid": self.env.uid,
            "create_date": now,
            "write_uid": self.env.uid,
            "write_date": now,
            **values,
        }
        # A racing insert makes PostgreSQL report a serialization failure here, and Odoo
        # repeats the request; the ORM's create would report a broken constraint instead.
        self.env.cr.execute(
            SQL(
                """INSERT INTO pos_stripe_payment (%s) VALUES %s
                   ON CONFLICT (line_uuid) DO NOTHING RETURNING id""",
                SQL(", ").join(map(SQL.identifier, columns)),
                tuple(columns.values()),
            ),
            log_exceptions=False,
        )
        payment = self.browse(self.env.cr.fetchone()[0])
        self._locked().add(payment.id)
        keep_inserted(payment, columns)
        return payment

    def _lock(self):
        """Wait for the runner here, where a collision makes Odoo repeat the request quietly.

        A row stays this transaction's until its end.
        """
        locked = self._locked()
        quiet_lock(self.browse(set(self.ids) - locked))
        locked.update(self.ids)

    def _locked(self):
        """Return the ids that this transaction has locked, as a set to add to."""
        # A savepoint that is rolled back gives up its locks, and Odoo then clears this as well.
        return self.env.cr.precommit.data.setdefault("stripe_terminal_locked", set())

    def _try_lock(self):
        """Take the row unless somebody has it just now; returns whether it was taken."""
        self.env.cr.execute(
            SQL(
                "SELECT id FROM pos_stripe_payment WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED",
                self.id,
            ),
            log_exceptions=False,
        )
        is_taken = bool(self.env.cr.rowcount)
        if is_taken:
            self._locked().add(self.id)
        return is_taken

    def _hold_reader(self):
        """Reserve the reader, if need be; False when another payment, or a test, has it.

        :raise ConcurrencyError: another payment reserves it at the same time
        """
        if self.holds_reader or not self._flow().needs_reader():
            return True
        if self._is_reader_tested():
            return False
        self._lock()
        self.flush_recordset(["provider_id", "reader_serial"])
        try:
            # Not through the ORM, which would log that another till was faster.
            self.env.cr.execute(
                SQL(
                    """UPDATE pos_stripe_payment AS payment SET holds_reader = TRUE
                        WHERE id = %s AND NOT EXISTS (
                            SELECT FROM pos_stripe_payment AS holder
                             WHERE holder.holds_reader IS TRUE
                               AND holder.provider_id = payment.provider_id
                               AND holder.reader_serial = payment.reader_serial)""",
                    self.id,
                ),
                log_exceptions=False,
            )
        except UniqueViolation as error:
            # Whoever was faster just now is seen when Odoo repeats the request.
            raise ConcurrencyError("The reader was reserved just now.") from error
        self.invalidate_recordset(["holds_reader"], flush=False)
        return bool(self.env.cr.rowcount)

    def _is_reader_tested(self):
        """Tell whether this row's reader is reserved for a test of the terminal."""
        return self.env["pos.stripe.reader"]._is_tested(self.provider_id, self.reader_serial)

    def _leased_code(self):
        """Return why `_hold_reader` did not get the reader."""
        is_tested = not self._reader_holder() and self._is_reader_tested()
        return CODE_TESTED if is_tested else CODE_LEASED

    def _reader_holder(self):
        """Return the other payment that has this row's reader, if any."""
        return self.search(
            [
                ("holds_reader", "=", True),
                ("provider_id", "=", self.provider_id.id),
                ("reader_serial", "=", self.reader_serial),
                ("id", "!=", self.id),
            ],
            limit=1,
        )

    # What the till shows

    def _till_data(self):
        """Return the row as the till needs it, in the user's language, free of secrets."""
        self.ensure_one()
        return {
            "id": self.id,
            "line_uuid": self.line_uuid,
            "request_uuid": self.request_uuid,
            "order_uuid": self.order_uuid or False,
            "order_ref": self.order_ref or False,
            "revision": self.revision,
            "state": self.state,
            "canceling": self.wanted == settlement.CANCEL,
            "forced": bool(self.forced_at),
            "asking": self._is_leased(),
            "told": self._is_told(),
            "amount": self.amount,
            "refunding": self.wanted == settlement.REFUND_ALL,
            "refunded": bool(self.refunded_minor),
            "holder": self._reader_holder().id if self.failure_code == CODE_LEASED else False,
            "failure_code": self.failure_code or False,
            "sentence": self._sentence(),
            "transaction_id": self._transaction_id(),
            "card_brand": self.card_brand or False,
            "card_type": self.card_funding or False,
            "card_no": self.card_last4 or False,
            "card": bool(self.card_last4) and self._card_name(),
            "authcode": self.auth_code or False,
            "ticket": self._ticket(),
            "decline_slip": self._decline_slip(),
            "on_reader": self.on_reader,
            "waits": self._waits_at_stripe(),
            **self._browser_data(),
            **self._tip_data(),
            **self._taken_back_data(),
        }

    def _transaction_id(self):
        """Return the id at Stripe that a `pos.payment` of this row carries, or False."""
        is_refund = self.kind == refunding.REFUND
        return (self.refund if is_refund else self.payment_intent) or False

    @api.model
    def _refusal(self, line_uuid, code, tell=sentence):
        """Return till data for a line that was refused before anything was written.

        :param tell: function that has the sentence of the code
        """
        return {
            "line_uuid": line_uuid,
            "state": settlement.DECLINED,
            "failure_code": code,
            "sentence": self.env._(tell(code)),
        }

    def _sentence(self):
        """Tell the cashier what happened and what to do; empty while all is well."""
        is_refund = self.kind == refunding.REFUND
        return self._refund_sentence() if is_refund else self._payment_sentence()

    def _payment_sentence(self):
        """Tell the cashier about a payment, and what a refund has in common with one."""
        if self.state == settlement.UNKNOWN:
            return self._problem_sentence(self.failure_code or "connection_error")
        if self.state == settlement.CANCELED:
            return self.env._(sentence("canceled"))
        if self.state != settlement.DECLINED:
            return ""
        holder = self.failure_code == CODE_LEASED and self._reader_holder()
        if holder:
            return self.env._(
                "The reader has been busy with order %(order)s at %(register)s for %(seconds)s s.",
                order=holder.order_ref,
                register=holder.config_id.name,
                seconds=int((fields.Datetime.now() - holder.asked_at).total_seconds()),
            )
        return self._problem_sentence(self.failure_code)

    def _problem_sentence(self, code):
        """Return what a code means for this row, in the user's language."""
        tell = refund_sentence if self.kind == refunding.REFUND else sentence
        return self.env._(tell(code))

    # Journal

    def _log(self, kind, verb, data=None, request_id=None, milliseconds=None):
        """Append to the row's event log; the data is scrubbed of secrets."""
        self.revision += 1
        self.env["pos.stripe.payment.event"]._append(
            self, kind, verb, data, request_id, milliseconds
        )
