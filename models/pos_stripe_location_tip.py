from odoo import api, fields, models
from odoo.exceptions import UserError

from ..stripe_terminal import tipping
from ..stripe_terminal.errors import StripeProblem
from ..stripe_terminal.listing import pages
from .pos_stripe_account_item import PAGE_SIZE


class PosStripeLocation(models.Model):
    """Which tips the readers of a location suggest, as Stripe told it last."""

    _inherit = "pos.stripe.location"

    configuration = fields.Char(
        string="Configuration at Stripe",
        readonly=True,
        help="Empty where the account's default holds.",
    )
    tipping = fields.Json(readonly=True, help="As in Stripe's API, by currency.")
    tip_summary = fields.Text(string="Suggested Tips", compute="_compute_tip_summary")
    tips_read_at = fields.Datetime(string="Tips Read from Stripe", readonly=True)

    @api.depends("tipping")
    @api.depends_context("lang")
    def _compute_tip_summary(self):
        for location in self:
            location.tip_summary = "\n".join(
                self._tell_tips(code.upper(), settings)
                for code, settings in sorted((location.tipping or {}).items())
                if settings
            )

    @api.model
    def _tell_tips(self, currency_code, settings):
        """Return what readers suggest in one currency, in words."""
        shown = self.env["res.currency"]._stripe_format_code
        percentages = ", ".join(f"{value} %" for value in settings.get(tipping.PERCENTAGES) or [])
        amounts = ", ".join(
            shown(value, currency_code) for value in settings.get(tipping.FIXED_AMOUNTS) or []
        )
        if not (percentages and amounts):
            return f"{currency_code}: {percentages or amounts}"
        return self.env._(
            "%(currency)s: %(percentages)s; below %(threshold)s: %(amounts)s",
            currency=currency_code,
            percentages=percentages,
            threshold=shown(settings.get(tipping.SMART_THRESHOLD) or 0, currency_code),
            amounts=amounts,
        )

    def action_stripe_tips(self):
        """Open the dialog that edits the tips, with what Stripe has now.

        :raise UserError: Stripe cannot be asked, with what to do about it
        """
        self.ensure_one()
        self.env["pos.payment.method"].check_access("write")
        self._check_own_account()
        self._stripe_fetch_tips()
        return {
            "name": self.env._("Tips at %s", self.name),
            "type": "ir.actions.act_window",
            "res_model": "pos.stripe.tips",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_location_id": self.id},
        }

    def _stripe_fetch_tips(self):
        """Read from Stripe which tips the location's readers suggest, and store it.

        A location without a configuration, or whose configuration says nothing of tips, has the
        tips of the account's default. See https://docs.stripe.com/terminal/fleet/configurations

        :return: the location's own configuration as in Stripe's API, or None
        :raise UserError: Stripe cannot be asked
        """
        provider = self.sudo().provider_id
        try:
            gateway = provider._stripe_terminal_gateway()
            location = gateway.retrieve_location(self.stripe_id).data
            configurations = [
                configuration
                for page in pages(gateway.list_configurations, {"limit": PAGE_SIZE})
                for configuration in page.data["data"]
            ]
        except StripeProblem as problem:
            raise UserError(provider._stripe_terminal_setup_advice(problem)) from problem
        by_id = {configuration["id"]: configuration for configuration in configurations}
        own = by_id.get(location.get("configuration_overrides"))
        default = next((one for one in configurations if one.get("is_account_default")), None)
        tips = next((one["tipping"] for one in (own, default) if one and one.get("tipping")), {})
        self.sudo().write(
            {
                "configuration": own["id"] if own else False,
                "tipping": {code: settings for code, settings in tips.items() if settings},
                "tips_read_at": fields.Datetime.now(),
            }
        )
        return own

    def _stripe_set_tips(self, tips):
        """Have Stripe suggest other tips at this location, and store what Stripe says then.

        The location's own configuration is changed, and made where there is none, so that the
        account's default stays what it is. Locations that share the configuration change too.

        :param dict tips: as in Stripe's API, by currency in lower case; empty for no tips
        :raise UserError: Stripe did not do it
        """
        self.env["pos.payment.method"].check_access("write")
        self._check_own_account()
        own = self._stripe_fetch_tips()
        provider = self.sudo().provider_id
        try:
            gateway = provider._stripe_terminal_gateway()
            if own:
                self._stripe_change_tips(gateway, own["id"], tips)
            elif tips:
                made = gateway.create_configuration({"name": self.name, "tipping": tips}).data
                gateway.update_location(self.stripe_id, {"configuration_overrides": made["id"]})
        except StripeProblem as problem:
            raise UserError(provider._stripe_terminal_setup_advice(problem)) from problem
        self._stripe_fetch_tips()

    @api.model
    def _stripe_change_tips(self, gateway, configuration, tips):
        """Make the tips of a configuration these and no others.

        :raise StripeProblem: from asking Stripe
        """
        if not tips:
            gateway.update_configuration(configuration, {"tipping": ""})
            return
        try:
            data = gateway.update_configuration(configuration, {"tipping": tips}).data
            said = data.get("tipping") or {}
        except StripeProblem as problem:
            if problem.http_status != 400:
                raise
            said = None
        if said is None or _without_nothing(said) != tips:
            # Currencies and kinds of tips that are not named may have stayed: begin anew.
            gateway.update_configuration(configuration, {"tipping": ""})
            gateway.update_configuration(configuration, {"tipping": tips})


def _without_nothing(tips):
    """Return tips as in Stripe's API without what is not set."""
    return {
        code: {name: value for name, value in settings.items() if value is not None}
        for code, settings in tips.items()
        if settings
    }
