from odoo import api, fields, models

# Stripe's limits of a metadata value, in characters.
MAX_NAME = 500


class PosStripePayment(models.Model):
    """Whom a payment is for, as Stripe is told."""

    _inherit = "pos.stripe.payment"

    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)

    @api.model
    def _customer(self, session, partner_id):
        """Return the customer that a till has on its order, as far as its company may know them.

        A payment is never refused for that: the customer may not have reached the server yet.

        :param int | None partner_id: as the till says
        """
        if not isinstance(partner_id, int):
            return self.env["res.partner"]
        return self.env["res.partner"].search(
            [
                ("id", "=", partner_id),
                ("company_id", "in", [False, *session.company_id.parent_ids.ids]),
            ]
        )

    def _name_customer(self, params):
        """Add the customer to what is said when a PaymentIntent is created.

        The name and Odoo's id are for whoever looks at Stripe's dashboard. The email address goes
        to Stripe only where the shop wants Stripe to mail the receipt.
        See https://docs.stripe.com/terminal/features/receipts

        :param dict params: of the request, changed in place
        """
        partner = self.partner_id
        if not partner:
            return
        name = (partner.name or partner.display_name)[:MAX_NAME]
        params["description"] += f", {name}"
        params["metadata"].update(pos_customer=name, pos_customer_id=str(partner.id))
        email = self.payment_method_id.stripe_receipt_email and partner.email_normalized
        if email:
            params["receipt_email"] = email
