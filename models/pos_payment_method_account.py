from odoo import api, fields, models


class PosPaymentMethod(models.Model):
    """Whether a method's currency, its reader and the key of the account fit together."""

    _inherit = "pos.payment.method"

    stripe_terminal_has_key = fields.Boolean(
        string="Secret Key", compute="_compute_stripe_terminal_has_key"
    )

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_stripe_terminal_has_key(self):
        for method in self:
            provider = method._stripe_terminal_provider()
            method.stripe_terminal_has_key = bool(provider.stripe_secret_key)

    def action_stripe_terminal_connect(self):
        """Start Stripe's onboarding where it works, else open the form that asks for the keys.

        :raise UserError: as `action_stripe_provider`
        :raise RedirectWarning: likewise, or Stripe Connect is not available in the country
        """
        form = self.action_stripe_provider()
        return self._stripe_terminal_provider().sudo(False)._stripe_terminal_onboard() or form

    def _stripe_terminal_account_advice(self, provider, readers, serial_number, journal):
        """Return what of the account stands against payments with this method.

        Stripe is asked about the account, beside the form that shows this, until all is well.

        :param provider: the `payment.provider` that this method charges with, in sudo
        :param readers: the `pos.stripe.reader` records of the account
        :param str serial_number: of the reader that is chosen
        :param journal: the `account.journal` that is chosen, may be empty
        :return: list of (level, sentence), empty when nothing does
        """
        facts = provider._stripe_terminal_facts()
        if "problem" in facts or provider.stripe_terminal_account_level in (False, "danger"):
            provider._stripe_terminal_check_account()
            facts = provider._stripe_terminal_facts()
        advice = provider._stripe_terminal_sdk_advice() + provider._stripe_terminal_mode_advice()
        if "problem" not in facts:
            advice += [
                (level, sentence)
                for level, sentence in provider._stripe_terminal_permission_advice(facts)
                if level == "danger"
            ]
        seller = self.name or (self.company_id or self.env.company).name
        for currency in self._stripe_terminal_currencies(journal):
            advice += provider._stripe_terminal_currency_advice(facts, currency, seller)
        location = readers.filtered(
            lambda reader: reader.serial_number == serial_number
        ).location_id[:1]
        advice += self._stripe_terminal_kiosk_advice()
        place = self._stripe_terminal_place(location)
        country = provider._stripe_terminal_country(facts)
        if place and country and place != country:
            advice.append(
                (
                    "danger",
                    self.env._(
                        "The card reader belongs to the location %(location)s in %(place)s, and "
                        "the Stripe account is in %(country)s: Stripe takes payments in the "
                        "account's own country only. Pair the reader with a location there.",
                        location=location.name,
                        place=place.name,
                        country=country.name,
                    ),
                )
            )
        return advice

    def _stripe_terminal_currencies(self, journal):
        """Return the `res.currency` that cards are charged in: those of the method's registers.

        :param journal: the `account.journal` of the method, which counts while no register has it
        """
        company = self.company_id or self.env.company
        return self.config_ids.currency_id or journal.currency_id or company.currency_id

    def _stripe_terminal_place(self, location):
        """Return the `res.country` of a `pos.stripe.location`, empty where it is not known."""
        return self.env["payment.provider"]._stripe_terminal_country(
            {"country": location.country_code}
        )

    def _stripe_terminal_is_of_other_mode(self, readers, serial_number, is_test):
        """Return whether a reader is known here that Stripe does not list for the present key.

        :param readers: the `pos.stripe.reader` records that Stripe lists
        :param bool is_test: whether the key is one for tests
        """
        if not serial_number or serial_number in readers.mapped("serial_number"):
            return False
        known = self.env["pos.stripe.reader"].with_context(active_test=False)
        return bool(
            known.search_count(
                [
                    ("provider_id", "=", self._stripe_terminal_provider().id),
                    ("serial_number", "=", serial_number),
                    ("livemode", "=", is_test),
                ],
                limit=1,
            )
        )

    def _stripe_terminal_other_mode_sentence(self, is_test):
        """Return what to tell of a reader and a key of different modes."""
        if is_test:
            return self.env._(
                "This card reader is registered for real payments, and the secret key is one for "
                "tests. Enter the live key, or choose a reader of the test mode."
            )
        return self.env._(
            "This card reader is registered in test mode, and the secret key is the live one. "
            "Choose another reader, or pair this one anew: a reader is registered in one mode only."
        )
