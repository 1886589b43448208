from odoo import api, models


class PosOrder(models.Model):
    """Every order of a till would carry the fields of its activities, also without cards."""

    _inherit = "pos.order"

    @api.model
    def _stripe_office_fields(self):
        activities = self.env["mail.activity.mixin"]._fields.keys() - self.env["base"]._fields.keys()
        return super()._stripe_office_fields() | activities | {"stripe_refunded_outside"}
