"""Customers at a self-order kiosk, as steps of the random stories."""

import uuid

import psycopg2
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from odoo import Command
from odoo.addons.pos_payment_stripe.stripe_terminal import settlement
from odoo.addons.pos_payment_stripe.tests.audit import intents_by_line, paid_charges
from odoo.addons.pos_payment_stripe.tests.worker import Worker
from odoo.exceptions import UserError

from ..models.pos_order import LINE_OF_ORDER
from .kiosk_case import CANCEL, PROCESS, REMOVE

VISITS = 3
VISIT = st.integers(0, VISITS - 1)
AMOUNTS = st.sampled_from([5.0, 12.0])
# What happens to an order before or after its card comes, by the method of `Visitors`.
HAPPENINGS = st.sampled_from(
    [
        "press_again",
        "page_asks",
        "page_cancels",
        "page_changes_its_order",
        "page_removes_its_order",
        "page_goes",
        "nobody_stands_there",
        "total_changes",
        "draft_is_deleted",
        "till_takes_the_order",
    ]
)
SOME = st.lists(HAPPENINGS, max_size=2)


class Visit:
    """One customer's page, until it goes, and the order as it sends it."""

    def __init__(self, case, amount):
        self.access_token = str(uuid.uuid4())
        session = case.kiosk_session
        self.basket = case.basket(amount, session=session, access_token=self.access_token)
        self.uuid = self.basket["uuid"]
        self.line_uuid = str(uuid.uuid5(LINE_OF_ORDER, self.uuid))
        self.is_here = True


class Visitors:
    """What customers at a kiosk do beside the tills that share its reader."""

    def __init__(self):
        super().__init__()
        self.visits = []
        self.closed_lines = set()  # those that closed sessions have answered for

    # The customer's page

    @precondition(lambda self: len(self.visits) < VISITS)
    @rule(amount=AMOUNTS, hears=st.booleans())
    def order_at_kiosk(self, amount, hears):
        self.press_card(self.visit(amount), hears)

    @rule(data=st.data(), amount=AMOUNTS, hears=st.booleans(), meanwhile=SOME, after=SOME)
    def buy_at_kiosk(self, data, amount, hears, meanwhile, after):
        """An order in one step, with what happens before and after its card comes."""
        if len(self.visits) >= VISITS:
            return
        self.free_reader()
        visit = self.visit(amount)
        self.press_card(visit, hears)
        self.carry_out_visit(visit)
        for name in meanwhile:
            getattr(self, name)(data, visit)
        self.tap()
        for name in after:
            getattr(self, name)(data, visit)
        self.carry_out_visit(visit)

    @precondition(lambda self: self.visits)
    @rule(data=st.data(), number=VISIT, name=HAPPENINGS)
    def something_happens_at_kiosk(self, data, number, name):
        if number < len(self.visits):
            getattr(self, name)(data, self.visits[number])

    def visit(self, amount):
        """Have a customer order, which the page does before it goes to the payment."""
        visit = Visit(self.case, amount)
        self.visits.append(visit)
        self.case.line_uuids.add(visit.line_uuid)
        # Unless somebody has refused it.
        visit.is_here = isinstance(self.process(visit.basket), dict)
        visit.basket["lines"] = []
        return visit

    def process(self, basket):
        """Send an order without asking for a card; returns the answer, see `KioskCase.ask`."""
        access_token = self.case.kiosk.access_token
        return self.case.ask(
            PROCESS, order={**basket}, access_token=access_token, table_identifier=None
        )

    def press_card(self, visit, hears=True):
        """Send the order and ask for a card; the answer may be lost."""
        answer = visit.is_here and self.case.press(visit.basket)
        if hears and isinstance(answer, dict):
            self.believe(visit, answer["payment_status"])

    def press_again(self, data, visit):
        self.press_card(visit, data.draw(st.booleans()))

    def page_asks(self, _data, visit):
        if visit.is_here:
            self.believe(visit, self.case.status(visit))

    def page_cancels(self, _data, visit):
        if visit.is_here:
            self.believe(visit, self.case.status(visit, route=CANCEL))

    def page_changes_its_order(self, data, visit):
        """The page sends another price; it asks for a card at once, or only later."""
        lines = self.order_of(visit).lines
        if not visit.is_here or not lines:
            return
        amount = data.draw(AMOUNTS)
        change = {"price_unit": amount, "price_subtotal": amount, "price_subtotal_incl": amount}
        changed = [Command.update(lines[0].id, change)]
        basket = {**visit.basket, "lines": changed, "amount_total": amount}
        if data.draw(st.booleans()):
            self.case.press(basket)
        else:
            self.process(basket)

    def page_removes_its_order(self, _data, visit):
        if visit.is_here:
            self.case.ask(
                REMOVE,
                access_token=self.case.kiosk.access_token,
                order_id=self.order_of(visit).id,
                order_access_token=visit.access_token,
            )

    def page_goes(self, data, visit):
        """A reload or the idle timeout takes the payment back; a power cut cannot."""
        if visit.is_here and data.draw(st.booleans()):
            self.case.status(visit, route=CANCEL)
        visit.is_here = False

    def nobody_stands_there(self, _data, visit):
        visit.is_here = False
        self.pass_time(70)
        self.case.run_cron()

    def believe(self, visit, told):
        """Assert that what a customer reads is true of the money."""
        if isinstance(told, dict) and told["state"] == "again":
            charges = self.charges_of(visit)
            assert not charges, f"{told} was said of {charges}"
        elif isinstance(told, dict) and told["state"] == "finished":
            order = self.order_of(visit)
            assert self.charges_of(visit), f"{told} was said of {order}"
            assert order.state not in ("draft", "cancel"), f"{told} was said of {order}"

    # The workers

    @precondition(lambda self: self.visits)
    @rule(number=VISIT)
    def carry_out_for_kiosk(self, number):
        if number < len(self.visits):
            self.carry_out_visit(self.visits[number])

    @precondition(lambda self: self.visits)
    @rule(number=VISIT)
    def claim_for_kiosk(self, number):
        if number < len(self.visits) and (row := self.row_of(self.visits[number])):
            worker = Worker(self.case, row)
            if worker.claim():
                self.workers.append(worker)

    def carry_out_visit(self, visit):
        if row := self.row_of(visit):
            self.case.carry_out(row)

    # Others

    def total_changes(self, data, visit):
        """As another addon, or a till that has the draft, may change it."""
        order, amount = self.order_of(visit), data.draw(AMOUNTS)
        if order.state == "draft":
            self.by_others(lambda: order.write({"amount_total": amount}))

    def draft_is_deleted(self, data, visit):
        """By people in the backend; money keeps it."""
        order = self.order_of(visit)
        remove = data.draw(st.sampled_from(["unlink", "action_pos_order_cancel"]))
        if order.state == "draft":
            self.by_others(getattr(order, remove))

    def till_takes_the_order(self, data, visit):
        """A till that sees the kiosk's drafts finishes it with what is done, and cash."""
        order = self.order_of(visit)
        if order.state == "draft":
            copy = self.other_device_reads(order)
            if data.draw(st.booleans()):
                self.finish_copy(copy)

    def by_others(self, change):
        """Do what may be refused."""
        try:
            with self.case.env.cr.savepoint():
                change()
                self.case.env.flush_all()
        except (UserError, psycopg2.Error):
            self.case.env.invalidate_all()

    @precondition(lambda self: self.visits)
    @rule(is_compared=st.booleans())
    def close_kiosk(self, is_compared):
        """Somebody closes the kiosk, and opens it again for the next customer."""
        session = self.case.kiosk_session
        if is_compared:
            result = self.case.compare_with_stripe(session)
            session.stripe_terminal_accept([one["key"] for one in result["differences"]])
        self.by_others(self.case.kiosk.action_close_kiosk_session)
        if session.state == "closed":
            rows = self.case.Payment.search([("session_id", "=", session.id)])
            under_way = rows.filtered(lambda row: row.state in settlement.OPEN_STATES)
            assert not under_way, f"closed while {under_way.read()} was under way"
            self.closed_lines.update(rows.mapped("line_uuid"))
            for visit in self.visits:
                visit.is_here = False
            self.case._open_session(self.case.kiosk)

    # What must be true

    @invariant()
    def kiosk_orders_are_paid_with_what_they_cost(self):
        for visit in self.visits:
            order = self.order_of(visit)
            if order.state not in ("paid", "done") or self.is_tampered(order):
                continue
            paid = round(sum(order.payment_ids.mapped("amount")), 2)
            assert paid == round(order.amount_total, 2), f"{order.read()} was paid with {paid}"
            cards = order.payment_ids.filtered(lambda one, v=visit: one.uuid == v.line_uuid)
            if cards and not self.row_of(visit).forced_at:
                charged = sum(charge["amount_captured"] for charge in self.charges_of(visit))
                assert charged == round(cards.amount * 100), f"{charged} for {cards.read()}"

    def charged_is_due_is_recorded(self, shown):  # pylint: disable=missing-return
        """A closed session shows nothing any more; the list of unattached payments still does."""
        super().charged_is_due_is_recorded(" ".join([shown, *self.closed_lines]))

    # Helpers

    def order_of(self, visit):
        return self.case.env["pos.order"].search([("uuid", "=", visit.uuid)])

    def row_of(self, visit):
        return self.case.Payment.search([("line_uuid", "=", visit.line_uuid)])

    def charges_of(self, visit):
        intents = intents_by_line(self.case).get(visit.line_uuid, [])
        return [charge for intent in intents for charge in paid_charges(self.case, intent)]

    def line_of(self):
        """Also the lines of the kiosk, which a till that restores an order takes over."""
        of_kiosk = {
            visit.line_uuid: {
                "line_uuid": visit.line_uuid,
                "request_uuid": str(uuid.uuid4()),
                "order_uuid": visit.uuid,
                "order_ref": "K-0001",
                "amount": row.amount,
            }
            for visit in self.visits
            if (row := self.row_of(visit))
        }
        return {**super().line_of(), **of_kiosk}
