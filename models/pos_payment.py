from odoo import models

from ..stripe_terminal.settlement import AUTHORIZED, PAID

PAID_STATES = (PAID, AUTHORIZED)


class PosPayment(models.Model):
    _inherit = "pos.payment"

    def _link_stripe_payments(self):
        """Link each payment to its row in the journal, and take the card's facts from there."""
        lines = {payment.uuid: payment for payment in self if payment.uuid}
        rows = (
            self.env["pos.stripe.payment"].sudo().search([("line_uuid", "in", list(lines))])
            if lines
            else self.env["pos.stripe.payment"]
        )
        for row in rows:
            row.payment_id = lines[row.line_uuid]
            if row.state not in PAID_STATES and not row.unverified:
                # The till forced it while it could not even reach Odoo.
                row.unverified = True
                row._log("till", "synced_unpaid")
        rows._fill_pos_payment()
