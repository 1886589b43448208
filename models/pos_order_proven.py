from odoo import Command, models

from ..stripe_terminal.settlement import CANCELED, DECLINED, PAID

WRITES = (Command.CREATE, Command.UPDATE)


class PosOrder(models.Model):
    """What became of a draft must not keep an order from Odoo that Stripe proves paid."""

    _inherit = "pos.order"

    def _stripe_leave_unpaid(self, order):
        """Have card lines go with which a till does not finish this draft, and nothing was charged.

        Of a line whose synchronisation was lost the till has no id, and tells of no removal.

        :param dict order: what the till sends, which is changed
        """
        commands = order.get("payment_ids") or []
        named = {command[1] for command in commands}
        left = self.payment_ids.filtered(lambda payment: payment.id not in named)
        rows = self.env["pos.stripe.payment"].sudo()
        unpaid = rows.search(
            [
                ("line_uuid", "in", left.mapped("uuid")),
                ("order_uuid", "=", self.uuid),
                ("company_id", "=", self.company_id.id),
                ("state", "in", (CANCELED, DECLINED)),
                ("forced_at", "=", False),
            ]
        ).mapped("line_uuid")
        gone = left.filtered(lambda payment: payment.uuid in unpaid)
        order["payment_ids"] = [*commands, *map(Command.delete, gone.ids)]

    def _stripe_take_proven(self, order):
        """Let a till finish this draft with card payments that the journal proves.

        Lines that have gone from the draft come back, and a printed receipt does not lock these.

        :param dict order: what the till sends, which is changed
        """
        self.ensure_one()
        proven = self._stripe_proven()
        if not proven:
            return
        order["payment_ids"] = self._stripe_put_back(order, proven)
        locked = [command for command in order["payment_ids"] if _is_locked_by_print(command)]
        if self.nb_print and all(self._stripe_proves(proven, command) for command in locked):
            # Core would refuse the payments; the count itself is written after them.
            order["nb_print"] = max(order.get("nb_print") or 0, self.nb_print)
            self.nb_print = 0

    def _stripe_proven(self):
        """Return the journal's rows of what Stripe took or refunded for this order, by line."""
        rows = self.env["pos.stripe.payment"].sudo()
        rows = rows.search(
            [
                ("order_uuid", "=", self.uuid),
                ("company_id", "=", self.company_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("state", "=", PAID),
            ]
        )
        return {
            row.line_uuid: row
            for row in rows
            if row._is_proven() and not row._is_taken_back() and not row._is_fully_refunded()
        }

    def _stripe_proves(self, proven, command):
        """Tell whether a row proves what a till sends of a payment: its line, amount and method."""
        before = self.payment_ids.filtered(lambda payment: payment.id == command[1])
        values = command[2]
        row = proven.get(values.get("uuid") or before.uuid)
        method_id = values.get("payment_method_id", before.payment_method_id.id)
        amount = values.get("amount", before.amount)
        return bool(
            row
            and row.payment_method_id.id == method_id
            and not self.currency_id.compare_amounts(row.amount, amount)
        )

    def _stripe_put_back(self, order, proven):
        """Return the commands for the payments, with those made again that are proven and gone.

        :param dict order: what the till sends
        :param dict proven: rows by the uuid of their line
        """
        there = {payment.id: payment.amount for payment in self.payment_ids}
        known = self.env["pos.payment"].search([("uuid", "in", list(proven))]).mapped("uuid")
        gone = {uuid: row for uuid, row in proven.items() if uuid not in known}
        commands = []
        for command in order.get("payment_ids") or []:
            is_gone = command[0] == Command.UPDATE and command[1] not in there
            if is_gone and self._stripe_proves(gone, command):
                command = Command.create(command[2])
            if command[0] in WRITES:
                gone.pop(command[2].get("uuid"), None)
                key = command[1] or command[2].get("uuid")
                there[key] = command[2].get("amount", there.get(key, 0))
            else:
                there.pop(command[1], None)
            commands.append(command)
        # What the till did not change since it was synchronised is not sent again.
        lacking = order.get("amount_paid", 0) - sum(there.values())
        for row in gone.values():
            if row.amount > 0 and self.currency_id.compare_amounts(row.amount, lacking) <= 0:
                commands.append(Command.create(line_of(row)))
                lacking -= row.amount
        return commands


def _is_locked_by_print(command):
    """Tell whether core refuses this for a printed order."""
    status = command[0] in WRITES and command[2].get("payment_status")
    return bool(status) and status != "cancelled"


def line_of(row):
    """Return the values of the payment that a row of the journal proves."""
    return {
        "uuid": row.line_uuid,
        "amount": row.amount,
        "payment_method_id": row.payment_method_id.id,
        "payment_status": "done",
    }
