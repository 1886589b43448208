from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.pos_payment_method import TERMINAL
from ..stripe_terminal.errors import StripeProblem

KEY = "key"
LOCATION = "location"
READER = "reader"
METHOD = "method"
READY = "ready"
STEPS = (KEY, LOCATION, READER, METHOD, READY)
MANY = 3  # names of people to ask


class PosStripeSetup(models.TransientModel):
    """Leads from the secret key to a register that takes cards, one step after the other.

    Which steps are done is read from what there is, so that the dialog can be left at any time and
    opens at the first that is not; only what was chosen is kept here. Readers are paired as in the
    dialog for one of them, whose fields it has.
    """

    _name = "pos.stripe.setup"
    _inherits = {"pos.stripe.pairing": "pairing_id"}
    _description = "Set Up Stripe"

    pairing_id = fields.Many2one("pos.stripe.pairing", required=True, ondelete="cascade")
    step = fields.Selection(
        [
            (KEY, "Key"),
            (LOCATION, "Location"),
            (READER, "Card reader"),
            (METHOD, "Payment method"),
            (READY, "Ready"),
        ],
        required=True,
        default=KEY,
    )

    # The key is the provider's and never stored here.
    secret_key = fields.Char(
        compute="_compute_secret_key", inverse="_inverse_secret_key", groups="base.group_system"
    )
    has_key = fields.Boolean(compute="_compute_key")
    is_key_accepted = fields.Boolean(compute="_compute_key")
    key_level = fields.Char(compute="_compute_key")
    key_advice = fields.Text(compute="_compute_key")
    account = fields.Char(compute="_compute_key")
    permissions = fields.Html(compute="_compute_key", sanitize=False)
    may_enter_key = fields.Boolean(compute="_compute_may_enter_key")
    administrators = fields.Char(compute="_compute_may_enter_key")
    key_url = fields.Char(compute="_compute_may_enter_key")

    location_count = fields.Integer(compute="_compute_location_count")
    reader_id = fields.Many2one("pos.stripe.reader", string="Card Reader")
    reader_count = fields.Integer(compute="_compute_reader_count")

    method_id = fields.Many2one(
        "pos.payment.method",
        string="Payment Method",
        help="One that exists then asks the card reader for each payment.",
    )
    method_name = fields.Char(string="Name", default=lambda self: self.env._("Card"))
    journal_id = fields.Many2one("account.journal")
    may_create_journal = fields.Boolean(compute="_compute_may_create_journal")
    config_ids = fields.Many2many("pos.config", string="Registers")
    lacks_register = fields.Boolean(compute="_compute_lacks_register")
    to_do = fields.Char(compute="_compute_to_do")
    config_id = fields.Many2one("pos.config", string="Register to Open")

    # Key

    def _provider(self):
        """Return the `payment.provider` of the company, in sudo; may be empty."""
        return self.env["payment.provider"]._stripe_terminal_provider(self.company_id)

    def _compute_secret_key(self):
        self.secret_key = False

    def _inverse_secret_key(self):
        """Give the key to the provider with the user's own rights, and have it checked.

        :raise AccessError: the user may not change payment providers
        :raise UserError: the company has no Stripe provider
        """
        for setup in self.filtered("secret_key"):
            provider = setup._provider()
            if not provider:
                raise UserError(setup._no_provider_advice())
            provider.sudo(False).stripe_secret_key = setup.secret_key.strip()
            provider._stripe_terminal_check_account()

    def _no_provider_advice(self):
        try:
            self._provider()._stripe_terminal_gateway()
        except StripeProblem as problem:
            return self._provider()._stripe_terminal_advice(problem, self.company_id)
        return ""

    @api.depends("company_id", "step")
    def _compute_key(self):
        for setup in self:
            provider = setup._provider()
            level = provider.stripe_terminal_account_level
            setup.has_key = bool(provider.stripe_secret_key)
            setup.is_key_accepted = setup.has_key and level in ("success", "warning")
            setup.key_level = level
            setup.key_advice = (
                provider.stripe_terminal_account_advice
                if provider
                else setup.company_id in self.env.companies and setup._no_provider_advice()
            )
            setup.account = ", ".join(
                part
                for part in (
                    provider.stripe_terminal_account_name,
                    provider.stripe_terminal_account_country_id.name,
                    provider.stripe_terminal_account_mode,
                )
                if part
            )
            setup.permissions = provider.stripe_terminal_account_permissions

    @api.depends("company_id")
    def _compute_may_enter_key(self):
        may = self.env["payment.provider"].has_access("write")
        for setup in self:
            people = (
                self.env.ref("base.group_system")
                .sudo()
                .all_user_ids.filtered(
                    lambda user, setup=setup: (
                        not user.share and setup.company_id in user.company_ids
                    )
                )
            )
            setup.may_enter_key = may
            setup.administrators = not may and ", ".join(people[:MANY].mapped("name"))
            address = f"{setup.get_base_url()}/odoo/payment-providers/{setup._provider().id or ''}"
            setup.key_url = not may and address.rstrip("/")

    # Location and reader

    def _at_stripe(self):
        """Return the domain of what the account has, with a key of the present mode."""
        provider = self._provider()
        is_test = provider._stripe_terminal_is_test()
        return [("provider_id", "=", provider.id), ("livemode", "=", not is_test)]

    @api.depends("company_id", "step")
    def _compute_location_count(self):
        for setup in self:
            setup.location_count = self.env["pos.stripe.location"].search_count(setup._at_stripe())

    @api.depends("company_id", "step")
    def _compute_reader_count(self):
        for setup in self:
            setup.reader_count = self.env["pos.stripe.reader"].search_count(setup._at_stripe())

    # Payment method

    @api.depends_context("uid")
    def _compute_may_create_journal(self):
        self.may_create_journal = self.env["account.journal"].has_access("create")

    @api.depends("company_id", "step")
    def _compute_lacks_register(self):
        for setup in self:
            setup.lacks_register = not setup._registers()

    def _registers(self):
        return self.env["pos.config"].search([("company_id", "=", self.company_id.id)])

    def _working_methods(self):
        """Return the payment methods with a reader of the account that a register has."""
        readers = self.env["pos.stripe.reader"].search(self._at_stripe())
        return self.env["pos.payment.method"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("use_payment_terminal", "=", TERMINAL),
                ("stripe_serial_number", "in", readers.mapped("serial_number")),
                ("config_ids", "!=", False),
            ]
        )

    def _unused_card_method(self):
        """Return the method for cards that Odoo makes with the first register, until it is used.

        Beside another one of that name, cashiers could not tell which of them asks the reader.
        """
        methods = self.env["pos.payment.method"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("journal_id.type", "=", "bank"),
                ("payment_method_type", "=", "none"),
            ]
        )
        Payment = self.env["pos.payment"]
        return methods.filtered(
            lambda method: (
                not method.open_session_ids
                and not Payment.search_count([("payment_method_id", "=", method.id)], limit=1)
            )
        )[:1]

    # Steps

    def _done(self):
        """Return which steps are done, by what there is in Odoo; the last one never is."""
        working = self._working_methods()
        return {
            KEY: self.is_key_accepted,
            LOCATION: bool(self.location_count),
            READER: bool(self.reader_count),
            METHOD: bool(self.method_id & working if self.method_id else working),
            READY: False,
        }

    @api.depends("company_id", "step")
    def _compute_to_do(self):
        labels = dict(self._fields["step"]._description_selection(self.env))
        for setup in self:
            to_do = [labels[step] for step, done in setup._done().items() if not done]
            setup.to_do = ", ".join(to_do[:-1])

    @api.model
    def _open(self, company, method=None):
        """Return the action that opens the set-up of a company where it was left.

        :param company: a `res.company`
        :param method: the `pos.payment.method` that is set up; else one that works, or is unused
        :raise AccessError: only managers may, for their companies
        """
        self.check_access("create")
        company.check_access("read")
        mine = [("create_uid", "=", self.env.uid), ("company_id", "=", company.id)]
        setup = self.search(mine, order="id desc", limit=1) or self.create(
            {"company_id": company.id}
        )
        setup._read_stripe()
        if method and setup.method_id != method:
            # The registers are the method's own, unless it has none yet.
            setup.write(
                {
                    "method_id": method.id,
                    "config_ids": [fields.Command.clear()],
                    "config_id": False,
                }
            )
        elif not method and setup.method_id not in setup._working_methods():
            setup.method_id = False
        return setup._go(next(step for step, done in setup._done().items() if not done))

    def _read_stripe(self):
        """Check a key that was not, and list what the account has; not while Stripe is away."""
        provider = self._provider()
        if not provider.stripe_secret_key:
            return
        if provider.stripe_terminal_account_level in (False, "danger"):
            provider._stripe_terminal_check_account()
        try:
            self.env["pos.stripe.location"]._stripe_fetch(provider)
            self.env["pos.stripe.reader"]._stripe_fetch(provider)
        except StripeProblem:
            return

    def _go(self, step):
        """Return the action that shows a step, with what need not be asked filled in."""
        self.step = step
        self._preselect()
        return {
            "name": self.env._("Set up Stripe"),
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _go_on(self):
        """Return the action that shows the first step after this one that is not done."""
        done = self._done()
        later = STEPS[STEPS.index(self.step) + 1 :]
        return self._go(next((step for step in later if not done[step]), READY))

    def _preselect(self):
        """Choose what is the only one, and keep what was chosen as long as it is there."""
        locations = self.env["pos.stripe.location"].search(self._at_stripe())
        readers = self.env["pos.stripe.reader"].search(self._at_stripe())
        if self.location_id not in locations:
            self.location_id = locations if len(locations) == 1 else False
        if self.reader_id not in readers:
            self.reader_id = readers if len(readers) == 1 else False
        if not self.method_id:
            self.method_id = self._working_methods()[:1] or self._unused_card_method()
        if not self.journal_id:
            journals = self.env["account.journal"]
            domain = [*journals._check_company_domain(self.company_id), ("type", "=", "bank")]
            self.journal_id = journals.search(domain, limit=1)
        if not self.config_ids:
            registers = self.method_id.config_ids or self._registers()
            self.config_ids = registers.filtered(lambda register: not register.has_active_session)
        if not self.config_id:
            self.config_id = (self.method_id.config_ids or self.config_ids)[:1]

    def action_next(self):
        """Show the next step, whether this one is done or not."""
        return self._go(STEPS[min(STEPS.index(self.step) + 1, len(STEPS) - 1)])

    def action_check_key(self):
        """Go on where Stripe accepts the key; else say what is wrong with it.

        :raise AccessError: the company is not one of the user's
        """
        self._check_company()
        if self.has_key:
            self._provider()._stripe_terminal_check_account()
            self.invalidate_recordset(["is_key_accepted"])
            self._read_stripe()
        return self._go_on() if self.key_level == "success" else self._go(KEY)

    def action_create_location(self):
        """Create the location at the company's address, and go on.

        :raise UserError: the address is incomplete, or Stripe did not do it
        """
        self._check_company()
        Location = self.env["pos.stripe.location"]
        params = Location._stripe_params(self.company_id, self.location_name)
        self.location_id = Location._stripe_create(self.company_id, params)
        return self._go_on()

    def action_pair(self):
        """Register the reader whose code was entered, and go on.

        :raise UserError: Stripe did not do it
        """
        return self._paired(self.pairing_id.action_pair())

    def action_add_simulated(self):
        """Register a reader that Stripe simulates, and go on; in test mode only.

        :raise UserError: Stripe did not do it
        """
        return self._paired(self.pairing_id.action_add_simulated())

    def _paired(self, action):
        self.reader_id = action["res_id"]
        self.write({"registration_code": False, "label": False})
        return self._go_on()

    def action_refresh(self):
        """List the readers that the account has by now.

        :raise UserError: Stripe cannot be asked, with what to do about it
        """
        self._check_company()
        provider = self._provider()
        try:
            self.env["pos.stripe.reader"]._stripe_fetch(provider)
        except StripeProblem as problem:
            advice = provider._stripe_terminal_advice(problem, self.company_id)
            raise UserError(advice) from problem
        return self._go(READER)

    def action_save_method(self):
        """Give the reader to a payment method of the chosen registers, and go on.

        :raise UserError: something is not chosen, or a session is open
        """
        self._check_company()
        self._check_chosen()
        if not self.config_ids:
            # It comes with payment methods of its own, one of which may be for cards.
            self.config_ids = self.env["pos.config"].create({"name": self.company_id.name})
            self.method_id = self.method_id or self._unused_card_method()
        values = {
            "payment_method_type": "terminal",
            "use_payment_terminal": TERMINAL,
            "stripe_serial_number": self.reader_id.serial_number,
            "config_ids": [fields.Command.link(register.id) for register in self.config_ids],
        }
        if self.method_id:
            self.method_id.write(values)
        else:
            self.method_id = self.env["pos.payment.method"].create(
                {
                    **values,
                    "name": self.method_name,
                    "company_id": self.company_id.id,
                    "journal_id": (self.journal_id or self._create_journal()).id,
                }
            )
        self.config_id = self.config_ids[:1]
        return self._go_on()

    def _create_journal(self):
        return self.env["account.journal"].create(
            {"name": self.method_name, "type": "bank", "company_id": self.company_id.id}
        )

    def _check_chosen(self):
        """Refuse to go on without what the method needs.

        :raise UserError: something is not chosen, or the till of a register would not know of it
        """
        has_journal = self.method_id or self.journal_id or self.may_create_journal
        missing = [
            self._fields[name]._description_string(self.env)
            for name, is_there in (
                ("reader_id", self.reader_id),
                ("method_name", self.method_id or self.method_name),
                ("journal_id", has_journal),
                ("config_ids", self.config_ids or self.lacks_register),
            )
            if not is_there
        ]
        if missing:
            raise UserError(self.env._("Choose first: %s", ", ".join(missing)))
        busy = self.config_ids.filtered("has_active_session")
        if busy:
            raise UserError(
                self.env._(
                    "Close the session of %s first, then try again.", ", ".join(busy.mapped("name"))
                )
            )

    def action_test(self):
        """Open the test of the terminal, above this dialog.

        :raise UserError: there is no payment method to test yet
        """
        method = self.method_id if self.method_id._is_stripe_terminal() else self.method_id.browse()
        if not method:
            raise UserError(self.env._("There is no payment method for the card reader yet."))
        return method.action_stripe_diagnosis()

    def action_open_register(self):
        """Open the register, as its card does."""
        return self.config_id.open_ui()

    def _check_company(self):
        """Refuse companies that are not the user's, or not switched on.

        :raise AccessError: it is not
        """
        self.check_access("read")
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("This is not one of your companies."))
