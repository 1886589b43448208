"""People and programs whose word is no evidence, as steps of the random stories.

`STORIES_ACTORS=late,editor` lets only some of them act; see `devices` for what the later ones do.
"""

import os
import uuid
from collections import defaultdict
from contextlib import suppress

import psycopg2
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from odoo.addons.pos_payment_stripe.models.pos_payment_method import TERMINAL
from odoo.addons.pos_payment_stripe.stripe_terminal.errors import StripeProblem
from odoo.exceptions import UserError

from .third_party import ERRORS, WRITTEN

THIRD_PARTY, CASHIER, EDITOR = "third_party", "cashier", "editor"
DASHBOARD, LATE = "dashboard", "late"
DEVICE, PRINTER, ONLINE = "device", "printer", "online"
PRICES, STORAGE, SYNC = "prices", "storage", "sync"
ACTORS = (THIRD_PARTY, CASHIER, EDITOR, DASHBOARD, LATE)
ACTORS += (DEVICE, PRINTER, ONLINE, PRICES, STORAGE, SYNC)

ACTING = frozenset(os.environ.get("STORIES_ACTORS", ",".join(ACTORS)).split(","))

AMOUNTS = st.sampled_from([1.0, 5.0, 12.0, 500.0])
REFUNDS = st.sampled_from([2.0, 5.0, 12.0])
FIELDS = st.sampled_from(
    [
        "transaction_id",
        "uuid",
        "amount",
        "payment_method_id",
        "stripe_unverified",
        "stripe_refunded_uuid",
        "pos_order_id",
        "card_no",
    ]
)
EDITS = st.sampled_from(["method", "amount", "remove", "replace"])
MEANWHILE = st.sampled_from([409, 429, 500, 503])
POSTS = st.sampled_from(
    [
        "*",
        "/v1/payment_intents",
        "/v1/payment_intents/*",
        "/v1/payment_intents/*/cancel",
        "/v1/payment_intents/*/capture",
        "/v1/terminal/readers/*/process_payment_intent",
        "/v1/terminal/readers/*/cancel_action",
        "/v1/terminal/readers/*/refund_payment",
        "/v1/refunds",
    ]
)
# Stripe carries a request out by then, or never (seconds).
LATEST = 50


def acts(actor, needs=None):
    """Return the decorator of a step that an actor makes, where `needs(story)` is true."""
    return precondition(lambda self: actor in ACTING and (not needs or needs(self)))


class Outsiders:
    """What others do to a story's payments, and what must stay true all the same."""

    def __init__(self):
        super().__init__()
        self.sale_of = {}  # the uuid of the payment line that a `pos.payment` had first, by its id
        self.tampered = set()  # ids of `pos.payment` that somebody has changed
        self.refundable = defaultdict(set)  # uuids of the sales that a refund line may refund
        self.late_since = None  # seconds since the oldest request came that is still to be done
        self.somebody_elses = None

    # Another addon

    @acts(THIRD_PARTY)
    @rule(
        model=st.sampled_from(sorted(WRITTEN)),
        error=st.sampled_from(ERRORS),
        times=st.sampled_from([1, 3, None]),
    )
    def third_party_refuses(self, model, error, times):
        self.case.third_party.refuse(model, error, times)

    @acts(THIRD_PARTY)
    @rule()
    def third_party_relents(self):
        self.case.third_party.relent()

    # A cashier who calls Odoo's methods directly

    @acts(CASHIER, lambda self: self.recorded)
    @rule(data=st.data(), field=FIELDS)
    def cashier_writes(self, data, field):
        payment = data.draw(st.sampled_from(self.recorded))
        value = data.draw(st.sampled_from(self.values_for(field, payment)))
        self.tamper(payment, lambda: payment.with_user(self.case.cashier).write({field: value}))

    @acts(CASHIER, lambda self: self.recorded)
    @rule(data=st.data(), amount=AMOUNTS)
    def cashier_adds_a_payment(self, data, amount):
        """A payment of an order that somebody else's charge is said to have paid for."""
        order = data.draw(st.sampled_from(self.recorded)).pos_order_id
        values = {
            "pos_order_id": order.id,
            "amount": amount,
            "payment_method_id": self.case.method.id,
            "uuid": str(uuid.uuid4()),
            "transaction_id": data.draw(st.sampled_from(self.charges_of_others())),
        }
        model = self.case.env["pos.payment"].with_user(self.case.cashier)
        self.tamper(order.payment_ids, lambda: model.create(values))

    @acts(CASHIER, lambda self: self.recorded)
    @rule(data=st.data(), amount=AMOUNTS)
    def cashier_refunds_what_was_written(self, data, amount):
        self.refund_recorded(data.draw(st.sampled_from(self.recorded)), amount)

    # "Edit Payment" of a finished order, which is the order's form

    @acts(EDITOR, lambda self: self.recorded)
    @rule(data=st.data(), edit=EDITS, amount=AMOUNTS)
    def edit_payment(self, data, edit, amount):
        self.edit(data.draw(st.sampled_from(self.recorded)), edit, amount)

    def edit(self, payment, edit, amount):
        other = self.other_method(payment)
        command = {
            "method": [(1, payment.id, {"payment_method_id": other.id})],
            "amount": [(1, payment.id, {"amount": amount})],
            "remove": [(2, payment.id, 0)],
            "replace": [
                (2, payment.id, 0),
                (0, 0, {"amount": payment.amount, "payment_method_id": other.id}),
            ],
        }[edit]
        order = payment.pos_order_id.with_user(self.case.cashier)
        self.tamper(payment, lambda: order.write({"payment_ids": command}))

    @acts(EDITOR)
    @rule(amount=AMOUNTS)
    def sell_for_cash(self, amount):
        method = self.case.other_method
        self.by_till(lambda: self.case.sync_sale(str(uuid.uuid4()), amount, method=method))

    # Somebody with the password of Stripe's dashboard

    @acts(DASHBOARD)
    @rule(number=st.integers(0, 2), amount=REFUNDS)
    def refund_in_dashboard(self, number, amount):
        sale = number < len(self.sales) and self.row(self.sales[number])
        if sale and sale.state == "paid":
            gateway = self.case.provider._stripe_terminal_gateway()
            params = {"payment_intent": sale.payment_intent, "amount": round(amount * 100)}
            with suppress(StripeProblem):
                gateway.create_refund(params, None)

    # Stripe, which carries out what its client has given up

    @acts(LATE)
    @rule(path=POSTS, meanwhile=MEANWHILE)
    def stripe_is_late(self, path, meanwhile):
        self.case.simulator.faults.add("POST", path, "late", meanwhile=meanwhile)

    @acts(LATE, lambda self: self.recorded_by_card)
    @rule(data=st.data(), amount=REFUNDS, meanwhile=MEANWHILE)
    def stripe_is_late_with_a_refund(self, data, amount, meanwhile):
        self.stripe_is_late("/v1/refunds", meanwhile)
        payment = data.draw(st.sampled_from(self.recorded_by_card))
        if row := self.refund_recorded(payment, amount):
            self.case.carry_out(row)

    @acts(LATE, lambda self: self.case.simulator.late.records())
    @rule()
    def late_requests_are_carried_out(self):
        self.late_since = None
        if self.case.simulator.late.records():
            self.case.simulator.execute_late()

    def pass_time_at_stripe(self, seconds):
        """Let Stripe carry out in time what it is late with."""
        if self.case.simulator.late.records():
            self.late_since = (self.late_since or 0) + seconds
            if self.late_since > LATEST:
                self.late_requests_are_carried_out()

    # What must be true at any time

    @invariant()
    def refunds_go_where_the_money_came_from(self):
        for intent in self.case.simulator.ledger(self.case.account)["intents"]:
            line_uuid = intent["metadata"].get("pos_payment_line_uuid")
            assert line_uuid or not intent["refunded"], f"{intent} is not the shop's to refund"
            for refund in intent["refunds"]:
                refunding = refund["metadata"].get("pos_payment_line_uuid")
                if refunding and refunding != line_uuid:
                    asked = self.refundable[refunding]
                    assert line_uuid in asked, f"{refunding} gave {line_uuid} back, not {asked}"

    @invariant()
    def the_journal_has_only_what_was_sent(self):
        rows = self.case.Payment.search([("provider_id", "=", self.case.provider.id)])
        unknown = rows.filtered(lambda row: row.line_uuid not in self.case.line_uuids)
        assert not unknown, f"rows were made of what a cashier wrote: {unknown.read()}"

    # What must be true in the end

    def check_what_is_recorded(self):
        """All that Stripe said has arrived in Odoo, where nobody has changed it since."""
        for payment in self.recorded:
            row = self.row({"line_uuid": payment.uuid})
            if payment.id in self.tampered or row.state != "paid" or row.unpaid:
                continue
            recorded = (payment.transaction_id, payment.card_no, payment.stripe_unverified)
            said = (row._transaction_id(), row.card_last4, False)
            assert recorded == said, f"Odoo has {recorded}, Stripe said {said}"

    def check_closing(self):
        """The closing comparison shows each payment that is recorded otherwise than Stripe has it,
        and none that nobody has touched."""
        result = self.case.compare()
        shown = " ".join(difference["key"] for difference in result["differences"])
        self.charged_is_due_is_recorded(shown)
        by_uuid = {payment.uuid: payment for payment in self.recorded_by_card}
        for line_uuid, payment in by_uuid.items():
            row = self.row({"line_uuid": line_uuid})
            if not self.is_proven(payment, row):
                assert line_uuid in shown, f"closing does not show {payment.read()}: {result}"
        for line_uuid in self.orders:
            row = self.row({"line_uuid": line_uuid})
            if row.state == "paid" and not row._is_fully_refunded() and line_uuid not in by_uuid:
                ids = (line_uuid, row.payment_intent, row.refund)
                is_shown = any(name and name in shown for name in ids)
                assert is_shown, f"closing does not show that {line_uuid} is not recorded: {result}"
        refunds = self.dashboard_refunds()
        for line_uuid, payment in by_uuid.items():
            row = self.row({"line_uuid": line_uuid})
            if row.payment_intent in refunds:
                ids = (line_uuid, row.payment_intent, *refunds[row.payment_intent])
                is_shown = any(name in shown for name in ids)
                assert is_shown, f"closing does not show {refunds} of the dashboard: {result}"
            elif self.is_proven(payment, row) and payment.id not in self.tampered:
                assert line_uuid not in shown, f"closing shows {line_uuid} for nothing: {result}"

    def is_proven(self, payment, row):
        """Tell whether Stripe has for a `pos.payment` what it says."""
        return (
            row.state == "paid"
            and row.order_uuid == payment.pos_order_id.uuid
            and round(payment.amount * 100) == row._signed_minor()
        )

    def dashboard_refunds(self):
        """Return the ids of refunds that Odoo did not ask for, by their PaymentIntent."""
        return {
            intent["id"]: ids
            for intent in self.case.simulator.ledger(self.case.account)["intents"]
            if (ids := [refund["id"] for refund in intent["refunds"] if not refund["metadata"]])
        }

    # Helpers

    @property
    def recorded(self):
        """The payments of finished orders, those of other methods included, oldest first."""
        session = self.case.pos_session.id
        payments = self.case.env["pos.payment"].search(
            [("session_id", "=", session), ("pos_order_id.state", "not in", ("draft", "cancel"))],
            order="id",
        )
        for payment in payments:
            self.sale_of.setdefault(payment.id, payment.uuid)
        return list(payments)

    @property
    def recorded_by_card(self):
        return [
            payment
            for payment in self.recorded
            if payment.payment_method_id.use_payment_terminal == TERMINAL
        ]

    def other_method(self, payment):
        is_cash = payment.payment_method_id == self.case.other_method
        return self.case.method if is_cash else self.case.other_method

    def values_for(self, field, payment):
        """Return what a cashier may write into a field, good and bad."""
        others = [other for other in self.recorded if other != payment] or [payment]
        references = [*self.charges_of_others(), others[0].transaction_id, "987654", False]
        return {
            "transaction_id": references,
            "uuid": [str(uuid.uuid4()), others[-1].uuid],
            "amount": [1.0, 5.0, 12.0, 500.0],
            "payment_method_id": [self.other_method(payment).id],
            "stripe_unverified": [False],
            "stripe_refunded_uuid": [others[-1].uuid],
            "pos_order_id": [others[-1].pos_order_id.id],
            "card_no": ["0000"],
        }[field]

    def charges_of_others(self):
        """Return the PaymentIntent and the charge of a sale that is not this shop's."""
        if not self.somebody_elses:
            self.somebody_elses = self.case.charge_of_somebody_else()
        return self.somebody_elses

    def tamper(self, payments, change):
        """Change payments as a person who calls methods of Odoo; it may be refused."""
        known = self.recorded
        settled = {
            payment: (payment.payment_method_id, payment.amount)
            for payment in payments
            if self.row({"line_uuid": payment.uuid}).state == "paid"
        }
        cards = self.recorded_by_card
        try:
            with self.case.env.cr.savepoint():
                change()
                self.case.env.flush_all()
        except (UserError, psycopg2.Error):
            self.case.env.invalidate_all()
            return
        self.tampered.update(payments.ids)
        self.tampered.update(payment.id for payment in self.recorded if payment not in known)
        for payment, before in settled.items():
            after = payment.exists() and (payment.payment_method_id, payment.amount)
            assert not after or after == before, f"{payment} was settled: {before}, {after}"
        for payment in payments.exists() - self.case.env["pos.payment"].concat(*cards):
            is_card = payment.payment_method_id.use_payment_terminal == TERMINAL
            row = self.row({"line_uuid": payment.uuid})
            is_in_journal = bool(row) and row._is_of(payment)
            assert not is_card or is_in_journal, f"a cashier made a card's payment of {payment}"

    def is_tampered(self, order):
        return not self.tampered.isdisjoint(order.payment_ids.ids) or not order.payment_ids

    def by_till(self, change):
        """Do what a till asks Odoo for; None when a third party has refused it."""
        refused = self.case.third_party.refused
        try:
            with self.case.env.cr.savepoint():
                result = change()
                self.case.env.flush_all()
                return result
        except (UserError, psycopg2.Error):
            if self.case.third_party.refused == refused:
                raise
            self.case.env.invalidate_all()
            return None

    def refund_recorded(self, payment, amount, on_reader=False):
        """Ask for a refund of a `pos.payment`, as a till does; returns its row, if there is one."""
        if len(self.lines) - len(self.sales) >= 3:
            return None
        line = self.case.line(-amount, refunded_uuid=payment.uuid, on_reader=on_reader)
        sale_of = self.sale_of.setdefault(payment.id, payment.uuid)
        self.refundable[line["line_uuid"]] = {payment.uuid, sale_of}
        self.lines.append(line)
        self.case.send(line)
        return self.row(line)
