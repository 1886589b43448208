import itertools
import logging
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.pos_payment_stripe import runner
from odoo.addons.pos_payment_stripe.models import pos_stripe_payment_cron as cron
from odoo.addons.pos_payment_stripe.stripe_terminal import settlement
from odoo.tests import tagged

from .fault_case import FaultCase
from .worker import Worker, pass_time

CRON = "odoo.addons.pos_payment_stripe.models.pos_stripe_payment_cron"
RUNS = 20
# What a row may write down of one failure, however often it is met.
MOST_EVENTS = 8


class QueueCase(FaultCase):
    """Rows of several readers and accounts, and the scheduled action that looks at them."""

    def row(self, amount=5.0):
        """Return a payment of a reader of its own that waits for its card, and that reader."""
        number = f"WSC{self.Payment.search_count([]):012}"
        reader = self.account.add_reader(serial_number=number)
        payment = self.send(self.line(amount), method=self._create_method("Card", number))
        self.carry_out(payment)
        self.assertEqual(payment.state, "collecting")
        return payment, reader

    def tapped(self):
        """Return a payment whose card was charged, which nobody has read."""
        payment, reader = self.row()
        reader.tap()
        return payment

    def failing(self, **fault):
        """Return a payment whose reader Stripe cannot tell of."""
        payment, reader = self.row()
        values = {"kind": "error", "status": 500, "code": "api_error", **fault}
        self.simulator.faults.add("GET", f"/v1/terminal/readers/{reader.id}", times=None, **values)
        return payment

    def make_due(self, *payments):
        """Have rows looked at by the next run, in this order."""
        for seconds, payment in enumerate(payments):
            payment.look_at = fields.Datetime.now() - timedelta(hours=1, seconds=-seconds)

    def other_provider(self, key):
        return self.provider.create(
            {
                "name": "Other",
                "code": "stripe",
                "state": "disabled",
                "company_id": self.company.id,
                "stripe_secret_key": key,
            }
        )

    def event_count(self, payments):
        return len(payments.mapped("event_ids"))


@tagged("post_install", "-at_install")
class TestQueue(QueueCase):
    """Every row moves on: no row, account or raising order stops another."""

    def test_an_object_that_stripe_fails_on_stops_no_other(self):
        broken, payment = self.failing(), self.tapped()
        self.make_due(broken, payment)
        self.run_cron()
        self.assertEqual(payment.state, "paid")
        self.assertGreater(broken.look_at, fields.Datetime.now())

    def test_a_reader_that_never_answers_stops_no_other_for_long(self):
        broken, payment = self.failing(kind="drop_before"), self.tapped()
        self.make_due(broken, payment)
        self.run_cron()
        pass_time(self, minutes=1)
        self.run_cron()
        self.assertEqual(payment.state, "paid")

    def test_several_objects_that_stripe_fails_on_are_its_account(self):
        broken = [self.failing() for _row in range(4)]
        self.make_due(*broken)
        before = len(self.sent())
        self.run_cron()
        self.assertEqual(len(self.sent()) - before, 9, "three tries of three rows")

    def test_a_silent_account_stops_its_own_rows_only(self):
        lost, answered = [self.tapped() for _row in range(2)], self.tapped()
        silent = self.simulator.add_account()
        provider = self.other_provider(silent.secret_key)
        for payment in lost:
            payment.provider_id = provider
        self.simulator.faults.add("*", "*", "drop_before", times=None, account=silent.id)
        self.make_due(*lost, answered)
        self.run_cron()
        self.assertEqual(answered.state, "paid")
        for payment in lost:
            self.assertGreater(payment.look_at, fields.Datetime.now())

    def test_more_rows_than_one_look_takes_all_get_their_turn(self):
        payments = [self.tapped() for _row in range(5)]
        self.make_due(*payments)
        with patch.object(cron, "CRON_ROWS", 2):
            self.run_cron()
        self.assertEqual({payment.state for payment in payments}, {"paid"})

    def test_accounts_take_turns(self):
        many, one = [self.tapped() for _row in range(3)], self.tapped()
        one.provider_id = self.other_provider(self.account.secret_key)
        self.make_due(*many, one)
        turns = self.Payment._cron_turns(fields.Datetime.now(), self.Payment, [])
        self.assertEqual(turns[0], many[0] | one)

    def test_the_pause_grows_while_stripe_is_silent_and_ends_with_it(self):
        broken = self.failing()
        self.make_due(broken)
        self.run_cron()
        self.assertLess(broken.look_at, fields.Datetime.now() + timedelta(minutes=1))
        pass_time(self, hours=2)
        self.run_cron()
        self.assertGreater(broken.look_at, fields.Datetime.now() + timedelta(minutes=20))
        self.simulator.faults.clear()
        self.make_due(broken)
        self.run_cron()
        self.assertEqual((broken.state, broken.stuck_since), ("collecting", False))

    def test_a_row_that_somebody_has_is_looked_at_later(self):
        payment = self.tapped()
        self.assertTrue(Worker(self, payment).claim())
        self.make_due(payment)
        self.run_cron()
        self.assertGreater(payment.look_at, fields.Datetime.now())
        self.assertFalse(payment.stuck_since)

    def test_a_row_that_comes_to_no_end_is_told_of_once(self):
        payment, _reader = self.row()
        payment._give_up()
        with (
            patch.object(runner, "MAX_STEPS", 1),
            self.assertLogs("odoo.addons.pos_payment_stripe.runner", "ERROR") as logs,
        ):
            for _run in range(3):
                self.make_due(payment)
                self.run_cron()
                self.assertGreater(payment.look_at, fields.Datetime.now())
        self.assertEqual(len(logs.output), 1)

    def test_a_row_that_raises_is_told_of_once_and_stops_no_other(self):
        payments = [self.tapped() for _row in range(3)]
        broken, claim = payments[1], type(self.Payment)._claim

        def fail_for_one(row):
            if row.id == broken.id:
                raise ValueError("out of order")
            return claim(row)

        self.patch(self.registry["pos.stripe.payment"], "_claim", fail_for_one)
        self.make_due(*payments)
        with self.assertLogs(CRON, "ERROR") as logs:
            self.run_cron()
            self.assertEqual([payment.state for payment in payments][::2], ["paid", "paid"])
            for _run in range(3):
                self.assertGreater(broken.look_at, fields.Datetime.now())
                self.make_due(broken)
                self.run_cron()
        self.assertEqual(len(logs.output), 1)

    # Whoever had it was killed

    def test_a_settled_row_with_a_killed_workers_lease_is_read_once_more(self):
        payment = self.tapped()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        payment.write({"lease_owner": "gone:1:0.0", "lease_until": fields.Datetime.now()})
        self.provider._stripe_terminal_gateway().create_refund(
            {"payment_intent": payment.payment_intent, "amount": 200}, "dashboard"
        )
        pass_time(self, minutes=5)
        self.assertFalse(payment._till_data()["asking"])
        self.run_cron()
        self.assertEqual((payment.refunded_minor, payment.lease_owner), (200, False))
        before = len(self.sent())
        pass_time(self, minutes=5)
        self.run_cron()
        self.assertEqual(len(self.sent()), before)

    def test_a_webhook_takes_up_what_a_killed_worker_left(self):
        payment = self.tapped()
        self.look(payment)
        kicked = []
        self.patch(
            self.registry["pos.stripe.payment"],
            "_kick",
            lambda rows, insist=False: kicked.extend(rows.ids),
        )
        events = self.account.test.all("event")
        event = next(event for event in events if event["type"] == "payment_intent.succeeded")
        receive = self.env["pos.stripe.webhook.event"].sudo()._receive
        before = len(self.sent())
        receive(self.provider, self.simulator.copy(event))
        self.carry_out(payment)
        self.assertEqual(len(self.sent()), before, "nothing is to be read")
        kicked.clear()
        payment.write({"lease_owner": "gone:1:0.0", "lease_until": fields.Datetime.now()})
        pass_time(self, minutes=5)
        receive(self.provider, {**self.simulator.copy(event), "id": "evt_other"})
        self.assertEqual(kicked, payment.ids)

    def test_a_refund_that_stripe_told_of_is_read_though_its_reader_was_killed(self):
        payment = self.tapped()
        self.look(payment)
        self.provider._stripe_terminal_gateway().create_refund(
            {"payment_intent": payment.payment_intent, "amount": 200}, "dashboard"
        )
        event = next(
            event for event in self.account.test.all("event") if event["type"] == "charge.refunded"
        )
        # Nothing carries it out: the process ends before.
        self.env["pos.stripe.webhook.event"].sudo()._receive(
            self.provider, self.simulator.copy(event)
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE pos_stripe_webhook_event SET received_at = received_at - interval '5 minutes'"
        )
        self.env.invalidate_all()
        pass_time(self, minutes=5)
        self.run_cron()
        self.assertEqual(payment.refunded_minor, 200)

    # What repeats

    def test_a_row_without_a_key_is_written_down_once(self):
        payment = self.tapped()
        self.provider.stripe_secret_key = False
        counts = []
        for _run in range(RUNS):
            self.make_due(payment)
            with self.assertNoLogs("odoo.addons.pos_payment_stripe", logging.WARNING):
                self.run_cron()
            counts.append(self.event_count(payment))
        self.assertEqual(counts[0], counts[-1])
        pass_time(self, hours=8)
        self.run_cron()
        self.assertGreater(payment.look_at, fields.Datetime.now() + timedelta(minutes=30))

    def test_what_fails_again_and_again_is_written_down_once(self):
        cases = {
            "cancel refused": {"status": 400, "code": "resource_missing"},
            "cancel fails": {"status": 500, "code": "api_error"},
            "no permission": {"status": 403, "code": "permission_missing"},
            "too many": {"status": 429, "code": "rate_limit"},
        }
        for name, fault in cases.items():
            with self.subTest(name):
                self.simulator.faults.clear()
                payment, _reader = self.row()
                before = self.event_count(payment)
                payment._give_up()
                self.simulator.faults.add("POST", "*", "error", times=None, **fault)
                for _run in range(RUNS):
                    pass_time(self, hours=2)
                    self.run_cron()
                self.assertLessEqual(self.event_count(payment) - before, MOST_EVENTS)

    def test_the_same_after_another_click_is_written_down_again(self):
        line = self.line(5.0)
        payment = self.send(line, method=self.config.payment_method_ids)
        for _click in range(2):
            self.carry_out(payment)
            self.reader.decline()
            self.look(payment)
            self.assertEqual(payment.state, "declined")
            payment = self.send(self.again(line), method=self.config.payment_method_ids)
        verbs = payment.event_ids.filtered(lambda event: event.kind == "state").mapped("verb")
        self.assertEqual(verbs.count("declined"), 2)


@tagged("post_install", "-at_install")
class TestEveryRowMovesOn(QueueCase):
    """Whatever a row is and Stripe says, a look at it puts the next one off."""

    def rows(self, *lease_names):
        """Return a row for each state, wish, lease and key, all of them due."""
        rows = self.Payment
        without_key = self.other_provider(False)
        yesterday = fields.Datetime.now() - timedelta(days=1)
        leases = {
            "none": {},
            "live": {
                "lease_owner": "elsewhere:1:0.0",
                "lease_until": fields.Datetime.now() + timedelta(minutes=1),
            },
            "killed": {"lease_owner": "elsewhere:1:0.0", "lease_until": yesterday},
        }
        status_of = {
            settlement.AUTHORIZED: "requires_capture",
            settlement.PAID: "succeeded",
            settlement.CANCELED: "canceled",
        }
        for number, (state, wanted, lease, provider) in enumerate(
            itertools.product(
                settlement.STATES,
                settlement.WANTS,
                [leases[name] for name in lease_names],
                (self.provider, without_key),
            )
        ):
            row = self.Payment._insert(
                {
                    "line_uuid": self.line(5.0)["line_uuid"],
                    "session_id": self.pos_session.id,
                    "currency_id": self.config.currency_id.id,
                    "payment_method_id": self.method.id,
                    "provider_id": provider.id,
                }
            )
            row.write(
                {
                    "state": state,
                    "wanted": wanted,
                    "payment_intent": f"pi_{number}" if state != settlement.NEW else False,
                    "intent_status": status_of.get(state, "requires_payment_method"),
                    "amount_minor": 500,
                    "intent_amount": 500,
                    "look_at": yesterday,
                    **lease,
                }
            )
            rows |= row
        return rows

    def test_every_row_that_was_due_is_looked_at_later(self):
        answers = {
            "missing": None,
            "refused": {"kind": "error", "status": 400, "code": "parameter_invalid_empty"},
            "forbidden": {"kind": "error", "status": 401, "code": "api_key_expired"},
            "fails": {"kind": "error", "status": 503, "code": "api_error"},
            "silent": {"kind": "drop_before"},
        }
        rows = self.rows("none", "live", "killed")
        for name, answer in answers.items():
            self.simulator.faults.clear()
            if answer:
                self.simulator.faults.add("*", "*", times=None, **answer)
            pass_time(self, hours=4)
            now = fields.Datetime.now()
            domains = self.Payment._cron_domains(now)
            due = self.Payment.union(*(self.Payment.search(domain) for domain in domains)) & rows
            self.assertTrue(due)
            self.run_cron()
            for row in due:
                with self.subTest(
                    name, state=row.state, wanted=row.wanted, key=row.provider_id.name
                ):
                    self.assertGreater(row.look_at, now)

    def test_nothing_that_repeats_is_written_down_twice(self):
        rows = self.rows("none")
        for status in (403, 503):
            self.simulator.faults.clear()
            self.simulator.faults.add(
                "*", "*", "error", status=status, code="out_of_order", times=None
            )
            before = {row: len(row.event_ids) for row in rows}
            for _run in range(MOST_EVENTS + 2):
                pass_time(self, hours=4)
                self.run_cron()
            for row, count in before.items():
                with self.subTest(status=status, state=row.state, wanted=row.wanted):
                    self.assertLessEqual(len(row.event_ids) - count, MOST_EVENTS)
