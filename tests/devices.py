"""Other devices, printers and prices: what happens to an order before it is finished.

They are steps of the random stories as the outsiders are, and chosen in the same way.
"""

import psycopg2
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from odoo.exceptions import UserError

from .outsiders import ACTING, DEVICE, ONLINE, PRICES, PRINTER, STORAGE, SYNC
from .till_copy import TillCopy, is_done

# What happens to an order, by the method of `Devices`.
WHO = {
    "share": DEVICE,
    "hear": DEVICE,
    "sell": DEVICE,
    "ask_another_card": DEVICE,
    "print_receipt": PRINTER,
    "empty_draft": ONLINE,
    "change_total": PRICES,
    "retry": PRICES,
    "lose_till": STORAGE,
    "find": STORAGE,
    "lose_answer": SYNC,
    "refuse": SYNC,
}
NAMES = [name for name, actor in WHO.items() if actor in ACTING]
HAPPENINGS = st.sampled_from(NAMES) if NAMES else st.nothing()
SOME = st.lists(HAPPENINGS, max_size=3)
AMOUNTS = st.sampled_from([5.0, 12.0])
CHANGES = st.sampled_from(["pricelist", "reward", "product", "removal"])
# Seconds after which a till that asks for nothing has gone.
SILENT = 11
LINES = 3


class Devices:
    """What others have to do with the orders of a story, and what their tills make of it."""

    def __init__(self):
        super().__init__()
        self.copies = []  # what the devices have of orders, several of one order
        self.loses_answer = False

    # Helpers

    @property
    def open_copies(self):
        return [copy for copy in self.copies if not copy.is_finished]

    def copy_of(self, line):
        """Return a device's copy of the order of a line, None where none has it any more."""
        found = [copy for copy in self.copies if line["line_uuid"] in copy.cards]
        return found[0] if found else None

    def line_of(self):
        return {line["line_uuid"]: line for line in self.lines}

    def new_order(self, amount):
        self.copies.append(TillCopy(self.case, amount))
        return self.copies[-1]

    def ask_card(self, copy, amount):
        """Ask a card for (a part of) what is due; returns the row."""
        line = copy.add_card(amount)
        self.sales.append(line)
        self.lines.append(line)
        return self.send(line, copy)

    def send(self, line, copy):
        """Send a line with what a device knows of its order; returns the row."""
        line.update(copy.facts(line))
        row = self.case.send(line)
        if row.request_uuid == line["request_uuid"] and row.wanted == "collect":
            others = self.case.Payment.search([("order_uuid", "=", line["order_uuid"])]) - row
            kept = others.filtered(
                lambda other: (
                    other.state == "paid"
                    and not (other._is_taken_back() or other._is_fully_refunded())
                )
            )
            asked = round(sum(kept.mapped("amount")) + row.amount, 2)
            is_owed = row.amount <= line["due"] and asked <= line["order_total"]
            assert is_owed, f"{asked} is asked for, and owed is {line}"
        return row

    def synchronise(self, copy, state):
        """Synchronise a copy, and have it read the answer unless that is lost; returns the order.

        :raise UserError: nobody had a reason to refuse it
        """
        refused = self.case.third_party.refused
        try:
            with self.case.env.cr.savepoint():
                order = copy.sync(state)
                self.case.env.flush_all()
        except (UserError, psycopg2.Error) as error:
            is_others = self.case.third_party.refused != refused
            # Core takes no draft again whose answer was lost; with a card it has to.
            is_core = copy.is_disturbed and (isinstance(error, UserError) or not copy.cards)
            if not is_others and not is_core:
                raise
            self.case.env.invalidate_all()
            return None
        if self.loses_answer:
            self.loses_answer = False
            return None
        copy.take_over(order, self.line_of())
        return order

    def finish_copy(self, copy, done=()):
        """Have a device finish its order, where cards have not paid more than it costs.

        :param done: uuids of lines that the cashier takes for paid, whatever Odoo says
        """
        kept = {row.line_uuid for row in copy.rows() if is_done(row) or row.line_uuid in done}
        cards = self.case.Payment.search([("line_uuid", "in", list(kept))])
        if round(sum(row._till_data()["amount"] for row in cards) - copy.total, 2) > 0:
            return
        before = dict(copy.cards)
        copy.pay_rest_in_cash(kept)
        order = self.synchronise(copy, "paid")
        if order:
            self.orders.update(dict.fromkeys(kept, order))
            copy.is_finished = True
        else:
            # It comes back to the payment screen.
            copy.cards = before
            self.read_again(copy)

    def other_device_reads(self, order):
        """Return the copy of a device that has an order from Odoo."""
        copy = TillCopy(self.case)
        copy.is_disturbed = True
        copy.take_over(order, self.line_of())
        self.copies.append(copy)
        return copy

    def read_again(self, copy):
        """Have a device hear what became of an order that Odoo has."""
        order = self.case.env["pos.order"].search([("uuid", "=", copy.uuid)])
        if copy.is_disturbed and order:
            copy.take_over(order, self.line_of())

    def watch(self, copy):
        """Take back what a reader asks for, because the total has changed."""
        for row in copy.rows():
            if row.line_uuid not in self.orders and row.state in ("new", "collecting", "unknown"):
                row._cancel()

    # What happens, in one step or beside a sale

    @precondition(lambda self: NAMES)
    @rule(data=st.data(), name=HAPPENINGS)
    def something_happens_to_an_order(self, data, name):
        self.happen(data, [name])

    @rule(data=st.data(), before=SOME, meanwhile=SOME, after=SOME)
    def busy_sale(self, data, before, meanwhile, after):
        """A sale in one step, with what happens to its order before it is finished."""
        if len(self.sales) >= LINES:
            return
        self.free_reader()
        copy = self.new_order(data.draw(AMOUNTS))
        self.happen(data, before, copy)
        if copy.is_finished or copy not in self.copies or copy.due() <= 0:
            return
        row = self.ask_card(copy, copy.due())
        if not row:
            # Another device was faster.
            return
        self.case.carry_out(row)
        self.happen(data, meanwhile, copy)
        self.tap()
        self.case.carry_out(row)
        self.happen(data, after, copy)
        if copy in self.copies and not copy.is_finished:
            self.finish_copy(copy)

    def free_reader(self):
        for row in self.case.Payment.search([("holds_reader", "=", True)]):
            row._cancel()
            self.case.carry_out(row)

    def happen(self, data, names, copy=None):
        """Let things happen to the devices' copies of an order, of any if `copy` is None."""
        for name in names:
            of_order = [one for one in self.open_copies if not copy or one.uuid == copy.uuid]
            if of_order or name in ("find", "lose_answer", "refuse"):
                one = data.draw(st.sampled_from(of_order)) if of_order else None
                getattr(self, name)(data, one)

    # Another device, which has the order from Odoo: a table, a shared order

    def share(self, data, copy):
        copy.is_disturbed = True
        order = self.synchronise(copy, "draft")
        if order and data.draw(st.booleans()):
            self.other_device_reads(order)

    def hear(self, _data, copy):
        total = copy.total
        self.read_again(copy)
        if copy.total != total:
            self.watch(copy)

    def sell(self, _data, copy):
        """Whoever has it finishes the order with what is done, and cash for the rest."""
        self.finish_copy(copy)

    def ask_another_card(self, data, copy):
        amount = data.draw(st.sampled_from([2.0, 5.0, copy.due()]))
        if amount > 0 and len(self.sales) < LINES:
            row = self.ask_card(copy, amount)
            if row and data.draw(st.booleans()):
                self.case.carry_out(row)

    # A printer

    def print_receipt(self, _data, copy):
        copy.nb_print += 1
        if copy.order:
            # What Stripe does not prove cannot be changed any more.
            copy.is_disturbed = True
            self.by_till(lambda: copy.order.write({"nb_print": copy.nb_print}))

    # An online payment method at the same register

    def empty_draft(self, _data, copy):
        """What `get_and_set_online_payments_data` does, whose addon is not installed here."""
        if copy.order.state == "draft":
            self.by_till(copy.order.sudo()._clean_payment_lines)

    # Pricelists, rewards, products

    def change_total(self, data, copy):
        """The page takes back what a reader asks for, unless it has just died."""
        change = data.draw(CHANGES)
        if change == "pricelist":
            copy.items = {line: round(amount / 2, 2) for line, amount in copy.items.items()}
        elif change == "reward":
            copy.add_item(-min(2.0, copy.total))
        elif change == "product":
            copy.add_item(5.0)
        elif len(copy.items) > 1:
            copy.items.popitem()
        if data.draw(st.booleans()):
            self.watch(copy)

    def retry(self, _data, copy):
        """Have the reader asked for what is due now."""
        for line in copy.cards.values():
            due = copy.due(line["line_uuid"])
            if due > 0 and line["line_uuid"] not in self.orders:
                line.update(self.case.again(line, amount=due))
                self.send(line, copy)

    # The till has gone with its storage; others find what no order shows

    def lose_till(self, data, copy):
        self.copies.remove(copy)
        if data.draw(st.booleans()):
            self.find(data, None)

    def find(self, data, _copy):
        self.pass_time(SILENT)
        rows = self.case.Payment._unattached([("line_uuid", "in", list(self.line_of()))])
        if not rows:
            return
        row = data.draw(st.sampled_from(list(rows)))
        way = data.draw(st.sampled_from(["restore", "restore", "attach", "refund"]))
        if way == "restore":
            self.restore(row)
        elif way == "refund":
            row._refund_unattached()
        elif self.open_copies:
            self.attach(row, data.draw(st.sampled_from(self.open_copies)))

    def restore(self, row):
        """Make the order of a payment again; also one that its till has only been silent about."""
        if not row._is_restorable():
            with self.case.assertRaises(UserError):
                row._restore(self.case.pos_session)
            return
        for copy in self.copies:
            copy.is_disturbed |= copy.uuid == row.order_uuid
        restored = self.by_till(lambda: row._restore(self.case.pos_session))
        if restored:
            [order] = restored["orders"]["pos.order"]
            self.other_device_reads(self.case.env["pos.order"].browse(order["id"]))

    def attach(self, row, copy):
        """Let another order take a payment; the till adds the line under its uuid."""
        row._attach(self.case.pos_session, copy.uuid, "attached")
        line = self.line_of()[row.line_uuid]
        line["order_uuid"] = copy.uuid
        for other in self.copies:
            if row.line_uuid in other.cards:
                other.is_disturbed = True
        copy.cards[row.line_uuid] = line

    # Synchronisations that fail

    def lose_answer(self, _data, _copy):
        self.loses_answer = True

    def refuse(self, data, _copy):
        times = data.draw(st.sampled_from([1, None]))
        self.case.third_party.refuse("pos.order", "user", times)

    # What must be true in the end

    def orders_are_sent_again(self):
        """What was refused arrives, once nobody refuses it any more and the till has read it."""
        self.loses_answer = False
        for copy in self.open_copies:
            rows = copy.rows()
            if rows and all(row.state == "paid" and is_done(row) for row in rows):
                self.read_again(copy)
                copy.is_disturbed = False
                if not copy.is_finished:
                    self.finish_copy(copy)

    def charged_is_due_is_recorded(self, shown):
        """For each payment, what Stripe took is on its order, or people are shown that it is not.

        :param str shown: the keys of what closing shows
        """
        recorded = {payment.uuid: payment for payment in self.recorded_by_card}
        ledger = self.case.simulator.ledger(self.case.account)["intents"]
        # A refund in Stripe's dashboard is no order's, also before the journal hears of it.
        kept = {one["id"] for one in ledger if one["amount_received"] != one["refunded"]}
        for row in self.case.Payment.search([("line_uuid", "in", list(self.case.line_uuids))]):
            if row.kind != "payment" or row.state != "paid" or row.payment_intent not in kept:
                continue
            payment = recorded.get(row.line_uuid)
            if payment and self.is_proven(payment, row):
                continue
            ids = (row.line_uuid, row.payment_intent)
            assert any(name in shown for name in ids), f"nobody is shown {row.read()}"
            on_draft = self.case.env["pos.payment"].search_count([("uuid", "=", row.line_uuid)])
            assert on_draft or self.tampered or row.is_unattached or row._is_taken_back(), (
                f"nobody can attach {row.read()}"
            )
        for order in {payment.pos_order_id for payment in recorded.values()}:
            if order.amount_total < 0 or self.is_tampered(order):
                continue
            proven = [
                payment.amount
                for payment in order.payment_ids
                if payment.uuid in recorded
                and self.is_proven(payment, self.row({"line_uuid": payment.uuid}))
            ]
            assert round(sum(proven) - order.amount_total, 2) <= 0, (
                f"{order.read(['uuid', 'amount_total'])} was paid with {proven} by card"
            )
