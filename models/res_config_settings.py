from odoo import api, fields, models
from odoo.exceptions import UserError

from ..stripe_terminal.errors import Kind, StripeProblem
from .pos_payment_method import CORE_TERMINAL, TERMINAL


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    # What is there already of a set-up; read from Odoo alone, so that settings open without Stripe.
    stripe_terminal_keys = fields.Boolean(compute="_compute_stripe_terminal")
    stripe_terminal_is_test = fields.Boolean(compute="_compute_stripe_terminal")
    stripe_terminal_key_level = fields.Char(compute="_compute_stripe_terminal")
    stripe_terminal_key_advice = fields.Text(compute="_compute_stripe_terminal")
    stripe_terminal_account = fields.Char(compute="_compute_stripe_terminal")
    stripe_terminal_location_count = fields.Integer(compute="_compute_stripe_terminal")
    stripe_terminal_reader_count = fields.Integer(compute="_compute_stripe_terminal")
    stripe_terminal_method_count = fields.Integer(compute="_compute_stripe_terminal")
    stripe_terminal_webhook = fields.Boolean(compute="_compute_stripe_terminal")
    stripe_terminal_core_method_count = fields.Integer(compute="_compute_stripe_terminal")

    @api.depends("company_id")
    def _compute_stripe_terminal(self):
        for settings in self:
            company = settings.company_id
            provider = self.env["payment.provider"]._stripe_terminal_provider(company)
            # What was listed with a key of the other mode is of no use any more.
            at_stripe = [
                ("provider_id", "=", provider.id),
                ("livemode", "=", not provider._stripe_terminal_is_test()),
            ]
            methods = dict(
                self.env["pos.payment.method"]._read_group(
                    [
                        ("company_id", "=", company.id),
                        ("use_payment_terminal", "in", (CORE_TERMINAL, TERMINAL)),
                    ],
                    ["use_payment_terminal"],
                    ["__count"],
                )
            )
            settings.stripe_terminal_keys = bool(provider.stripe_secret_key)
            settings.stripe_terminal_is_test = provider._stripe_terminal_is_test()
            level = provider.stripe_terminal_account_level
            settings.stripe_terminal_key_level = level
            settings.stripe_terminal_key_advice = (
                level in ("warning", "danger") and provider.stripe_terminal_account_advice
            )
            account = [
                provider.stripe_terminal_account_name,
                provider.stripe_terminal_account_country_id.name,
            ]
            settings.stripe_terminal_account = ", ".join(part for part in account if part)
            settings.stripe_terminal_location_count = self.env["pos.stripe.location"].search_count(
                at_stripe
            )
            settings.stripe_terminal_reader_count = self.env["pos.stripe.reader"].search_count(
                at_stripe
            )
            settings.stripe_terminal_method_count = methods.get(TERMINAL, 0)
            settings.stripe_terminal_core_method_count = methods.get(CORE_TERMINAL, 0)
            settings.stripe_terminal_webhook = bool(provider.stripe_terminal_webhook_secret)

    def action_stripe_terminal_setup(self):
        """Open the guided set-up of the company."""
        return self.env["pos.stripe.setup"]._open(self.company_id)

    def action_stripe_terminal_provider(self):
        """Open the company's Stripe provider, where keys and webhook are."""
        return self.env["pos.payment.method"].action_stripe_provider()

    def action_stripe_terminal_check_account(self):
        """Ask Stripe about the secret key of the company.

        :raise UserError: the company has no Stripe provider
        """
        provider = self.env["payment.provider"]._stripe_terminal_provider(self.company_id)
        if not provider:
            problem = StripeProblem(Kind.misconfigured, "no_provider")
            raise UserError(provider._stripe_terminal_advice(problem, self.company_id))
        return provider.sudo(False).action_stripe_terminal_check_account()

    def action_stripe_terminal_pair(self):
        """Open the dialog that adds a reader."""
        return self.env["pos.stripe.reader"].action_stripe_pair()

    def action_stripe_terminal_refresh(self):
        """Read readers and locations from Stripe."""
        return self.env["pos.stripe.reader"].action_stripe_refresh()

    def action_stripe_diagnosis(self):
        """Test the company's terminal, or list the payment methods to choose one of several."""
        methods = self.env["pos.payment.method"].search(
            [("company_id", "=", self.company_id.id), ("use_payment_terminal", "=", TERMINAL)]
        )
        if len(methods) == 1:
            return methods.action_stripe_diagnosis()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "point_of_sale.action_payment_methods_tree"
        )
        return {**action, "domain": [("id", "in", methods.ids)], "target": "main"}

    def action_stripe_terminal_convert(self):
        """Let this addon charge with all the company's payment methods of core's `pos_stripe`."""
        return (
            self.env["pos.payment.method"]
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("use_payment_terminal", "=", CORE_TERMINAL),
                ]
            )
            .action_stripe_terminal_convert()
        )
