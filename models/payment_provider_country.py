from odoo import models


class PaymentProvider(models.Model):
    """The country of the Stripe account, which decides which cards there are."""

    _inherit = "payment.provider"

    def _stripe_terminal_country_code(self, reader):
        """Return the two letters of the account's country, as well as it is known.

        Stripe told it when the key was checked, unless the key may not read the account.

        :param reader: the `pos.stripe.reader` that is paid on, may be empty. Its location is in
            the country of the account, or it could not be paid on.
        """
        return (
            self._stripe_terminal_facts().get("country")
            or reader.location_id.country_code
            or self._stripe_get_country(self.company_id.country_code)
        )
