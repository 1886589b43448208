from datetime import timezone

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..stripe_terminal import adoption, money, reading, refund_reading, refunding, settlement
from ..stripe_terminal.errors import StripeProblem, sentence
from ..stripe_terminal.gateway import CHECK_TIMEOUT

# How ids of PaymentIntents and Charges begin; Odoo's own pos_stripe keeps either as transaction.
REFERENCES = ("pi_", "ch_", "py_")


class PosStripePayment(models.Model):
    """Payments of Odoo's own pos_stripe get a row once a manager has seen what Stripe says."""

    _inherit = "pos.stripe.payment"

    adopted_uid = fields.Many2one("res.users", string="Adopted By", readonly=True)
    adopted_at = fields.Datetime(
        readonly=True,
        help="This payment of Odoo's own Stripe addon was compared with Stripe then.",
    )

    def _is_proven(self):
        """Tell whether the row is more than what a `pos.payment` says.

        It was asked for by a till, or adopted; before `adopted_at` existed, rows were made of what
        cashiers can write.
        """
        return bool(self.request_uuid or self.adopted_at)

    @api.model
    def _is_adoptable(self, pos_payment):
        """Tell whether a `pos.payment` looks like one of Odoo's own pos_stripe, without a row."""
        return bool(
            pos_payment.amount > 0
            and (pos_payment.transaction_id or "").startswith(REFERENCES)
            and pos_payment.payment_method_id.type == "bank"
            and not self._row_of(pos_payment)._is_proven()
        )

    @api.model
    def _read_adoptable(self, pos_payment):
        """Read from Stripe what a `pos.payment` claims to be; it waits, but a short time only.

        :return: tuple of the PaymentIntent with its charge and refunds, and of those of
            `adoption.CHECKS` that failed
        :raise UserError: Stripe does not have it, or cannot be asked
        """
        provider = pos_payment.payment_method_id._stripe_terminal_provider()
        try:
            gateway = provider._stripe_terminal_gateway(CHECK_TIMEOUT)
            found = gateway.retrieve_refunded_charge(pos_payment.transaction_id).data
            if found["object"] == "charge" and found.get("payment_intent"):
                charge_id = found["id"]
                found = gateway.retrieve_refunded_charge(found["payment_intent"]).data
                if (refund_reading.charge_of(found) or {}).get("id") != charge_id:
                    raise UserError(self.env._(sentence("refund_not_found")))
        except StripeProblem as problem:
            code = "refund_not_found" if problem.code == "resource_missing" else problem.code
            raise UserError(self.env._(sentence(code))) from problem
        if found["object"] != "payment_intent":
            return {"status": "", "latest_charge": found}, [adoption.TERMINAL]
        recorded = adoption.Recorded(
            amount=money.to_minor(pos_payment.amount, pos_payment.currency_id.name),
            currency=pos_payment.currency_id.name,
            paid_at=pos_payment.payment_date.replace(tzinfo=timezone.utc).timestamp(),
            line_uuid=pos_payment.uuid,
            database=self.env.cr.dbname,
        )
        is_claimed = bool(self._other_claims(pos_payment, found))
        return found, adoption.failed_checks(recorded, found, is_claimed)

    @api.model
    def _other_claims(self, pos_payment, intent):
        """Return the rows that have a PaymentIntent or the line of a `pos.payment` already."""
        charge = refund_reading.charge_of(intent)
        is_same = Domain("payment_intent", "=", intent["id"])
        if charge:
            is_same |= Domain("charge", "=", charge["id"])
        own = self._row_of(pos_payment).filtered(lambda row: not row._is_proven())
        return self.search(is_same | Domain("line_uuid", "=", pos_payment.uuid)) - own

    @api.model
    def _adopt(self, pos_payment):
        """Write a payment of Odoo's own pos_stripe into the journal, as Stripe has it.

        :return: the row
        :raise AccessError: the user is no POS manager
        :raise UserError: Stripe cannot be asked, or says something else than Odoo has recorded
        """
        if not self.env.user.has_group("point_of_sale.group_pos_manager"):
            raise AccessError(self.env._("Only a Point of Sale manager can do this."))
        if not self._is_adoptable(pos_payment):
            raise UserError(self.env._("This payment is no card payment that can be adopted."))
        intent, failed = self._read_adoptable(pos_payment)
        if failed:
            raise UserError(
                self.env._("What Stripe says is not what was recorded. Nothing was adopted.")
            )
        method, order = pos_payment.payment_method_id, pos_payment.pos_order_id
        charge = refund_reading.charge_of(intent)
        row = self._insert(
            {
                "line_uuid": pos_payment.uuid,
                "session_id": pos_payment.session_id.id,
                "currency_id": pos_payment.currency_id.id,
                "payment_method_id": method.id,
                "provider_id": method._stripe_terminal_provider().id,
            }
        )
        row.write(
            {
                **reading.intent_values(intent),
                "reader_tip_minor": 0,
                "amount_received": charge["amount_captured"],
                "amount_minor": charge["amount_captured"],
                "order_uuid": order.uuid,
                "order_ref": order.pos_reference,
                "payment_id": pos_payment.id,
                "settled_at": pos_payment.payment_date,
                "state": settlement.PAID,
                "adopted_uid": self.env.uid,
                "adopted_at": fields.Datetime.now(),
            }
        )
        row._flow().apply_charge(charge)
        pos_payment.sudo().stripe_unverified = False
        row._log("till", "adopt", {"transaction": intent["id"], "by": self.env.user.name})
        return row

    def _row_of(self, pos_payment):
        """Return the row of a `pos.payment`: its line, its company, and its order.

        What else the `pos.payment` says of Stripe is no evidence.
        """
        rows = self.search(
            [
                ("kind", "=", refunding.PAYMENT),
                ("line_uuid", "in", pos_payment.filtered("uuid").mapped("uuid")),
                ("company_id", "in", pos_payment.company_id.ids),
            ]
        )
        return rows.filtered(lambda row: row._is_of(pos_payment))

    def _is_of(self, pos_payment):
        """Tell whether a row is of a `pos.payment`, whose ids cashiers can write."""
        return (
            self.line_uuid == pos_payment.uuid
            and self.company_id == pos_payment.company_id
            and self.payment_id in (pos_payment, self.payment_id.browse())
            and self.order_uuid == pos_payment.pos_order_id.uuid
        )
