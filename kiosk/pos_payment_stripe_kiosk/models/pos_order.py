import uuid

from odoo import models
from odoo.addons.pos_payment_stripe.models.pos_order import FINISHED
from odoo.addons.pos_payment_stripe.stripe_terminal import settlement
from odoo.exceptions import UserError

# Makes the payment line of an order from the order's own uuid: a second press is the same line.
LINE_OF_ORDER = uuid.UUID("2f0d9c1e-6b1b-4b53-9d8e-6a0a9f1c7e55")


class PosOrder(models.Model):
    """What a visitor of a kiosk may do with an order while its card payment runs."""

    _inherit = "pos.order"

    def _stripe_kiosk_line_uuid(self):
        """Return the uuid of the one payment line that a kiosk asks a card for."""
        return str(uuid.uuid5(LINE_OF_ORDER, self.uuid))

    def _stripe_kiosk_due(self):
        """Return what a card is to be charged for this order, as core checks it when it is paid."""
        config = self.config_id
        if config.cash_rounding and not config.only_round_cash_method:
            return config.rounding_method.round(self.amount_total)
        return self.amount_total

    def _stripe_kiosk_row(self):
        """Return the journal's row of what the kiosk asked for, if any, in sudo."""
        rows = self.env["pos.stripe.payment"].sudo()
        return rows.search(
            [
                ("line_uuid", "=", self._stripe_kiosk_line_uuid()),
                ("company_id", "=", self.company_id.id),
                ("of_kiosk", "=", True),
            ]
        )

    def _stripe_kiosk_check_free(self):
        """Refuse to change or remove an order that is being paid, or is paid, at a kiosk.

        Core would make a draft of a paid order again.

        :raise UserError: it is; the customer reads why
        """
        row = self._stripe_kiosk_row()
        if row.state == settlement.PAID or (row and self.state in FINISHED):
            raise UserError(self.env._("This order is paid already."))
        if row.state in settlement.OPEN_STATES or row.wanted:
            raise UserError(
                self.env._("This order is being paid. Finish or cancel the payment first.")
            )
