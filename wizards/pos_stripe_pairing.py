from odoo import api, fields, models

SIMULATED_READER = "simulated-wpe"  # a registration code that Stripe knows in test mode


class PosStripePairing(models.TransientModel):
    """Asks for what Stripe needs to know a new reader: its code, its place and its name."""

    _name = "pos.stripe.pairing"
    _description = "Pair a Stripe Card Reader"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    location_id = fields.Many2one(
        "pos.stripe.location",
        compute="_compute_location_id",
        store=True,
        readonly=False,
        help="The reader takes payments for this place and gets its settings from there.",
    )
    location_name = fields.Char(
        string="New Location",
        compute="_compute_location_name",
        store=True,
        readonly=False,
        help="The name of the place; customers may read it on their receipt.",
    )
    address = fields.Char(related="company_id.partner_id.contact_address")
    registration_code = fields.Char(help="The words or letters on the reader's screen.")
    label = fields.Char(string="Reader Name", help="How you call it, for example Counter.")
    is_test = fields.Boolean(compute="_compute_is_test")

    @api.depends("company_id")
    def _compute_location_id(self):
        for pairing in self:
            provider = self.env["payment.provider"]._stripe_terminal_provider(pairing.company_id)
            locations = self.env["pos.stripe.location"].search([("provider_id", "=", provider.id)])
            pairing.location_id = locations if len(locations) == 1 else False

    @api.depends("company_id")
    def _compute_location_name(self):
        for pairing in self:
            pairing.location_name = pairing.company_id.name

    @api.depends("company_id")
    def _compute_is_test(self):
        for pairing in self:
            provider = self.env["payment.provider"]._stripe_terminal_provider(pairing.company_id)
            pairing.is_test = provider._stripe_terminal_is_test()

    def action_pair(self):
        """Register the reader whose code was entered, and open it.

        :raise AccessError: the company or location is not one of the user's
        :raise UserError: Stripe did not do it
        """
        # Blanks around come from copying; between the words Stripe wants dashes, as on the screen.
        return self._pair("-".join((self.registration_code or "").split()), self.label)

    def action_add_simulated(self):
        """Register a reader that Stripe simulates, and open it; in test mode only.

        :raise AccessError: the company or location is not one of the user's
        :raise UserError: Stripe did not do it
        """
        return self._pair(SIMULATED_READER, self.label or self.env._("Simulated reader"))

    def _pair(self, registration_code, label):
        self.company_id.check_access("read")
        location = self.location_id
        location.check_access("read")
        if not location:
            Location = self.env["pos.stripe.location"]
            params = Location._stripe_params(self.company_id, self.location_name)
            location = Location._stripe_create(self.company_id, params)
        reader = self.env["pos.stripe.reader"]._stripe_register(
            location, registration_code, label, str(self.id)
        )
        return {
            "name": reader.display_name,
            "type": "ir.actions.act_window",
            "res_model": "pos.stripe.reader",
            "view_mode": "form",
            "views": [(False, "form")],
            "res_id": reader.id,
        }
