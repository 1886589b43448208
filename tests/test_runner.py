import queue
import threading
from contextlib import ExitStack
from unittest.mock import patch

from odoo.addons.pos_payment_stripe import runner
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestRunner(BaseCase):
    """The queue of the runner's threads, of a process that has none yet."""

    def setUp(self):
        super().setUp()
        self.done = queue.SimpleQueue()
        self.stall = threading.Event()
        self.addCleanup(self.stall.set)
        for name, value in {
            "_payments": runner.Pool(runner.THREADS, runner.DATABASE_SLOTS),
            "_listings": runner.Pool(runner.LISTING_THREADS, runner.LISTING_DATABASE_SLOTS),
            "carry_out": self.carry_out,
        }.items():
            self.startPatcher(patch.object(runner, name, value))

    def carry_out(self, _dbname, record_id, model):
        """Carry out a row; listings take until the test lets them go."""
        if model == runner.LISTING:
            self.stall.wait()
        self.done.put((model, record_id))

    @mute_logger("odoo.addons.pos_payment_stripe.runner")
    def test_a_machine_without_room_for_a_thread_loses_nothing(self):
        with patch.object(threading.Thread, "start", side_effect=RuntimeError("can't start")):
            runner.submit("shop", 1)
        runner.submit("shop", 2)
        self.assertEqual({self.done.get(timeout=5)[1] for _row in range(2)}, {1, 2})

    def test_who_insists_is_heard_though_the_row_is_queued_already(self):
        pool = runner._payments
        with patch.object(pool, "_start_thread"):
            runner.submit("shop", 1)
            runner.submit("shop", 1, insist=True)
        self.assertEqual(pool._queue.qsize(), 1)
        self.assertTrue(pool._queued["shop", runner.JOURNAL, 1])

    def test_payments_do_not_wait_for_listings(self):
        """However many accounts are listed, and however long each takes."""
        for account in range(3 * runner.THREADS):
            runner.submit("shop", account, model=runner.LISTING)
        for payment in range(3):
            runner.submit("shop", payment)
            self.assertEqual(self.done.get(timeout=5), (runner.JOURNAL, payment))
        self.assertLessEqual(len(runner._listings._threads), runner.LISTING_THREADS)

    def test_listings_do_not_take_the_payments_places_in_the_database(self):
        with ExitStack() as listings:
            for _slot in range(runner.LISTING_DATABASE_SLOTS):
                listings.enter_context(runner._database_slot(runner.LISTING))
            self.assertTrue(runner._listings.database_slots.empty())
            for _slot in range(runner.DATABASE_SLOTS):
                listings.enter_context(runner._database_slot(runner.JOURNAL))
