from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError, ValidationError
from odoo.tools.misc import format_datetime

from ..stripe_terminal.errors import Kind, StripeProblem
from .payment_provider_account import worst

TERMINAL = "stripe_terminal"
CORE_TERMINAL = "stripe"  # of Odoo's own pos_stripe
SWITCH = "pos_payment_stripe.enabled"  # system parameter


def _without_blanks(serial_number):
    """Return a serial number as Stripe knows it: blanks come from copying."""
    return "".join(str(serial_number or "").split())


class PosPaymentMethod(models.Model):
    _inherit = "pos.payment.method"

    # The same field as in Odoo's own pos_stripe, so that a shop can go from one to the other.
    stripe_serial_number = fields.Char(
        help="Serial number of the card reader, for example WSC513105011295.", copy=False
    )
    stripe_reader_id = fields.Many2one(
        "pos.stripe.reader",
        string="Card Reader",
        compute="_compute_stripe_reader_id",
        inverse="_inverse_stripe_reader_id",
        help="The readers of the Stripe account. Several registers may share a reader.",
    )

    def _get_payment_terminal_selection(self):
        if not self._stripe_terminal_is_enabled():
            return super()._get_payment_terminal_selection()
        # Two entries of the same name could not be told apart.
        beside_core = "pos_stripe" in self.env.registry._init_modules
        label = self.env._("Stripe Terminal") if beside_core else self.env._("Stripe")
        return [*super()._get_payment_terminal_selection(), (TERMINAL, label)]

    def _is_stripe_terminal(self):
        """Tell whether this method, if any, takes cards with the addon's terminal."""
        return self.use_payment_terminal == TERMINAL

    @api.model
    def _stripe_terminal_is_enabled(self):
        """Return whether methods may use this terminal: the switch of the settings, on at first."""
        return self.env["ir.config_parameter"].sudo().get_param(SWITCH, "1") == "1"

    @api.model
    def get_provider_status(self, modules_list):
        """Let the form's “Stripe” card set up this terminal instead of installing core's."""
        status = super().get_provider_status(modules_list)
        if not self._stripe_terminal_is_enabled():
            return status
        for module in status["state"]:
            if module["name"] == "pos_stripe":
                module.update(
                    state="installed",
                    selection=TERMINAL,
                    image="/point_of_sale/static/img/providers/stripe.png",
                )
        return status

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        # pos_online_payment shows this to all, and the form then opens for administrators only.
        for node in arch.xpath("//field[@name='online_payment_provider_ids']/.."):
            node.set("groups", "base.group_system")
        return arch, view

    def onchange(self, values, field_names, fields_spec):
        result = super().onchange(values, field_names, fields_spec)
        # In a new form pos_online_payment takes the terminal back that it was opened for.
        if not field_names and self.env.context.get("default_use_payment_terminal") == TERMINAL:
            wanted = {
                "payment_method_type": "terminal",
                "use_payment_terminal": TERMINAL,
                "hide_use_payment_terminal": False,
            }
            result["value"].update(
                {name: value for name, value in wanted.items() if name in fields_spec}
            )
        return result

    @api.depends("stripe_serial_number", "company_id")
    def _compute_stripe_reader_id(self):
        for method in self:
            method.stripe_reader_id = method.stripe_serial_number and self.env[
                "pos.stripe.reader"
            ].search(
                [
                    ("provider_id", "=", method._stripe_terminal_provider().id),
                    ("serial_number", "=", method.stripe_serial_number),
                ],
                limit=1,
            )

    def _inverse_stripe_reader_id(self):
        for method in self:
            if method.stripe_reader_id:
                method.stripe_serial_number = method.stripe_reader_id.serial_number

    @api.onchange("stripe_reader_id")
    def _onchange_stripe_reader_id(self):
        self._inverse_stripe_reader_id()

    @api.onchange("stripe_serial_number")
    def _onchange_stripe_serial_number(self):
        self.stripe_serial_number = _without_blanks(self.stripe_serial_number)

    @api.onchange("use_payment_terminal")
    def _onchange_use_payment_terminal(self):
        result = super()._onchange_use_payment_terminal()
        # Core's pos_stripe keeps the number in the same field.
        if self.use_payment_terminal not in (TERMINAL, CORE_TERMINAL):
            self.stripe_serial_number = False
        return result

    @api.model_create_multi
    def create(self, vals_list):
        """Take the serial number from the reader where only that is given, as in an import."""
        return super().create([self._stripe_terminal_values(vals) for vals in vals_list])

    def write(self, vals):
        """Do as `create` does."""
        return super().write(self._stripe_terminal_values(vals))

    @api.model
    def _stripe_terminal_values(self, vals):
        """Return values with the serial number that constraints will ask for, without blanks."""
        serial_number = vals.get("stripe_serial_number")
        if vals.get("stripe_reader_id") and not serial_number:
            reader = self.env["pos.stripe.reader"].browse(vals["stripe_reader_id"])
            serial_number = reader.serial_number
        if not serial_number:
            return vals
        return {**vals, "stripe_serial_number": _without_blanks(serial_number)}

    @api.model
    def _stripe_terminal_switched_off(self):
        return self.env._(
            "Stripe is switched off. An administrator switches it on in Point of Sale, "
            "Configuration, Settings, Payment Terminals."
        )

    @api.constrains("active", "use_payment_terminal")
    def _check_stripe_terminal_enabled(self):
        """Keep methods from coming back from the archive while the settings say that none is."""
        if self._stripe_terminal_is_enabled():
            return
        if self.filtered(lambda method: method.active and method._is_stripe_terminal()):
            raise ValidationError(self._stripe_terminal_switched_off())

    @api.constrains("use_payment_terminal", "stripe_serial_number")
    def _check_stripe_terminal_reader(self):
        for method in self.filtered(lambda method: method._is_stripe_terminal()):
            if not method.stripe_serial_number:
                raise ValidationError(
                    self.env._(
                        "Enter the serial number of the card reader for %(method)s, or choose the "
                        "reader from the list.",
                        method=method.name,
                    )
                )

    def copy_data(self, default=None):
        """Let the copy share the reader: without one it could not be saved."""
        vals_list = super().copy_data(default=default)
        for method, vals in zip(self, vals_list, strict=True):
            if vals.get("use_payment_terminal") == TERMINAL:
                vals.setdefault("stripe_serial_number", method.stripe_serial_number)
        return vals_list

    def _stripe_terminal_provider(self):
        """Return the Stripe provider that this method charges with, in sudo; may be empty."""
        return self.env["payment.provider"]._stripe_terminal_provider(
            self.company_id or self.env.company
        )

    def action_stripe_provider(self):
        """Open the company's Stripe provider, where the keys are.

        :raise UserError: the user may not see payment providers
        :raise RedirectWarning: there is no Stripe provider for the company
        """
        self.check_access("read")
        if not self.env["payment.provider"].has_access("write"):
            raise UserError(
                self.env._(
                    "Only an administrator can open the Stripe payment provider. "
                    "Ask one to connect Stripe there, or to enter the secret key."
                )
            )
        provider = self._stripe_terminal_provider()
        if not provider:
            problem = StripeProblem(Kind.misconfigured, "no_provider")
            raise RedirectWarning(
                provider._stripe_terminal_advice(problem, self.company_id or self.env.company),
                self.env.ref("payment.action_payment_provider").id,
                self.env._("Payment Providers"),
            )
        return {
            "name": self.env._("Stripe"),
            "type": "ir.actions.act_window",
            "res_model": "payment.provider",
            "view_mode": "form",
            "res_id": provider.id,
        }

    def action_stripe_terminal_setup(self):
        """Open the guided set-up of the method's company, with the method chosen."""
        return self.env["pos.stripe.setup"]._open(self.company_id or self.env.company, self)

    def action_stripe_diagnosis(self):
        """Open the test of this terminal, from the key to a payment."""
        self.ensure_one()
        return self.env["pos.stripe.diagnosis"]._start(self)

    def action_stripe_terminal_convert(self):
        """Charge with this addon where core's `pos_stripe` did; all else of the methods stays.

        A method is taken over when the Stripe account has its reader, by the serial number, and no
        self-order kiosk uses it.

        :return: a notification with what came of it, which also reloads the view
        :raise UserError: a session is open, or Stripe cannot be asked for an unknown reader
        """
        self.check_access("write")
        if not self._stripe_terminal_is_enabled():
            raise UserError(self._stripe_terminal_switched_off())
        core = self.filtered(lambda method: method.use_payment_terminal == CORE_TERMINAL)
        of_kiosks = core.filtered(lambda method: method._stripe_terminal_unserved_kiosks())
        methods = core - of_kiosks
        methods._check_stripe_terminal_closed()
        for company in methods.filtered(lambda method: not method.stripe_reader_id).company_id:
            provider = self.env["payment.provider"]._stripe_terminal_provider(company)
            try:
                self.env["pos.stripe.reader"]._stripe_fetch(provider)
            except StripeProblem as problem:
                advice = provider._stripe_terminal_advice(problem, company)
                raise UserError(advice) from problem
        methods.invalidate_recordset(["stripe_reader_id"])
        unknown = methods.filtered(lambda method: not method.stripe_reader_id)
        message = self._stripe_terminal_switch(methods - unknown, TERMINAL)
        if unknown:
            message = self.env._(
                "%(message)s The Stripe account has no card reader for %(methods)s: compare the "
                "serial numbers, or pair the readers, then convert again.",
                message=message,
                methods=", ".join(
                    f"{method.name} ({method.stripe_serial_number or '-'})" for method in unknown
                ),
            )
        if of_kiosks:
            message = self.env._(
                "%(message)s Left with Odoo's own Stripe addon, because self-order kiosks know no "
                "other: %(methods)s.",
                message=message,
                methods=", ".join(of_kiosks.mapped("name")),
            )
        level = "warning" if unknown or of_kiosks else "success"
        return self.env["payment.provider"]._stripe_terminal_notification(level, message)

    def action_stripe_terminal_convert_back(self):
        """Charge with core's `pos_stripe` again; all else of the methods stays.

        :return: a notification with what came of it, which also reloads the view
        :raise UserError: a session is open, or core's addon is not installed
        """
        self.check_access("write")
        # pos_online_payment's selection is one of a single method.
        if CORE_TERMINAL not in dict(self.browse()._get_payment_terminal_selection()):
            raise UserError(
                self.env._(
                    "Odoo's own Stripe addon is not installed, so nothing could take over. Install "
                    "it in Apps (pos_stripe) first."
                )
            )
        methods = self.filtered(lambda method: method._is_stripe_terminal())
        methods._check_stripe_terminal_closed()
        message = self._stripe_terminal_switch(methods, CORE_TERMINAL)
        return self.env["payment.provider"]._stripe_terminal_notification("success", message)

    def _check_stripe_terminal_closed(self):
        """Refuse while a session is open that could be charging with one of these methods."""
        sessions = self.open_session_ids
        if sessions:
            raise UserError(
                self.env._(
                    "Close these sessions first, then convert: %s",
                    ", ".join(f"{session.config_id.name} ({session.name})" for session in sessions),
                )
            )

    @api.model
    def _stripe_terminal_switch(self, methods, terminal):
        """Give methods another terminal and return a sentence that names them."""
        methods.write({"use_payment_terminal": terminal})
        if not methods:
            return self.env._("No payment method was converted.")
        return self.env._("Converted: %s.", ", ".join(methods.mapped("name")))

    def stripe_terminal_check(self, serial_number, journal_id=None):
        """Ask Stripe whether it knows this reader, and refresh the list of readers.

        The form calls this beside editing and saving, which therefore never wait on Stripe.

        :param str serial_number: as on the form, perhaps not saved yet
        :param int | None journal_id: likewise
        :return: dict of `level` (success, warning or danger) and `message`
        """
        self.check_access("write")
        company = self.company_id or self.env.company
        provider = self._stripe_terminal_provider()
        try:
            readers = self.env["pos.stripe.reader"]._stripe_fetch(provider)
        except StripeProblem as problem:
            advice = provider._stripe_terminal_advice(problem, company)
            return {"level": "danger", "message": advice}
        is_test = provider._stripe_terminal_is_test()
        found = self._stripe_terminal_reader_advice(readers, serial_number, is_test)
        journal = self.env["account.journal"].browse(journal_id) or self.journal_id
        advice = self._stripe_terminal_account_advice(provider, readers, serial_number, journal)
        if found[0] != "success" or not advice:
            advice.insert(0, found)
        return {"level": worst(advice), "message": " ".join(text for _level, text in advice)}

    def _stripe_terminal_reader_advice(self, readers, serial_number, is_test):
        """Return level and sentence for a serial number among the account's readers."""
        mode = self.env._("test mode") if is_test else self.env._("live mode")
        if self._stripe_terminal_is_of_other_mode(readers, serial_number, is_test):
            return "danger", self._stripe_terminal_other_mode_sentence(is_test)
        if not readers:
            return "warning", self.env._(
                "Stripe accepts the key (%(mode)s), but the account has no card reader yet. "
                "Pair the reader in Point of Sale, Configuration, Stripe Card Readers, then check "
                "again.",
                mode=mode,
            )
        if not serial_number:
            return "warning", self.env._(
                "Stripe accepts the key (%(mode)s). Choose the card reader from the list, or enter "
                "its serial number.",
                mode=mode,
            )
        reader = readers.filtered(lambda reader: reader.serial_number == serial_number)[:1]
        if not reader:
            return "danger", self.env._(
                "The Stripe account (%(mode)s) has no card reader with the serial number "
                "%(serial_number)s. Compare it with the one on the back of the reader, or choose "
                "the reader from the list.",
                mode=mode,
                serial_number=serial_number,
            )
        facts = {
            "reader": reader.display_name,
            "device": reader.device_name,
            "mode": mode,
            "seen": reader.last_seen_at and format_datetime(self.env, reader.last_seen_at),
        }
        if reader.status == "offline" or not reader.last_seen_at:
            return "warning", self.env._(
                "%(reader)s, %(device)s, is registered (%(mode)s), but Stripe has not heard from "
                "it lately. Switch it on and connect it to the internet before you take payments.",
                **facts,
            )
        return "success", self.env._(
            "%(reader)s, %(device)s, is ready (%(mode)s). Last seen by Stripe: %(seen)s.", **facts
        )
