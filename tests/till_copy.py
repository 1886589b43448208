import uuid

from odoo import Command, fields
from odoo.addons.pos_payment_stripe.models.pos_payment_method import TERMINAL
from odoo.addons.pos_payment_stripe.stripe_terminal.settlement import PAID

# What a line shows of a row that is not done.
STATUSES = {"canceled": "retry", "declined": "retry", "unknown": "force_done"}


def is_done(row):
    """Tell whether a till takes the line of a row of the journal for paid."""
    return bool(row.forced_at) or row._till_data()["state"] == PAID


class TillCopy:
    """A device's copy of an order, which may be older than what Odoo has of it.

    :param case: the test, whose register the device is of
    :param amounts: what its products cost (major units)
    :ivar order: the `pos.order`, empty while the device does not know that Odoo has it
    :ivar dict items: prices by the uuid of the order's line
    :ivar dict cards: the payment lines as they were sent, by uuid
    :ivar bool is_disturbed: whether core may refuse it, because others had the order as well
    """

    def __init__(self, case, *amounts):
        self.case = case
        self.uuid, self.access_token = str(uuid.uuid4()), str(uuid.uuid4())
        self.order = case.env["pos.order"]
        self.items = {str(uuid.uuid4()): amount for amount in amounts}
        self.cards = {}
        self.cash = {}
        self.known = {"lines": {}, "payment_ids": {}}
        self.nb_print = 0
        self.is_disturbed = False
        self.is_finished = False

    # What it shows

    @property
    def total(self):
        return round(sum(self.items.values()), 2)

    def rows(self):
        """Return the journal's rows of its card payments."""
        return self.case.Payment.search([("line_uuid", "in", list(self.cards))])

    def taken(self, without=None):
        """Return what cards have paid of it, without one of its lines."""
        done = [row for row in self.rows() if is_done(row) and row.line_uuid != without]
        return round(sum(row._till_data()["amount"] for row in done), 2)

    def due(self, line_uuid=None):
        """Return what is still to be paid, without one of its lines."""
        return round(self.total - self.taken(line_uuid) - sum(self.cash.values()), 2)

    # What the cashier does

    def add_item(self, amount):
        self.items[str(uuid.uuid4())] = amount

    def add_card(self, amount):
        """Return the payment line of another card."""
        line = self.case.line(amount, order_uuid=self.uuid)
        self.cards[line["line_uuid"]] = line
        return line

    def facts(self, line):
        """Return what a till says of its order beside a line that it sends."""
        return {
            "due": self.due(line["line_uuid"]),
            "order_total": self.total,
            "basket": None if self.order else self.values("draft"),
        }

    def pay_rest_in_cash(self, kept):
        """Leave the card payments out that are not among `kept`, and pay the rest."""
        self.cards = {line: sent for line, sent in self.cards.items() if line in kept}
        cards = self.case.Payment.search([("line_uuid", "in", list(kept))])
        rest = self.total - sum(row._till_data()["amount"] for row in cards)
        # Under the same uuid when it is sent again.
        cash_uuid = next(iter(self.cash), None) or str(uuid.uuid4())
        self.cash = {cash_uuid: round(rest, 2)} if round(rest, 2) else {}

    # What it synchronises

    def sync(self, state):
        """Synchronise it as core does; returns the `pos.order`."""
        return self.case.sync_order(**self.values(state))

    def values(self, state):
        payments = self._payments(state)
        return {
            **({"id": self.order.id} if self.order else {}),
            "uuid": self.uuid,
            "access_token": self.access_token,
            "session_id": self.case.pos_session.id,
            "state": state,
            "date_order": fields.Datetime.to_string(fields.Datetime.now()),
            "amount_total": self.total,
            "amount_tax": 0,
            "amount_paid": round(sum(values["amount"] for values in payments.values()), 2),
            "amount_return": 0,
            "nb_print": self.nb_print,
            "lines": self._commands("lines", self._lines()),
            "payment_ids": self._commands("payment_ids", payments),
        }

    def _lines(self):
        return {
            line_uuid: self.case.product_line(amount)[2] for line_uuid, amount in self.items.items()
        }

    def _payments(self, state="draft"):
        rows = {row.line_uuid: row for row in self.rows()}
        payments = {
            line_uuid: {"amount": amount, "payment_method_id": self.case.other_method.id}
            for line_uuid, amount in self.cash.items()
        }
        for line_uuid, line in self.cards.items():
            row = rows.get(line_uuid)
            # What a till finishes an order with is done for it, whatever Odoo has heard.
            is_paid = state != "draft" or (row and is_done(row))
            amount = row._till_data()["amount"] if row and is_paid else line["amount"]
            status = STATUSES.get(row.state, "waitingCard") if row else "retry"
            payments[line_uuid] = {
                "amount": amount,
                "payment_method_id": self.case.method.id,
                "payment_status": "done" if is_paid else status,
                "transaction_id": (row and row._transaction_id()) or False,
            }
        return payments

    def _commands(self, name, items):
        """Return what core sends of lines or payments: what is new, changed or gone."""
        known = self.known[name]
        commands = [Command.delete(id_) for uid, (id_, _) in known.items() if uid not in items]
        for uid, values in items.items():
            id_, before = known.get(uid, (None, None))
            if id_ is None:
                commands.append(Command.create({**values, "uuid": uid}))
            elif before != values:
                commands.append(Command.update(id_, {**values, "uuid": uid}))
        return commands

    # What it reads

    def take_over(self, order, line_of):
        """Show what Odoo has of the order, beside the cards that only this device knows of.

        :param dict line_of: all lines as they were sent, by uuid
        """
        payments = order.payment_ids
        cards = payments.filtered(
            lambda payment: payment.payment_method_id.use_payment_terminal == TERMINAL
        )
        self.order, self.uuid = order, order.uuid
        self.access_token, self.nb_print = order.access_token, order.nb_print
        self.is_finished = order.state != "draft"
        self.items = {line.uuid: line.price_subtotal_incl for line in order.lines}
        self.cards |= {uid: line_of[uid] for uid in cards.mapped("uuid") if uid in line_of}
        self.cash = {one.uuid: one.amount for one in payments - cards}
        self._know("lines", order.lines, self._lines())
        self._know("payment_ids", payments, self._payments())

    def _know(self, name, records, items):
        ids = {record.uuid: record.id for record in records}
        self.known[name] = {uid: (id_, items.get(uid)) for uid, id_ in ids.items()}
