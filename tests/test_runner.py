import os
import queue
import threading
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
        for name, value in {
            "_pid": os.getpid(),
            "_queue": queue.SimpleQueue(),
            "_queued": {},
            "_threads": [],
            "carry_out": lambda *row: self.done.put(row),
        }.items():
            self.startPatcher(patch.object(runner, name, value))

    @mute_logger("odoo.addons.pos_payment_stripe.runner")
    def test_a_machine_without_room_for_a_thread_loses_nothing(self):
        with patch.object(threading.Thread, "start", side_effect=RuntimeError("can't start")):
            runner.submit("shop", 1)
        runner.submit("shop", 2)
        self.assertEqual({self.done.get(timeout=5)[1] for _row in range(2)}, {1, 2})

    def test_who_insists_is_heard_though_the_row_is_queued_already(self):
        with patch.object(runner, "_start_thread"):
            runner.submit("shop", 1)
            runner.submit("shop", 1, insist=True)
        self.assertEqual(runner._queue.qsize(), 1)
        self.assertTrue(runner._queued["shop", runner.JOURNAL, 1])
