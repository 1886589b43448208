import re
from contextlib import contextmanager
from unittest.mock import patch

from odoo import models
from odoo.addons.pos_payment_stripe import runner
from odoo.sql_db import Cursor
from odoo.tests import tagged

from .refund_case import FAILING_CARD, RefundCase
from .tip_case import TipCase

# What Stripe tells of; its rows are what the journal rests on.
EVIDENCE = {
    "pos.stripe.payment",
    "pos.stripe.payment.event",
    "pos.stripe.reader",
    "pos.stripe.location",
}
TABLES = {name.replace(".", "_") for name in EVIDENCE}
WRITING = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)


class Watch:
    """Whatever is written in the transactions that store what Stripe said."""

    @contextmanager
    def watch(self):
        """Assert that these transactions write what Stripe tells of, and nothing else."""
        written, depth = [], {"evidence": 0, "carried": 0}

        def within(name, function):
            def call(*args, **kwargs):
                depth[name] += 1
                try:
                    return function(*args, **kwargs)
                finally:
                    depth[name] -= 1

            return call

        def note(name):
            if depth["evidence"] and not depth["carried"]:
                written.append(name)

        def noting(function):
            def call(records, *args, **kwargs):
                note(records._name)
                return function(records, *args, **kwargs)

            return call

        def execute(cursor, query, *args, **kwargs):
            found = WRITING.match(str(getattr(query, "code", query)))
            if found:
                note(found[1])
            return original(cursor, query, *args, **kwargs)

        original, base = Cursor.execute, models.BaseModel
        with (
            patch.object(runner, "_transact", within("evidence", runner._transact)),
            patch.object(runner, "carry_over", within("carried", runner.carry_over)),
            patch.object(Cursor, "execute", execute),
            patch.object(base, "write", noting(base.write)),
            patch.object(base, "create", noting(base.create)),
            patch.object(base, "unlink", noting(base.unlink)),
        ):
            yield
        self.assertIn("pos_stripe_payment", written)
        self.assertFalse(set(written) - EVIDENCE - TABLES)


@tagged("post_install", "-at_install")
class TestEvidenceAlone(Watch, RefundCase):
    """Stripe's word is stored in transactions in which nothing else of Odoo is written."""

    def finish_order(self, payment):
        order = self.draft_order(payment)
        order._process_saved_order(draft=False)
        return order

    def forced(self):
        payment = self.pay()
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(payment)
        payment._force_done()
        self.look(payment)
        self.finish_order(payment)
        self.simulator.faults.clear()
        return payment

    def test_payments(self):
        with self.watch():
            payment = self.pay()
            self.reader.tap()
            self.look(payment)
            self.finish_order(payment)
            declined = self.pay(12.01)
            self.reader.tap()
            self.look(declined)
            declined._cancel()
            self.carry_out(declined)
        self.assertEqual((payment.state, declined.state), ("paid", "canceled"))

    def test_forced_payments(self):
        with self.watch():
            paid = self.forced()
            self.reader.tap()
            self.look(paid)
            unpaid = self.forced()
            self.reader.customer_cancel()
            self.look(unpaid)
            self.run_cron()
        self.assertEqual((paid.state, paid.unpaid), ("paid", False))
        self.assertEqual((unpaid.state, unpaid.unpaid), ("canceled", True))
        self.assertTrue(unpaid.payment_id.pos_order_id.activity_ids)

    def test_refunds(self):
        self.simulator.async_refund_time = 0.1
        sale, failing = self.sell(), self.sell(card=FAILING_CARD)
        with self.watch():
            refund = self.refund(sale, 12.0)
            self.finish(refund)
            back = self.refund(failing, 12.0)
            order = self.finish(back)
            self.simulator.wait_until(lambda: self.refunds(failing)[0]["status"] == "failed")
            self.look(back)
        self.assertEqual((refund.state, back.state), ("paid", "declined"))
        self.assertTrue(order.activity_ids)


@tagged("post_install", "-at_install")
class TestTipEvidenceAlone(Watch, TipCase):
    """The same with tips on the reader."""

    def test_a_tip_that_the_order_learns_later(self):
        self.config.stripe_tip_on_reader = True
        with self.watch():
            payment = self.pay(10.0)
            self.simulator.faults.add("*", "*", "drop_before", times=None)
            self.look(payment)
            payment._force_done()
            self.reader.choose_tip(150)
            self.reader.tap()
            order = self.sync([self.card(payment)], uuid=payment.order_uuid)
            self.simulator.faults.clear()
            self.look(payment)
        self.assertAgrees(order, 11.5, 1.5)


@tagged("post_install", "-at_install")
class TestTipAfterPaymentEvidenceAlone(Watch, TipCase):
    """The same with tips after the payment."""

    after_payment = True

    def test_captured_tips(self):
        self.account.overcapture = True
        self.account.overcapture_limit, self.account.incremental_authorization = 20, False
        with self.watch():
            for tip, taken in ((1.0, 1.0), (5.0, 0)):
                payment = self.pay(10.0)
                self.reader.tap()
                self.look(payment)
                order = self.sync([self.card(payment)], uuid=payment.order_uuid)
                self.tip_screen(order, tip)
                self.carry_out(payment)
                self.assertAgrees(order, 10.0 + taken, taken)
