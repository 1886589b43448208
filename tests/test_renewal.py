import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.addons.pos_payment_stripe import flows, lease, renewal, runner
from odoo.tests import tagged

from .committed_case import CommittedCase
from .fault_case import FaultCase
from .worker import Worker, pass_time

TABLE = "pos_stripe_payment"
PATIENCE = 20  # seconds


@tagged("post_install", "-at_install")
class TestRenewal(CommittedCase):
    """A lease lasts as long as somebody works on the row, and hardly longer."""

    def setUp(self):
        super().setUp()
        self.renewals = renewal.Renewals()
        self.startPatcher(patch.object(renewal, "EVERY", 0.1))

    @contextmanager
    def row(self, number=0):
        with self.registry.cursor() as cr:
            yield self.record(api.Environment(cr, SUPERUSER_ID, {}), number)

    def take(self, number=0, seconds=2):
        """Take a row; returns the command whose lease it is."""
        name = lease.new()
        with self.row(number) as row:
            until = fields.Datetime.now() + timedelta(seconds=seconds)
            row.write({"lease_owner": name, "lease_until": until})
        return runner.Command("read", None, lease=name)

    def left(self, number=0):
        """Return the seconds that the lease lasts."""
        with self.row(number) as row:
            return (row.lease_until - fields.Datetime.now()).total_seconds()

    def keeping(self, number=0):
        with self.row(number) as row:
            return self.renewals.keeping(self.registry.db_name, TABLE, row.id)

    def wait_for(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def test_it_is_renewed_while_a_thread_works(self):
        command = self.take()
        with self.keeping() as keep:
            keep(command)
            self.wait_for(lambda: self.left() > lease.SURE_FOR)
            self.assertGreater(self.renewals.sure_until(command.lease), time.time())
        self.assertFalse(self.renewals.sure_until(command.lease))

    def test_nothing_is_renewed_and_no_thread_remains_when_the_work_is_done(self):
        command = self.take()
        with self.keeping() as keep:
            keep(command)
            self.wait_for(lambda: self.left() > lease.SURE_FOR)
        self.wait_for(lambda: not self.renewals._thread)
        self.take()
        time.sleep(0.5)
        self.assertLess(self.left(), lease.SURE_FOR)
        command = self.take()
        with self.keeping() as keep:
            keep(command)
            self.wait_for(lambda: self.left() > lease.SURE_FOR)

    def test_what_somebody_else_has_taken_is_left_to_them(self):
        mine = self.take()
        with self.keeping() as keep:
            keep(mine)
            theirs = self.take()
            self.renewals.renew()
            self.assertLess(self.left(), lease.SURE_FOR)
            self.assertFalse(self.renewals.sure_until(mine.lease))
        with self.row() as row:
            self.assertEqual(row.lease_owner, theirs.lease)

    def test_a_row_that_somebody_writes_is_renewed_later_and_stops_no_other(self):
        first, second = self.take(0), self.take(1)
        with self.keeping(0) as keep, self.keeping(1) as keep_other:
            with self.row(0) as row, self.assertNoLogs("odoo.sql_db", "ERROR"):
                row.failure_code = "busy"
                row.flush_recordset()
                keep(first)
                keep_other(second)
                self.wait_for(lambda: self.left(1) > lease.SURE_FOR)
                self.assertFalse(self.renewals.sure_until(first.lease))
            self.wait_for(lambda: self.left(0) > lease.SURE_FOR)

    def test_a_thread_that_hangs_loses_its_row(self):
        command = self.take()
        with self.keeping() as keep, patch.object(renewal, "STEP_MOST", 0):
            keep(command)
            time.sleep(0.5)
            self.assertLess(self.left(), lease.SURE_FOR)

    def test_a_database_that_is_away_is_asked_again(self):
        command = self.take()
        with self.keeping() as keep:
            away = patch.object(renewal.sql_db, "db_connect", side_effect=renewal.psycopg2.Error)
            with away:
                keep(command)
                time.sleep(0.5)
            self.wait_for(lambda: self.left() > lease.SURE_FOR)

    def test_a_slow_request_keeps_its_row(self):
        """Of the runner, in a process whose leases are short."""
        command = self.take(seconds=2)
        ended = threading.Event()

        def ask():
            ended.wait(PATIENCE)
            return None

        steps = iter([command._replace(perform=ask), None])
        for name in ("_claim", "_apply_answer"):
            self.patch(self.registry["pos.stripe.payment"], name, lambda row, *_a: next(steps))
        with self.row() as row:
            record_id = row.id
        self.startPatcher(patch.object(runner.renewal, "keeping", self.renewals.keeping))
        ends = []
        thread = threading.Thread(
            target=lambda: ends.append(runner.carry_out_with(self.registry, record_id)), daemon=True
        )
        thread.start()
        self.wait_for(lambda: self.left() > lease.SURE_FOR)
        ended.set()
        thread.join(PATIENCE)
        self.assertEqual(ends, [None])


class Clock:
    """The time of requests that wait to be sent, which the test lets pass."""

    seconds = 0

    def time(self):
        """Return what `time.time` would."""
        return time.time() + self.seconds


@tagged("post_install", "-at_install")
class TestShortLease(FaultCase):
    """A server that has died is not waited for, and one that comes back does no harm."""

    def setUp(self):
        super().setUp()
        self.clock = Clock()
        self.patch(flows.flow, "time", self.clock)

    def pass_time(self, seconds):
        pass_time(self, seconds=seconds)
        self.clock.seconds += seconds

    def sent_before_it_died(self):
        """Return a payment and the worker that has just asked the reader to collect it."""
        payment = self.send(self.line(12.0))
        worker = Worker(self, payment)
        worker.claim()
        self.assertTrue(worker.go_until("process_intent"))
        return payment, worker

    def test_the_customer_waits_a_moment_for_a_server_that_has_died(self):
        payment, _worker = self.sent_before_it_died()
        self.carry_out(payment)
        self.assertEqual(payment.state, "new", "it may live")
        self.pass_time(10)
        self.carry_out(payment)
        self.assertEqual(payment.state, "collecting")
        self.assertEqual(self.reader.screen["amount"], 1200)

    def test_a_machine_that_slept_past_its_lease_sends_nothing(self):
        payment, worker = self.sent_before_it_died()
        self.pass_time(10)
        self.carry_out(payment)
        self.cancel(payment)
        self.assertEqual(payment.state, "canceled")
        before = len(self.sent())
        worker.ask()
        self.assertEqual(len(self.sent()), before)
        worker.apply_answer()
        self.assertFalse(worker.command)
        self.assertEqual(payment.state, "canceled")
        self.assertNotEqual(self.reader.screen["state"], "amount")

    def test_a_late_cancel_does_not_stop_the_next_sale(self):
        payment = self.pay()
        payment._cancel()
        worker = Worker(self, payment)
        worker.claim()
        self.assertTrue(worker.go_until("cancel_action"))
        self.pass_time(10)
        self.carry_out(payment)
        self.assertEqual(payment.state, "canceled")
        following = self.pay()
        worker.ask()
        self.assertEqual(following.state, "collecting")
        self.assertEqual(self.reader.screen["state"], "amount")

    def test_a_crowd_before_the_database_does_not_hold_a_request_back(self):
        payment, worker = self.sent_before_it_died()
        self.clock.seconds += 10
        sure_until = time.time() + 10 + lease.SURE_FOR
        self.patch(flows.flow.renewal, "sure_until", lambda name: sure_until)
        worker.finish()
        self.assertEqual(payment.state, "collecting")
