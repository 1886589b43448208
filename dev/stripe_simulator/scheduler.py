"""Things that happen later: one thread runs callbacks when their time has come."""

import heapq
import itertools
import logging
import threading
import time

_logger = logging.getLogger(__name__)


class Scheduler:
    """Run functions after a delay. Callbacks must be short: they share one thread."""

    def __init__(self):
        self._condition = threading.Condition()
        self._heap = []
        self._numbers = itertools.count()
        self._thread = None
        self._stopped = True

    def start(self):
        """Start the thread; nothing happens before."""
        with self._condition:
            self._stopped = False
            self._thread = threading.Thread(target=self._run, name="stripe-later", daemon=True)
            self._thread.start()

    def stop(self):
        """Forget what is still to come and end the thread."""
        with self._condition:
            self._stopped = True
            self._heap.clear()
            self._condition.notify_all()
        if self._thread and self._thread is not threading.current_thread():
            self._thread.join(timeout=2)

    def clear(self):
        """Forget what is still to come."""
        with self._condition:
            self._heap.clear()

    def after(self, seconds, function, *args):
        """Call `function(*args)` after some seconds; at once, in this thread, for none."""
        if not seconds or seconds <= 0:
            function(*args)
            return
        with self._condition:
            entry = (time.monotonic() + seconds, next(self._numbers), function, args)
            heapq.heappush(self._heap, entry)
            self._condition.notify()

    def _run(self):
        while True:
            with self._condition:
                while not self._stopped and not self._is_due():
                    self._condition.wait(self._pause())
                if self._stopped:
                    return
                _due, _number, function, args = heapq.heappop(self._heap)
            try:
                function(*args)
            except Exception:
                _logger.exception("A scheduled step of the Stripe simulator failed")

    def _is_due(self):
        return bool(self._heap) and self._heap[0][0] <= time.monotonic()

    def _pause(self):
        return max(self._heap[0][0] - time.monotonic(), 0) if self._heap else None
