from odoo import api, models
from odoo.tools import formatLang

from ..stripe_terminal import money


class ResCurrency(models.Model):
    """Stripe's minor units as people read them."""

    _inherit = "res.currency"

    def _stripe_format(self, minor):
        """Return minor units of this currency as an amount with its symbol.

        :param int minor: as in Stripe's API
        """
        # Without the invisible character that `format` has after a minus.
        return formatLang(self.env, float(money.to_major(minor, self.name)), currency_obj=self)

    @api.model
    def _stripe_format_code(self, minor, code):
        """Return the same for a currency by its code, which this database may not use.

        :param str code: ISO 4217, upper case
        """
        currency = self.with_context(active_test=False).search([("name", "=", code)], limit=1)
        if not currency:
            return f"{money.to_major(minor, code):f} {code}"
        return currency._stripe_format(minor)
