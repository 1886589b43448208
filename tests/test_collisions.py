import threading
import uuid
from contextlib import contextmanager

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api, fields
from odoo.addons.pos_payment_stripe import runner
from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged

from .committed_case import CommittedCase


@tagged("post_install", "-at_install")
class TestCollisions(CommittedCase):
    """Two real transactions that want the same are no fault of anybody's: the log has no error."""

    @contextmanager
    def two(self):
        """Return two environments, each of a transaction that has begun."""
        with self.registry.cursor() as first, self.registry.cursor() as second:
            for cr in (first, second):
                cr.execute("SELECT count(*) FROM pos_stripe_payment")
            envs = [api.Environment(cr, SUPERUSER_ID, {}) for cr in (first, second)]
            yield envs
            second.rollback()

    def collide(self, first, second, error=SerializationFailure):
        """Do both at once, the first one a little earlier; the second must collide quietly.

        :param first: function of an environment
        :param second: function of an environment; None to do the same
        """
        with self.two() as (one, other), self.assertNoLogs("odoo.sql_db", "ERROR"):
            first(one)
            one.flush_all()
            timer = threading.Timer(0.2, one.cr.commit)
            timer.start()
            try:
                if error:
                    with self.assertRaises(error):
                        (second or first)(other)
                        other.flush_all()
                else:
                    (second or first)(other)
                    other.flush_all()
            finally:
                timer.join()

    def change(self, env):
        self.record(env).failure_code = "busy"

    def test_a_till_and_the_runner_write_the_same_row(self):
        for name, second in {
            "give up": lambda env: self.record(env)._give_up(),
            "original": lambda env: self.record(env)._lock_original(),
            "tip": lambda env: self.record(env)._release_tip(),
            "field": lambda env: self.record(env).write({"wanted": "cancel"}),
            "answer": lambda env: self.record(env)._apply_answer(
                runner.Command("read", None, lease="x"), None, None, 0
            ),
        }.items():
            with self.subTest(name):
                self.collide(self.change, second)

    def test_the_runner_takes_a_row_that_was_just_written(self):
        with self.two() as (one, other), self.assertNoLogs("odoo.sql_db", "ERROR"):
            self.change(one)
            one.flush_all()
            with self.assertRaises(runner.RowTaken):
                self.record(other)._claim()
            one.cr.commit()
            with self.assertRaises(SerializationFailure):
                self.record(other)._claim()

    def test_two_tills_want_one_reader(self):
        holds = []

        def hold(number):
            return lambda env: holds.append(self.record(env, number)._hold_reader())

        self.collide(hold(0), hold(1), error=ConcurrencyError)
        with self.registry.cursor() as cr:
            # As Odoo repeats the request.
            hold(1)(api.Environment(cr, SUPERUSER_ID, {}))
        self.assertEqual(holds, [True, False])

    def test_two_requests_begin_the_same_line(self):
        line_uuid = str(uuid.uuid4())

        def insert(env):
            row = self.record(env)
            values = {
                "line_uuid": line_uuid,
                "session_id": row.session_id.id,
                "currency_id": row.currency_id.id,
                "payment_method_id": row.payment_method_id.id,
            }
            new = env["pos.stripe.payment"]._insert(values)
            self.ids.insert(2, (new._name, new.id))

        self.collide(insert, None)

    def test_one_event_is_delivered_twice(self):
        intent = f"pi_{uuid.uuid4().hex}"
        with self.registry.cursor() as cr:
            self.record(api.Environment(cr, SUPERUSER_ID, {})).payment_intent = intent
        event = {
            "id": f"evt_{uuid.uuid4().hex}",
            "type": "payment_intent.succeeded",
            "created": 1700000000,
            "livemode": False,
            "data": {"object": {"object": "payment_intent", "id": intent}},
        }

        def receive(env):
            provider = self.record(env, model="payment.provider")
            provider_events = env["pos.stripe.webhook.event"]
            provider_events._receive(provider, event)
            env.cr.postcommit.clear()

        self.collide(receive, None)
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM pos_stripe_webhook_event WHERE event_id = %s", [event["id"]])

    def test_two_tills_compare_the_same_session(self):
        def ask(env):
            self.record(env, model="pos.stripe.comparison")._ask(again=True)
            env.cr.postcommit.clear()

        def accept(env):
            self.record(env, model="pos.stripe.comparison")._accept([], "Manager")

        self.collide(ask, None)
        self.collide(accept, None)

    def test_two_registers_are_the_first_to_list_an_account(self):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM pos_stripe_listing WHERE id = %s", [self.listing_id()])

        def begin(env):
            env["pos.stripe.listing"]._for_provider(self.record(env, model="payment.provider"))

        self.collide(begin, None)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            begin(env)
            listing = env["pos.stripe.listing"]._for_provider(
                self.record(env, model="payment.provider")
            )
            self.ids.insert(2, (listing._name, listing.id))

    def listing_id(self):
        return next(record_id for name, record_id in self.ids if name == "pos.stripe.listing")

    def test_a_page_arrives_while_its_lease_is_renewed(self):
        def renew(env):
            listing = self.record(env, model="pos.stripe.listing")
            listing.lease_until = fields.Datetime.now()

        for name, second in {
            "answer": lambda listing: listing._apply_answer(
                runner.Command("read_page", None, lease="x"), None, None, 0
            ),
            "get stuck": lambda listing: listing._get_stuck(),
        }.items():
            with self.subTest(name):
                self.collide(
                    renew,
                    lambda env, second=second: second(self.record(env, model="pos.stripe.listing")),
                )

    def test_a_till_and_the_runner_bring_a_tip(self):
        def order(env):
            return self.record(env, model="pos.order")

        for name, second in {
            "till": lambda env: order(env).write({"is_tipped": True, "tip_amount": 2}),
            "runner": lambda env: order(env)._stripe_set_tip(0),
        }.items():
            with self.subTest(name):
                self.collide(lambda env: order(env).write({"tip_amount": 1}), second)

    def test_two_screens_refresh_the_same_readers(self):
        for listed in ({"id": "tmr_1", "label": str(uuid.uuid4())}, {"id": "tmr_2"}):

            def store(env, listed=listed):
                provider = self.record(env, model="payment.provider")
                env["pos.stripe.reader"]._store(provider, [listed])

            with self.subTest(listed["id"]):
                self.collide(store, None)
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM pos_stripe_reader WHERE stripe_id = 'tmr_2'")

    def test_the_scheduled_action_leaves_what_somebody_has(self):
        with self.two() as (one, other), self.assertNoLogs("odoo.sql_db", "ERROR"):
            self.change(one)
            one.flush_all()
            row = self.record(other)
            self.assertFalse(row._postpone(is_stuck=True))
            self.assertFalse(row.look_at and row.look_at > fields.Datetime.now())
