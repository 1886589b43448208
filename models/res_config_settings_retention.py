from odoo import api, fields, models
from odoo.exceptions import ValidationError

RETENTION = "pos_payment_stripe.retention_months"
DEFAULT_MONTHS = 24
# A card's owner may dispute a payment for months.
LEAST_MONTHS = 6


def retention_months(env):
    """Return for how many months the steps of settled payments are kept."""
    value = env["ir.config_parameter"].sudo().get_param(RETENTION) or ""
    return max(int(value), LEAST_MONTHS) if value.isdigit() else DEFAULT_MONTHS


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    stripe_terminal_retention_months = fields.Integer(
        string="Keep the Steps of Payments (months)",
        config_parameter=RETENTION,
        default=DEFAULT_MONTHS,
        help="The steps of settled card payments and the comparisons with Stripe are deleted after "
        "so many months. The payments themselves stay.",
    )

    @api.constrains("stripe_terminal_retention_months")
    def _check_stripe_terminal_retention_months(self):
        for settings in self:
            if settings.stripe_terminal_retention_months < LEAST_MONTHS:
                raise ValidationError(
                    self.env._(
                        "Keep the steps of card payments for at least %s months: customers may "
                        "dispute a payment for so long.",
                        LEAST_MONTHS,
                    )
                )
