from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PosConfig(models.Model):
    """Where a register asks for tips: on the reader, or after the payment (`pos_restaurant`)."""

    _inherit = "pos.config"

    stripe_tip_on_reader = fields.Boolean(
        string="Tips on the Card Reader",
        help="Stripe card readers ask the customer for a tip before the card is presented.",
    )

    def _stripe_tips_on_reader(self):
        """Tell whether readers ask for tips; one payment is never asked for tips in two ways."""
        self.ensure_one()
        return (
            self.stripe_tip_on_reader
            and self.iface_tipproduct
            and bool(self.tip_product_id)
            and not self._stripe_tips_after_payment()
        )

    def _stripe_tips_after_payment(self):
        """Tell whether cards are authorized first and charged when the tip is known."""
        self.ensure_one()
        # Of pos_restaurant, which may not be installed.
        return "set_tip_after_payment" in self._fields and self.set_tip_after_payment

    @api.constrains("stripe_tip_on_reader", "iface_tipproduct", "tip_product_id")
    def _check_stripe_tip_taxes(self):
        for config in self:
            added = config.tip_product_id.taxes_id.filtered(
                lambda tax, config=config: (
                    tax.company_id in config.company_id.parent_ids and not tax.price_include
                )
            )
            if config._stripe_tips_on_reader() and added:
                raise ValidationError(
                    self.env._(
                        "The customer chooses on the card reader how much the tip is, so taxes "
                        "cannot be added to it. Give the product %(product)s no taxes, or taxes "
                        "that are included in the price, instead of %(taxes)s.",
                        product=config.tip_product_id.display_name,
                        taxes=", ".join(added.mapped("name")),
                    )
                )
