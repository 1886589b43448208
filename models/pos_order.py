from odoo import models


class PosOrder(models.Model):
    _name = "pos.order"
    _inherit = ["pos.order", "mail.activity.mixin"]

    def _process_saved_order(self, draft):
        """Link the journal to the payments of a finished order.

        Drafts are left alone: their payments may be running, and the runner writes those rows.
        """
        order_id = super()._process_saved_order(draft)
        if not draft:
            self.payment_ids._link_stripe_payments()
        return order_id
