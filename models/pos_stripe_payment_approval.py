from odoo import api, fields, models

from ..stripe_terminal import money, settlement


class PosStripePayment(models.Model):
    """Card refunds that a manager approves by PIN, where the register says so.

    The server verifies it before anything is written down. What stands on the row is who approved
    which amount and when, never the PIN.
    """

    _inherit = "pos.stripe.payment"

    approved_by = fields.Char(string="Refund Approved By", readonly=True)
    approved_at = fields.Datetime(string="Refund Approved At", readonly=True)
    approved_minor = fields.Integer(string="Approved (minor units)", readonly=True)

    @api.model
    def _refund_approvers(self, session, line=None):
        """Return whose PIN the till has to ask for, as a list of `id` and `name`.

        :param session: the open `pos.session`, access checked
        :param dict | None line: as for `_send_refund`; None for a payment without an order
        :raise AccessError: nobody has such a PIN; the sentence says what to set up
        """
        if line and self.search_count([("line_uuid", "=", line["line_uuid"])]):
            amount_minor = -money.to_minor(line["amount"], session.currency_id.name)
            original = self._original(session.company_id, line.get("refunded_uuid"))
            if self._is_approved(line["line_uuid"], original, amount_minor):
                return []
        employees = session.config_id._stripe_terminal_approvers()
        return [{"id": employee.id, "name": employee.name} for employee in employees]

    @api.model
    def _is_approved(self, line_uuid, original, amount_minor):
        """Tell whether a line was let refund as much of the same payment before.

        What Stripe was asked for already, before the register needed a PIN, may be asked again.
        """
        row = self.search([("line_uuid", "=", line_uuid)])
        is_same = (
            row.refunded_payment_id == original
            and bool(original)
            and row.state != settlement.CANCELED
        )
        let_minor = max(row.approved_minor, row.amount_minor if row.requested else 0)
        return is_same and amount_minor <= let_minor

    @api.model
    def _refund_approval(self, config, line, original, amount_minor):
        """Return the values of a refund row that say who approved it.

        :raise AccessError: the register needs a PIN, and it is missing, wrong or not verifiable
        """
        if config.stripe_refund_pin and self._is_approved(
            line["line_uuid"], original, amount_minor
        ):
            return {}
        return self._approval(config, line.get("employee_id"), line.get("pin"), amount_minor)

    @api.model
    def _approval(self, config, employee_id, pin, amount_minor):
        name = config._stripe_terminal_approve(employee_id, pin)
        return {
            "approved_by": name,
            "approved_at": name and fields.Datetime.now(),
            "approved_minor": amount_minor if name else 0,
        }
