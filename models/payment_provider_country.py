import logging

from odoo import api, fields, models

from ..stripe_terminal.errors import StripeProblem

_logger = logging.getLogger(__name__)


class PaymentProvider(models.Model):
    """The country of the Stripe account, which decides which cards there are."""

    _inherit = "payment.provider"

    stripe_terminal_country = fields.Char(
        string="Country of the Stripe Account",
        compute="_compute_stripe_terminal_country",
        store=True,
        help="As Stripe told it last. It is asked for with the card readers.",
    )

    @api.depends("stripe_secret_key")
    def _compute_stripe_terminal_country(self):
        # Another key may be another account's.
        self.stripe_terminal_country = False

    def _stripe_terminal_learn_country(self):
        """Ask Stripe for the country of the account, once for each key.

        A restricted key may not read the account: the readers' location says it then.
        See https://docs.stripe.com/api/accounts/retrieve
        """
        provider = self.sudo()
        if provider.stripe_terminal_country:
            return
        try:
            account = provider._stripe_terminal_gateway().retrieve_account().data
        except StripeProblem as problem:
            _logger.info("The country of the Stripe account is not known: %s", problem)
            return
        provider.stripe_terminal_country = account.get("country")

    def _stripe_terminal_account_country(self, reader):
        """Return the two letters of the account's country, as well as it is known.

        :param reader: the `pos.stripe.reader` that is paid on, may be empty. Its location is in
            the country of the account, or it could not be paid on.
        """
        return (
            self.stripe_terminal_country
            or reader.location_id.country_code
            or self.company_id.country_code
        )
