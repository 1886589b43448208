from uuid import uuid4

from odoo import Command, api, models

from .pos_order import payments_sent
from .pos_payment_method import TERMINAL

GOING = (Command.DELETE, Command.UNLINK)


class PosOrder(models.Model):
    """What Odoo has already when a till sends it.

    Core refuses that, and an order for which a card was charged could not be finished.
    """

    _inherit = "pos.order"

    @api.model
    def _process_order(self, order, existing_order):
        """Make what was sent before changes of what came of it; for orders paid by card."""
        if (
            existing_order
            and existing_order.state == "draft"
            and existing_order.uuid == order.get("uuid")
            and existing_order._of_stripe_terminal()
        ):
            existing_order._stripe_sent_again(order)
            if order.get("state") != "draft":
                existing_order._stripe_leave_unpaid(order)
                existing_order._stripe_take_proven(order)
        return super()._process_order(order, existing_order)

    @api.model
    def _stripe_rename_payments(self, orders):
        """Have card payments that another till put on its own order recorded with these too.

        Nothing proves them here then, and the managers are asked to look at them.

        :param list orders: what a till sends
        """
        methods = self.env["pos.payment.method"].sudo()
        for order in orders:
            sent = {
                payment["uuid"]: payment
                for payment in payments_sent(order)
                if methods.browse(payment.get("payment_method_id"))._is_stripe_terminal()
            }
            elsewhere = self.env["pos.payment"].search(
                [("uuid", "in", list(sent)), ("pos_order_id.uuid", "!=", order.get("uuid"))]
            )
            for payment in elsewhere:
                sent[payment.uuid]["uuid"] = str(uuid4())

    def _of_stripe_terminal(self):
        """Return those of these orders for which a card payment was recorded or asked for."""
        rows, unknown = self.env["pos.stripe.payment"].sudo(), self._stripe_unknown().orders
        uuids = [uuid for uuid in self.mapped("uuid") if uuid not in unknown]
        asked = rows.search([("order_uuid", "in", uuids)]).mapped("order_uuid")
        return self.filtered(
            lambda order: (
                order.uuid in asked
                or TERMINAL in order.payment_ids.payment_method_id.mapped("use_payment_terminal")
            )
        )

    def _stripe_sent_again(self, order):
        """Change the commands for what this draft consists of to what is still to be done on it.

        :param dict order: what a till sends of it
        """
        self.ensure_one()
        # A till that never heard of this draft; a customer's phone knows nothing of a till's lines.
        is_whole = not order.get("id") and order.get("source") in (False, None, "pos")
        for name, commands in order.items():
            field = self._fields.get(name)
            if (
                field
                and field.type == "one2many"
                and "uuid" in self.env[field.comodel_name]._fields
            ):
                order[name] = _still_to_do(self[name], commands, is_whole)


def _still_to_do(records, commands, is_whole):
    """Return commands for `records` without what was done of them before.

    :param bool is_whole: whether they name all that shall be there, so that the rest goes
    """
    record_of = {record.uuid: record for record in records}
    named, changes = set(), []
    for command in commands:
        record = command[0] == Command.CREATE and record_of.get(command[2].get("uuid"))
        if record:
            changes.append(Command.update(record.id, _anew(record, command[2])))
            named.add(record.id)
        elif command[0] not in GOING or command[1] in records.ids:
            changes.append(command)
            named.add(command[1])
    gone = [id_ for id_ in records.ids if is_whole and id_ not in named]
    return [*changes, *map(Command.delete, gone)]


def _anew(record, values):
    """Return `values` that replace what a record has of lots and the like, which have no uuid."""
    anew = dict(values)
    for name, commands in values.items():
        if commands and record._fields[name].type == "one2many":
            anew[name] = [*map(Command.delete, record[name].ids), *commands]
    return anew
