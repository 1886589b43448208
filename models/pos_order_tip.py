from odoo import api, models

from ..guard import quiet_lock
from ..stripe_terminal import money
from .pos_order import FINISHED


class PosOrder(models.Model):
    """Tips of orders that were paid on a Stripe reader."""

    _inherit = "pos.order"

    def _stripe_lock_tips(self):
        """Wait for the runner, which may just bring a tip to these orders: its rows first."""
        rows = self.env["pos.stripe.payment"].sudo()
        rows.search([("payment_id", "in", self.payment_ids.ids)])._lock()
        quiet_lock(self)

    def _stripe_release_tips(self, with_tip=True):
        """Have the card payments of these orders captured that wait for a tip.

        :param bool with_tip: whether the tip on the order is still to be paid
        """
        rows = self.env["pos.stripe.payment"].sudo()
        rows._release_held([("payment_id", "in", self.payment_ids.ids)], with_tip)
        rows._leave_out_late_tips(self)

    def _stripe_tip_lines(self):
        """Return the order's lines with the tip product."""
        product = self.config_id.tip_product_id
        return self.lines.filtered(lambda line: product and line.product_id == product)

    def _stripe_untaken_tip(self):
        """Return the tip, in minor units, that is on the order and that nobody has paid."""
        self.ensure_one()
        lines = self._stripe_tip_lines()
        # A till that adds a line to a finished order leaves its sums to us.
        lines._onchange_amount_line_all()
        payments = self.payment_ids
        tip = sum(lines.mapped("price_subtotal_incl")) - sum(payments.mapped("stripe_tip"))
        unpaid = sum(self.lines.mapped("price_subtotal_incl")) - sum(payments.mapped("amount"))
        # Rounding of cash and taxes makes some cents of difference.
        if unpaid <= tip / 2:
            return 0
        return max(0, money.to_minor(self.currency_id.round(tip), self.currency_id.name))

    def _stripe_take_tip_off(self, late):
        """Let a finished order show no more tip than was paid.

        :param int late: what was not, in minor units
        """
        shown = sum(self._stripe_tip_lines().mapped("price_subtotal_incl"))
        paid = shown - float(money.to_major(late, self.currency_id.name))
        # A till writes the tip that it shows after it has added the line.
        if late or self.currency_id.compare_amounts(self.tip_amount, paid):
            self._stripe_set_tip(paid)

    def _stripe_set_tip(self, tip):
        """Make the tip of a finished order what the cards were charged.

        :param float tip: total of the order's tips, in major units
        """
        self.ensure_one()
        # The till may just write the same.
        quiet_lock(self)
        lines = self._stripe_tip_lines()
        if lines:
            # The lines of a finished order stay; there may be one of each till.
            lines[1:].write({"price_unit": 0})
            lines[:1].write({"price_unit": tip, "qty": 1, "discount": 0})
        elif tip:
            product = self.config_id.tip_product_id
            taxes = product.taxes_id.filtered_domain(
                self.env["account.tax"]._check_company_domain(self.company_id)
            )
            lines = lines.create(
                {
                    "order_id": self.id,
                    "product_id": product.id,
                    "full_product_name": product.display_name,
                    "qty": 1,
                    "price_unit": tip,
                    "price_type": "manual",
                    "price_subtotal": tip,
                    "price_subtotal_incl": tip,
                    "tax_ids": [(6, 0, taxes.ids)],
                }
            )
        lines._onchange_amount_line_all()
        if self.currency_id.compare_amounts(sum(lines.mapped("price_subtotal_incl")), tip):
            # Taxes on top of it would make the tip more than the customer gave.
            lines.tax_ids = False
            lines._onchange_amount_line_all()
        self.write({"is_tipped": True, "tip_amount": tip})
        self._compute_prices()


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Have cards charged when a tip arrives for an order that is finished."""
        lines = super().create(vals_list)
        tipped = lines.order_id.filtered(
            lambda order: order.state in FINISHED and order._stripe_tip_lines() & lines
        )
        tipped._stripe_release_tips()
        return lines
