from odoo import api, models


class PosOrder(models.Model):
    """Every order of a till would carry the fields of its activities, also without cards."""

    _inherit = "pos.order"

    @api.model
    def _stripe_office_fields(self):
        mixin, every = self.env["mail.activity.mixin"]._fields, self.env["base"]._fields
        ours = {"stripe_doubt", "stripe_refunded_outside"}
        return super()._stripe_office_fields() | (mixin.keys() - every.keys()) | ours
