from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError

from ..stripe_terminal.errors import StripeProblem

JAPAN = "JP"


class PosStripeLocation(models.Model):
    """A place where readers stand, as Stripe listed it last."""

    _name = "pos.stripe.location"
    _inherit = ["pos.stripe.account.item"]
    _description = "Stripe Location"
    _order = "name, id"

    name = fields.Char(readonly=True)
    street = fields.Char(readonly=True)
    street2 = fields.Char(readonly=True)
    zip = fields.Char(string="ZIP", readonly=True)
    city = fields.Char(readonly=True)
    state_code = fields.Char(string="State", readonly=True)
    country_code = fields.Char(string="Country", readonly=True)
    reader_ids = fields.One2many("pos.stripe.reader", "location_id", string="Card Readers")
    reader_count = fields.Integer(string="Readers", compute="_compute_reader_count")

    _stripe_name_field = "name"
    _stripe_name_param = "display_name"

    @api.depends("reader_ids.active")
    def _compute_reader_count(self):
        for location in self:
            location.reader_count = len(location.reader_ids)

    @api.model
    def _stripe_create(self, company, params):
        """Create a location at Stripe for a company, or find the one that is there.

        It is there already when the answer of an earlier attempt was lost, or when that attempt
        was taken back here, because the reader that needed it was refused.
        See https://docs.stripe.com/api/terminal/locations/create

        :param dict params: as in Stripe's API, from `_stripe_params`
        :return: its record
        :raise UserError: Stripe did not do it
        """
        provider = self.env["payment.provider"]._stripe_terminal_provider(company)
        wanted = self._stripe_values(provider, params)
        same = ("name", "street", "zip", "country_code")
        try:
            known = self._stripe_fetch(provider).filtered(
                lambda location: all(location[name] == wanted[name] for name in same)
            )
            if known:
                return known[:1]
            gateway = provider._stripe_terminal_gateway()
            data = gateway.create_location(params).data
        except StripeProblem as problem:
            raise UserError(provider._stripe_terminal_setup_advice(problem)) from problem
        return self._store(provider, [data])

    @api.model
    def _is_in_japan(self, company):
        """Tell whether a company's locations have their names and addresses in kanji and kana."""
        return company.country_id.code == JAPAN

    @api.model
    def _stripe_params(self, company, name):
        """Return what Stripe is told of a place at the address of a company.

        :return: dict as in Stripe's API
        :raise UserError: the address is incomplete, or more than it is needed
        """
        if self._is_in_japan(company):
            raise RedirectWarning(
                self.env._(
                    "Stripe needs the name and address of a shop in Japan in kanji and in kana. "
                    "Create the location first, then choose it here."
                ),
                self.env["ir.actions.act_window"]._for_xml_id(
                    "pos_payment_stripe.pos_stripe_location_creation_action"
                ),
                self.env._("Create the location"),
            )
        return {"display_name": name, "address": self._stripe_address(company)}

    @api.model
    def _stripe_address(self, company):
        """Return the address of a company as Stripe takes it.

        :return: dict as in Stripe's API, without what is empty
        :raise UserError: something is missing that Stripe needs; it is named
        :raise RedirectWarning: the same for a user who may complete it, with the way there
        """
        country = company.country_id
        missing = [
            label
            for label, value, needed in (
                (self.env._("street"), company.street, True),
                (self.env._("city"), company.city, True),
                (self.env._("ZIP"), company.zip, country.zip_required),
                (self.env._("state"), company.state_id, country.state_required),
                (self.env._("country"), country, True),
            )
            if needed and not value
        ]
        if missing:
            message = self.env._(
                "Stripe needs the address of the shop, and the address of %(company)s has no "
                "%(missing)s. An administrator completes it in Settings, Companies; then try "
                "again.",
                company=company.name,
                missing=", ".join(missing),
            )
            if not company.has_access("write"):
                raise UserError(message)
            form = {
                "type": "ir.actions.act_window",
                "res_model": "res.company",
                "res_id": company.id,
                "views": [[False, "form"]],
            }
            raise RedirectWarning(message, form, self.env._("Complete the address"))
        address = {
            "line1": company.street,
            "line2": company.street2,
            "city": company.city,
            "state": company.state_id.code,
            "postal_code": company.zip,
            # Stripe has no accounts in territories such as La Réunion, but in their country.
            "country": self.env["payment.provider"]._stripe_get_country(country.code),
        }
        return {name: value for name, value in address.items() if value}

    @api.model
    def _stripe_fetch(self, provider):
        """Read all from Stripe; a key that may not list locations gets those of its readers."""
        try:
            return super()._stripe_fetch(provider)
        except StripeProblem as problem:
            if problem.http_status != 403:
                raise
            self.env["pos.stripe.reader"]._stripe_fetch(provider)
            return self.search([("provider_id", "=", provider.id)])

    @api.model
    def _stripe_page(self, gateway, params):
        return gateway.list_locations(params)

    def _stripe_update(self, gateway, params):
        return gateway.update_location(self.stripe_id, params).data

    def _stripe_delete(self, gateway):
        gateway.delete_location(self.stripe_id)

    def _check_stripe_remove(self):
        if self.reader_ids:
            raise UserError(
                self.env._(
                    "%(location)s still has card readers: %(readers)s. Remove them first, or pair "
                    "them with another location.",
                    location=self.name,
                    readers=", ".join(self.reader_ids.mapped("display_name")),
                )
            )

    @api.model
    def _stripe_values(self, provider, data):
        in_japan = data.get("address_kanji") or {}
        address = in_japan or data.get("address") or {}
        street = f"{in_japan.get('town') or ''}{address.get('line1') or ''}"
        return {
            "name": data.get("display_name") or data["id"],
            "street": street or False,
            "street2": address.get("line2") or False,
            "zip": address.get("postal_code") or False,
            "city": address.get("city") or False,
            "state_code": address.get("state") or False,
            "country_code": address.get("country") or False,
        }
