from odoo import api, fields, models


class PosStripeRename(models.TransientModel):
    """Asks for the name of a reader or location, which is changed at Stripe."""

    _name = "pos.stripe.rename"
    _description = "Rename at Stripe"

    record = fields.Reference(
        [("pos.stripe.location", "Location"), ("pos.stripe.reader", "Card Reader")],
        required=True,
        readonly=True,
    )
    name = fields.Char(required=True)

    @api.constrains("record")
    def _check_record(self):
        """Keep the names of other companies out of the dialog.

        :raise AccessError: the user may not see the record
        """
        for rename in self:
            rename.record.sudo(False).check_access("read")

    def action_rename(self):
        """Rename at Stripe, then here.

        :raise UserError: Stripe did not do it
        """
        self.record._stripe_rename(self.name)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
