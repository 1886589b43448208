"""How fast one Stripe account may be asked, as Stripe itself says, and whose turn it is.

Nothing is held back until Stripe answers that it is asked too much. It lets others of the same
account through meanwhile, so each process learns its own share from what Stripe took of it: that
much and no more is asked for, in the order of what matters, growing until Stripe complains again.
See https://docs.stripe.com/rate-limits
"""

import functools
import heapq
import itertools
import threading
import time
from collections import deque

# What goes first: a customer waits for payments, and nobody for comparisons.
PAYMENT, REFUND, READING, COMPARISON = range(4)
# Of what Stripe took in the second before it complained.
CAUTION = 0.9
SLOWEST = 2.0  # requests per second
GROWTH = 0.5  # requests per second, each second
# Then Stripe is asked as if it had never complained.
FORGIVEN_AFTER = 60  # seconds
# Complaints about requests that were sent together are one.
ONE_COMPLAINT = 1.0  # seconds


class Pace:
    """The pace of one account in this process. Thread-safe."""

    def __init__(self):
        self._turn = threading.Condition()
        self._taken = deque()  # when Stripe took a request, of the last second
        self._waiting = []
        self._numbers = itertools.count()
        self._rate = None  # at the last complaint
        self._complaint_at = float("-inf")
        self._next_at = 0

    def wait(self, precedence, until):
        """Return when it is a request's turn, at the latest at a given time.

        :param int precedence: one of those above
        :param float until: as `time.monotonic` has it
        :return: whether it may be made: not while others wait that matter more
        """
        with self._turn:
            if not self._pace(time.monotonic()):
                return True
            ticket = (precedence, next(self._numbers))
            heapq.heappush(self._waiting, ticket)
            try:
                self._wait_for_turn(ticket, until)
                return self._waiting[0][0] == precedence
            finally:
                self._waiting.remove(ticket)
                heapq.heapify(self._waiting)
                self._turn.notify_all()

    def _wait_for_turn(self, ticket, until):
        while (now := time.monotonic()) < until:
            is_first = self._waiting[0] == ticket
            pace = self._pace(now)
            if is_first and (not pace or now >= self._next_at):
                if pace:
                    self._next_at = max(self._next_at, now - 1 / pace) + 1 / pace
                return
            self._turn.wait((min(until, self._next_at) if is_first else until) - now)

    def _pace(self, now):
        """Return how many requests per second are made, None for as many as there are."""
        age = now - self._complaint_at
        if not self._rate or age > FORGIVEN_AFTER:
            return None
        return self._rate + GROWTH * age

    def note_taken(self):
        """Note that Stripe took a request, whatever it answered."""
        with self._turn:
            self._taken.append(time.monotonic())
            self._forget_old()

    def _forget_old(self):
        while self._taken and self._taken[0] < time.monotonic() - 1:
            self._taken.popleft()

    def note_complaint(self):
        """Note that Stripe is asked too much."""
        with self._turn:
            now = time.monotonic()
            if now - self._complaint_at < ONE_COMPLAINT:
                return
            self._forget_old()
            self._rate = max(SLOWEST, len(self._taken) * CAUTION)
            self._complaint_at = now
            # What Stripe counts of the last second is still in its bucket.
            self._next_at = now + 1 / self._rate


@functools.lru_cache(maxsize=64)
def pace_of(account):
    """Return the process-wide `Pace` of an account.

    :param str account: anything that names it
    """
    return Pace()
