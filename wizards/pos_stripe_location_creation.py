from odoo import fields, models


class PosStripeLocationCreation(models.TransientModel):
    """Asks for the name of a new location, which takes the company's address."""

    _name = "pos.stripe.location.creation"
    _description = "New Stripe Location"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    name = fields.Char(required=True, default=lambda self: self.env.company.name)
    address = fields.Char(related="company_id.partner_id.contact_address")

    def action_create(self):
        """Create the location at Stripe.

        :raise AccessError: the company is not one of the user's
        :raise UserError: the address is incomplete, or Stripe did not do it
        """
        self.company_id.check_access("read")
        self.env["pos.stripe.location"]._stripe_create(self.company_id, self._stripe_params())
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _stripe_params(self):
        """Return what Stripe is told of the place, as in its API.

        :raise UserError: the address is incomplete
        """
        if self.is_in_japan:
            return self._stripe_params_in_japan()
        return self.env["pos.stripe.location"]._stripe_params(self.company_id, self.name)
