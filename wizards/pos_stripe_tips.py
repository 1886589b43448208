from odoo import api, fields, models
from odoo.exceptions import UserError

from ..stripe_terminal import money, tipping

NUMBERS = range(1, tipping.SUGGESTIONS + 1)
FIRST_PERCENTAGES = (10, 15, 20)


class PosStripeTips(models.TransientModel):
    """Asks which tips the readers of a location suggest; Stripe keeps it."""

    _name = "pos.stripe.tips"
    _description = "Suggested Tips"

    location_id = fields.Many2one("pos.stripe.location", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("none", "No tips"),
            (tipping.PERCENTAGES, "Percentages"),
            (tipping.FIXED_AMOUNTS, "Amounts"),
            (tipping.SMART, "Amounts for small orders, else percentages"),
        ],
        string="Suggest",
        required=True,
        default="none",
    )
    currency_ids = fields.One2many("pos.stripe.tips.currency", "tips_id", string="Currencies")
    sharing_locations = fields.Char(readonly=True)

    @api.model
    def default_get(self, names):
        """Begin with what the location has, or with the currency of its company."""
        values = super().default_get(names)
        location = self.env["pos.stripe.location"].browse(values.get("location_id"))
        location.check_access("read")
        known = location.tipping or {}
        currencies = self.env["res.currency"].with_context(active_test=False)
        lines = [
            self._currency_values(currencies.search([("name", "=", code.upper())]), settings)
            for code, settings in known.items()
        ] or [{"currency_id": (location.company_id or self.env.company).currency_id.id}]
        sharing = location.configuration and location.search(
            [("configuration", "=", location.configuration), ("id", "!=", location.id)]
        )
        return {
            **values,
            "kind": tipping.kind_of(known) or "none",
            "currency_ids": [(0, 0, line) for line in lines],
            "sharing_locations": ", ".join(sharing.mapped("name")) if sharing else False,
        }

    @api.model
    def _currency_values(self, currency, settings):
        def major(minor):
            return float(money.to_major(minor, currency.name))

        values = {"currency_id": currency.id}
        percentages = settings.get(tipping.PERCENTAGES) or FIRST_PERCENTAGES
        amounts = settings.get(tipping.FIXED_AMOUNTS) or ()
        for number, percentage in zip(NUMBERS, percentages, strict=False):
            values[f"percentage_{number}"] = percentage
        for number, amount in zip(NUMBERS, amounts, strict=False):
            values[f"amount_{number}"] = major(amount)
        values["threshold"] = major(settings.get(tipping.SMART_THRESHOLD) or 0)
        return values

    def action_save(self):
        """Change it at Stripe.

        :raise UserError: what was entered makes no sense, or Stripe did not do it
        """
        tips = {}
        if self.kind != "none":
            if not self.currency_ids:
                raise UserError(self.env._("Add the currency in which the location is paid."))
            tips = {line.currency_id.name.lower(): line._settings() for line in self.currency_ids}
            if len(tips) < len(self.currency_ids):
                raise UserError(self.env._("Each currency has one line."))
        self.location_id._stripe_set_tips(tips)
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class PosStripeTipsCurrency(models.TransientModel):
    _name = "pos.stripe.tips.currency"
    _description = "Suggested Tips in a Currency"

    tips_id = fields.Many2one("pos.stripe.tips", required=True, ondelete="cascade")
    currency_id = fields.Many2one("res.currency", required=True)
    percentage_1 = fields.Integer(string="1st %", default=FIRST_PERCENTAGES[0])
    percentage_2 = fields.Integer(string="2nd %", default=FIRST_PERCENTAGES[1])
    percentage_3 = fields.Integer(string="3rd %", default=FIRST_PERCENTAGES[2])
    amount_1 = fields.Monetary(string="1st Amount", default=1)
    amount_2 = fields.Monetary(string="2nd Amount", default=2)
    amount_3 = fields.Monetary(string="3rd Amount", default=3)
    threshold = fields.Monetary(string="% From", default=10)

    def _settings(self):
        """Return the tips of this currency as in Stripe's API.

        :raise UserError: they make no sense
        """
        currency = self.currency_id
        percentages = [self[f"percentage_{number}"] for number in NUMBERS]
        amounts = [self[f"amount_{number}"] for number in NUMBERS]
        try:
            return tipping.to_stripe(
                self.tips_id.kind, currency.name, percentages, amounts, self.threshold
            )
        except ValueError as error:
            raise UserError(
                self.env._(
                    "The tips in %(currency)s make no sense. Percentages go from 1 to 100, and "
                    "amounts are more than zero, with no more digits than the currency has.",
                    currency=currency.name,
                )
            ) from error
