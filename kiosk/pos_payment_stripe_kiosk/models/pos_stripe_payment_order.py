from odoo import fields, models
from odoo.addons.pos_payment_stripe import consequences
from odoo.addons.pos_payment_stripe.guard import quiet_lock
from odoo.addons.pos_payment_stripe.stripe_terminal import money, settlement

# What follows from a payment at a kiosk, see `consequences`.
KIOSK_ORDER, KIOSK_RESULT = "kiosk_order", "kiosk_result"
consequences.add_step(KIOSK_ORDER, "_finish_kiosk_order")
consequences.add_step(KIOSK_RESULT, "_tell_kiosk")
# After these the customer may try again.
FAILED = (settlement.DECLINED, settlement.CANCELED)


class PosStripePayment(models.Model):
    """What was paid at a kiosk becomes a paid order, whether or not its page still lives."""

    _inherit = "pos.stripe.payment"

    def write(self, vals):
        """Note what follows from a new state, in the transaction that stores it."""
        if "state" not in vals:
            return super().write(vals)
        before = {row: row.state for row in self if row.of_kiosk}
        result = super().write(vals)
        for row, state in before.items():
            if row.state == settlement.PAID != state:
                row._mark_due(KIOSK_ORDER)
            elif row.state in FAILED and row.state != state:
                row._mark_due(KIOSK_RESULT)
        return result

    def _kiosk_order(self):
        """Return the order, empty when it is gone, as the kiosk's user has it, in sudo."""
        user = self.config_id.self_ordering_default_user_id
        orders = self.env["pos.order"].with_user(user or self.env.user).sudo()
        return orders.with_company(self.company_id).search(
            [("uuid", "=", self.order_uuid), ("company_id", "=", self.company_id.id)], limit=1
        )

    def _finish_kiosk_order(self):
        """Give the order its payment and finish it, once; returns the steps that follow."""
        if not self._is_kiosk_order_due():
            return ()
        order = self._kiosk_order()
        quiet_lock(order)
        obstacle = self._kiosk_obstacle(order)
        if obstacle:
            self._tell_kiosk_unfinished(order, obstacle)
            return (KIOSK_RESULT,)
        order.add_payment(
            {
                "pos_order_id": order.id,
                # What of it is a tip is brought to the order as for a till.
                "amount": self._without_tip(),
                "payment_date": fields.Datetime.now(),
                "payment_method_id": self.payment_method_id.id,
                "payment_status": "done",
                "uuid": self.line_uuid,
            }
        )
        order._process_saved_order(draft=False)
        self._log("state", "kiosk_order", {"order": order.pos_reference})
        return (KIOSK_RESULT,)

    def _is_kiosk_order_due(self):
        """Tell whether Stripe took the money and no order of anybody's has it."""
        return (
            self.state == settlement.PAID
            and not self.payment_id
            and not self.attached_at
            and not self._is_taken_back()
            and not self._is_fully_refunded()
        )

    def _without_tip(self):
        return float(money.to_major(self.amount_minor - self.tip_minor, self.currency_id.name))

    def _kiosk_obstacle(self, order):
        """Return why the order is not to be finished with this payment, for managers, or None."""
        if not order:
            return self.env._("the order is gone")
        if order.state == "cancel":
            return self.env._("the order was canceled")
        if order.state != "draft":
            return self.env._("the order was finished otherwise")
        if order.session_id.state != "opened":
            return self.env._("the session is closed")
        due = order._stripe_kiosk_due()
        if order.currency_id.compare_amounts(due, self._without_tip()):
            return self.env._("the order now comes to %s", order.currency_id.format(due))
        return None

    def _tell_kiosk_unfinished(self, order, obstacle):
        """Ask the managers to look at a payment that stays without an order."""
        (order or self.session_id)._stripe_tell_managers(
            self.env._("Paid at the kiosk, and no order shows it"),
            self.env._(
                "%(amount)s of order %(order)s was paid by card at %(register)s, and "
                "%(obstacle)s. The payment is among the unattached ones in Orders / Stripe "
                "Payments: put it on an order at a register, or refund it.",
                amount=self.currency_id.format(self.amount),
                order=self.order_ref or "?",
                register=self.config_id.name,
                obstacle=obstacle,
            ),
        )
        # The reminder of unfinished orders would tell the same.
        self.unfinished_told_at = fields.Datetime.now()
        self._log("state", "kiosk_unfinished", {"obstacle": obstacle})

    def _tell_kiosk(self):
        """Tell the kiosk's page how the payment ended; a paid order goes to the kitchen too."""
        order = self._kiosk_order()
        if self.payment_id and order.state not in ("draft", "cancel"):
            order._send_payment_result("Success")
        elif order:
            order._send_payment_result("fail")
