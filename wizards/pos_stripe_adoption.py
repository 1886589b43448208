from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools.misc import format_datetime

from ..stripe_terminal import adoption, money, refund_reading
from ..stripe_terminal.reading import charge_values
from ..stripe_terminal.receipts import card_name


class PosStripeAdoption(models.TransientModel):
    """Shows a manager what Stripe says of a payment of Odoo's own pos_stripe, to take it up."""

    _name = "pos.stripe.adoption"
    _description = "Adopt a Stripe Payment"

    payment_id = fields.Many2one("pos.payment", required=True, readonly=True, ondelete="cascade")
    order_id = fields.Many2one(related="payment_id.pos_order_id")
    currency_id = fields.Many2one(related="payment_id.currency_id")
    amount = fields.Monetary(related="payment_id.amount")
    payment_date = fields.Datetime(related="payment_id.payment_date")
    stripe_reference = fields.Char(string="PaymentIntent", readonly=True)
    stripe_amount = fields.Char(string="Charged", readonly=True)
    stripe_refunded = fields.Char(string="Refunded Already", readonly=True)
    stripe_card = fields.Char(string="Card", readonly=True)
    stripe_date = fields.Char(string="Charged On", readonly=True)
    stripe_description = fields.Char(string="Description", readonly=True)
    stripe_metadata = fields.Text(string="Metadata", readonly=True)
    objections = fields.Text(readonly=True)

    @api.model
    def _open(self, pos_payment):
        """Read Stripe, and return the action that opens the dialog for a `pos.payment`."""
        journal = self.env["pos.stripe.payment"].sudo()
        intent, failed = journal._read_adoptable(pos_payment.sudo())
        sentences = self._sentences()
        wizard = self.sudo().create(
            {
                "payment_id": pos_payment.id,
                **self._facts(intent),
                "objections": "\n".join(sentences[check] for check in failed),
            }
        )
        return {
            "name": self.env._("Adopt Stripe Payment"),
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.model
    def _facts(self, intent):
        """Return what a person is shown of a PaymentIntent, as values of the dialog."""
        charge = refund_reading.charge_of(intent)
        values = {
            "stripe_reference": intent.get("id"),
            "stripe_description": intent.get("description"),
            "stripe_metadata": "\n".join(
                f"{name}: {value}" for name, value in (intent.get("metadata") or {}).items()
            ),
        }
        if not charge:
            return values
        card, code = charge_values(charge), charge["currency"].upper()

        def shown(minor):
            return f"{money.to_major(minor, code):f} {code}"

        refunded = refund_reading.refunded_of(charge)
        charged_at = datetime.fromtimestamp(charge["created"], timezone.utc)
        return {
            **values,
            "stripe_amount": shown(charge["amount_captured"]),
            "stripe_refunded": shown(refunded) if refunded else False,
            "stripe_card": card["card_brand"] and card_name(card["card_brand"], card["card_last4"]),
            "stripe_date": format_datetime(
                self.env, charged_at.replace(tzinfo=None), dt_format="medium"
            ),
        }

    @api.model
    def _sentences(self):
        """Return why a payment is not adopted, by the check that failed."""
        return {
            adoption.TERMINAL: self.env._("It was not made with a card reader."),
            adoption.SUCCEEDED: self.env._("No card was charged: it is not paid at Stripe."),
            adoption.AMOUNT: self.env._("Amount or currency is not the one of the order."),
            adoption.DATE: self.env._("It was made more than a day before or after the order."),
            adoption.METADATA: self.env._(
                "Its metadata names another payment, or comes from another system."
            ),
            adoption.UNCLAIMED: self.env._("It belongs to another order already."),
        }

    def action_confirm(self):
        """Take the payment up as Stripe has it, if it still passes the checks.

        :raise AccessError: the user is no POS manager
        :raise UserError: it does not, or Stripe cannot be asked
        """
        self.ensure_one()
        self.check_access("read")
        payment = self.payment_id.sudo(False)
        if not payment.has_access("read"):
            raise AccessError(self.env._("Only a Point of Sale manager can do this."))
        self.env["pos.stripe.payment"].sudo()._adopt(payment.sudo())
        return {"type": "ir.actions.client", "tag": "soft_reload"}
