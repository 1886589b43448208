from odoo import api, fields, models
from odoo.exceptions import UserError

# Parts of an address as Stripe names them, and whether each address has one.
PARTS = {"state": True, "city": True, "town": True, "line1": True, "line2": False}
SCRIPTS = ("kanji", "kana")


class PosStripeLocationCreation(models.TransientModel):
    """In Japan Stripe wants name and address in kanji and in kana, which Odoo does not have.

    See https://docs.stripe.com/api/terminal/locations/create
    """

    _inherit = "pos.stripe.location.creation"

    is_in_japan = fields.Boolean(compute="_compute_is_in_japan")
    name_kana = fields.Char(string="Name (Kana)")
    state_kanji = fields.Char(string="Prefecture (Kanji)")
    state_kana = fields.Char(string="Prefecture (Kana)")
    city_kanji = fields.Char(
        string="City or Ward (Kanji)", compute="_compute_kanji", store=True, readonly=False
    )
    city_kana = fields.Char(string="City or Ward (Kana)")
    town_kanji = fields.Char(string="Town, Chome (Kanji)")
    town_kana = fields.Char(string="Town, Chome (Kana)")
    line1_kanji = fields.Char(
        string="Block, Building Number (Kanji)",
        compute="_compute_kanji",
        store=True,
        readonly=False,
    )
    line1_kana = fields.Char(string="Block, Building Number (Kana)")
    line2_kanji = fields.Char(
        string="Building (Kanji)", compute="_compute_kanji", store=True, readonly=False
    )
    line2_kana = fields.Char(string="Building (Kana)")

    @api.depends("company_id.country_id")
    def _compute_is_in_japan(self):
        for creation in self:
            creation.is_in_japan = self.env["pos.stripe.location"]._is_in_japan(creation.company_id)

    @api.depends("company_id")
    def _compute_kanji(self):
        for creation in self:
            company = creation.company_id
            creation.city_kanji = company.city
            creation.line1_kanji = company.street
            creation.line2_kanji = company.street2

    def _stripe_params_in_japan(self):
        """Return what Stripe is told of a place in Japan.

        :raise UserError: a part of the address is missing; it is named
        """
        needed = ["name_kana"] + [
            f"{part}_{script}" for script in SCRIPTS for part, must in PARTS.items() if must
        ]
        missing = [
            self._fields[name]._description_string(self.env) for name in needed if not self[name]
        ]
        if not self.company_id.zip:
            missing.append(self.env._("ZIP of the company"))
        if missing:
            raise UserError(
                self.env._(
                    "Stripe needs the name and address of a shop in Japan in kanji and in kana. "
                    "Enter also: %s.",
                    ", ".join(missing),
                )
            )
        params = {
            "display_name": self.name,
            "display_name_kanji": self.name,
            "display_name_kana": self.name_kana,
        }
        for script in SCRIPTS:
            address = {part: self[f"{part}_{script}"] for part in PARTS}
            params[f"address_{script}"] = {
                "country": "JP",
                "postal_code": self.company_id.zip,
                **{part: value for part, value in address.items() if value},
            }
        return params
