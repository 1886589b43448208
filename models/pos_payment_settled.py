from odoo import api, models
from odoo.exceptions import UserError

from ..stripe_terminal.settlement import PAID_STATES
from .pos_order import TILL_ORDER

# What the journal says of a settled line, and what chooses its row.
SETTLED_FIELDS = {
    "amount",
    "card_brand",
    "card_no",
    "card_type",
    "cardholder_name",
    "company_id",
    "is_change",
    "payment_date",
    "payment_method_authcode",
    "payment_method_id",
    "payment_method_issuer_bank",
    "payment_method_payment_mode",
    "payment_ref_no",
    "payment_status",
    "pos_order_id",
    "session_id",
    "stripe_refunded_uuid",
    "stripe_tip",
    "stripe_unverified",
    "ticket",
    "transaction_id",
    "uuid",
}
# What makes a line one that says that a card was charged.
CLAIMING_FIELDS = {"amount", "payment_method_id", "pos_order_id"}


class PosPayment(models.Model):
    """A line that Stripe has settled stays as it is, and none becomes a card's by itself.

    The engine itself writes as superuser, which no request can be.
    """

    _inherit = "pos.payment"

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse card lines in finished orders, but those of an order that a till sends.

        :raise UserError: nothing in the journal tells of such a payment, and the user is no manager
        """
        payments = super().create(vals_list)
        if not self.env.su and self.env.context.get("stripe_till_order") is not TILL_ORDER:
            payments._claims_a_card()._check_claims()
        return payments

    def write(self, vals):
        """Refuse changes of what Stripe has settled, and of cash into card.

        :raise UserError: the line is settled; or it would say that a card was charged, nothing in
            the journal tells of that, and the user is no manager
        """
        if self.env.su:
            return super().write(vals)
        changed = SETTLED_FIELDS & vals.keys()
        if changed:
            self._check_settled(lambda payment: payment._would_change(changed, vals))
        before = self._claims_a_card() if CLAIMING_FIELDS & vals.keys() else self
        result = super().write(vals)
        (self._claims_a_card() - before)._check_claims()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_settled(self):
        if not self.env.su:
            self._check_settled(lambda payment: True)

    def _would_change(self, names, vals):
        """Tell whether values for some fields are others than those that are there."""
        return any(
            self._fields[name].convert_to_cache(vals[name], self)
            != self._fields[name].convert_to_cache(self[name], self)
            for name in names
        )

    def _check_settled(self, is_changed):
        """Refuse to change lines that Stripe has settled.

        Where what was recorded is not what Stripe has, managers correct it.

        :param is_changed: function that tells of a line whether it would be another one
        :raise UserError: one of them is settled
        """
        rows = self.env["pos.stripe.payment"].sudo()
        rows = rows.search([("payment_id", "in", self.ids), ("state", "in", PAID_STATES)])
        is_manager = self.env.user.has_group("point_of_sale.group_pos_manager")
        for row in rows:
            is_wrong = row.unpaid or row._is_taken_back()
            if (is_manager and is_wrong) or not is_changed(row.payment_id):
                continue
            facts = {
                "amount": row.currency_id.format(abs(row.amount)),
                "order": row.payment_id.pos_order_id.pos_reference or row.order_ref,
                "card": row._card_name(),
            }
            if row.amount < 0:
                raise UserError(
                    self.env._(
                        "%(amount)s of order %(order)s was refunded to the card %(card)s, so this "
                        "refund cannot be changed.",
                        **facts,
                    )
                )
            raise UserError(
                self.env._(
                    "%(amount)s of order %(order)s was paid with the card %(card)s, so this "
                    "payment cannot be changed. To return the money, refund the order.",
                    **facts,
                )
            )

    def _claims_a_card(self):
        """Return those of these lines by which a finished order says that a card was charged."""
        return self.filtered(
            lambda payment: (
                payment.pos_order_id.state not in ("draft", "cancel")
                and payment._is_by_stripe_terminal()
            )
        )

    def _check_claims(self):
        """Link lines that have become a card's, and mark those that the journal does not prove.

        :raise UserError: one of them is not in the journal, and the user is no manager
        """
        others = self - self._stripe_journalled()
        if others and not self.env.user.has_group("point_of_sale.group_pos_manager"):
            raise UserError(
                self.env._(
                    "No card was charged for this payment by this database, so only a Point of "
                    "Sale manager can record it as paid with %(method)s.",
                    method=others[0].payment_method_id.name,
                )
            )
        self._link_stripe_payments()
