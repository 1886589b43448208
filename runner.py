"""Carries out due journal rows, and listings of Stripe accounts, beside the HTTP requests.

A bounded pool of threads in each server process. The journal is the queue: a thread takes a row
with a lease, asks Stripe with no database connection held, stores the answer in a short
transaction, and goes on until the row needs nothing more. A lost thread loses nothing, because the
lease, which is renewed while its thread works, expires, and the next look at the row, by a till or
the cron, goes on from what is stored.

Many threads, because each waits for seconds until its reader has acknowledged; few of them at once
in the database, whose connections and whose processor are the requests'.

Listing an account takes minutes. It has a pool of its own, so that no payment ever waits behind it.
"""

import contextlib
import ctypes
import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from . import consequences, renewal
from .stripe_terminal import pace
from .stripe_terminal.errors import Kind, StripeProblem

_logger = logging.getLogger(__name__)

# As many readers may acknowledge at the same time; a thread is started when it is needed first.
THREADS = 96
DATABASE_SLOTS = 2
# What lists whole accounts: a register that closes waits for it, a customer never does.
LISTING_THREADS = 2
LISTING_DATABASE_SLOTS = 1
# A slot rests this many times the processor time that it took, at most so many seconds: tills that
# ask must get an answer however much there is to do, and what is to be done can wait in the queue.
REST = 8
REST_MAX = 0.1
M_ARENA_MAX = -8  # of glibc's malloc.h
STACK_SIZE = 1024 * 1024  # bytes
# Seconds for which a look at what other processes have changed in the registry is good enough.
SIGNALS_GOOD_FOR = 1
MAX_STEPS = 20
TRANSACTION_TRIES = 10
# Seconds until a row that somebody else carries out is looked at again, where that matters.
INSIST_PAUSE = 0.5
# Seconds for which a request that Stripe refuses to look at, being asked too much, is made again.
# Less than what a request may be held back for, see `flows.flow.SEND_WITHIN`.
CROWD_PATIENCE = 15
JOURNAL = "pos.stripe.payment"
LISTING = "pos.stripe.listing"


class Command(NamedTuple):
    """One request to Stripe, to be made with no database connection held.

    :ivar float pause: seconds to wait before
    :ivar str lease: the lease under which its answer may be stored, see `lease.new`
    :ivar str account: names the Stripe account that is asked, see `pace.pace_of`
    :ivar int precedence: over other requests when Stripe is asked too much, see `pace`
    """

    verb: str
    perform: Callable
    pause: float = 0
    lease: str = ""
    account: str = ""
    precedence: int = pace.READING


class RowTaken(Exception):
    """Somebody else carries the row out just now."""


class Pool:
    """A bounded number of threads of this process, with a queue of rows.

    :param int threads: at most so many
    :param int slots: at most so many of them use the database at once
    """

    def __init__(self, threads, slots):
        self._lock = threading.Lock()
        self._most_threads = threads
        self._pid = None
        # When each may be used again.
        self.database_slots = queue.SimpleQueue()
        for _slot in range(slots):
            self.database_slots.put(0)
        self._forget()

    def _forget(self):
        self._queue = queue.SimpleQueue()
        self._queued = {}  # what is in the queue, and whether somebody insists
        self._threads = []

    def put(self, key, insist):
        """Queue a row, which is in the queue once, and start a thread where none is free."""
        with self._lock:
            if self._pid != os.getpid():
                # A prefork worker inherits the module's memory but not its threads.
                self._pid = os.getpid()
                self._forget()
                _limit_arenas()
            is_new = key not in self._queued
            self._queued[key] = insist or self._queued.get(key, False)
            if len(self._threads) < self._most_threads and len(self._queued) > self._idle_threads():
                self._start_thread()
            if is_new:
                self._queue.put(key)

    def _idle_threads(self):
        return sum(not getattr(thread, "busy", False) for thread in self._threads)

    def _start_thread(self):
        """Start a thread; on a machine without room for one, what is queued waits for another."""
        thread = threading.Thread(target=self._serve, name="stripe_terminal", daemon=True)
        # Odoo limits a worker's address space, of which a thread takes 8 MB by default.
        stack_size = threading.stack_size(STACK_SIZE)
        try:
            thread.start()
            self._threads.append(thread)
        except RuntimeError as error:
            _logger.warning("No thread for payments could be started: %s", error)
        finally:
            threading.stack_size(stack_size)

    def _serve(self):
        thread = threading.current_thread()
        while True:
            key = self._queue.get()
            dbname, model, record_id = key
            thread.busy, thread.dbname = True, dbname
            with self._lock:
                insist = self._queued.pop(key, False)
            try:
                carry_out(dbname, record_id, model)
            except RowTaken:
                if insist:
                    timer = threading.Timer(INSIST_PAUSE, submit, (dbname, record_id, True, model))
                    timer.daemon = True
                    timer.start()
            except Exception:
                # The row keeps what was stored; the next look at it goes on.
                _logger.exception("%s(%s) of %s was interrupted", model, record_id, dbname)
            thread.busy = False


_payments = Pool(THREADS, DATABASE_SLOTS)
_listings = Pool(LISTING_THREADS, LISTING_DATABASE_SLOTS)


def _pool(model):
    return _listings if model == LISTING else _payments


def submit(dbname, record_id, insist=False, model=JOURNAL):
    """Have a row carried out soon by a thread of this process; returns at once.

    :param str model: the row's model, with the `_claim`, `_apply_answer` and `_get_stuck` of the
        journal
    :param bool insist: come back when somebody else has the row, because that one may have asked
        Stripe just before what we know of happened
    """
    _pool(model).put((dbname, model, record_id), insist)


def _limit_arenas():
    """Keep the C library from reserving 64 MB of address space for each of many threads.

    Odoo does the same for its threaded server, and leaves it to those who set MALLOC_ARENA_MAX.
    """
    if "MALLOC_ARENA_MAX" not in os.environ:
        with contextlib.suppress(OSError, AttributeError, TypeError):
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def carry_out(dbname, record_id, model=JOURNAL):
    """Do at Stripe whatever a row needs now, step by step, in this thread.

    :param str dbname: the database
    :param int record_id: id of a row of `model`
    :return: the `StripeProblem` that kept what was asked last from being answered, or None
    :raise RowTaken: somebody else carries it out
    """
    return carry_out_with(_registry(dbname, model), record_id, model)


_signals_at = {}


def _registry(dbname, model):
    """Return the registry as of a moment ago: what kicked a row has most often just looked."""
    if time.monotonic() < _signals_at.get(dbname, 0) + SIGNALS_GOOD_FOR:
        return Registry(dbname)
    with _database_slot(model):
        _signals_at[dbname] = time.monotonic()
        return Registry(dbname).check_signaling()


def carry_out_with(registry, record_id, model=JOURNAL):
    """Do what `carry_out` does with a registry at hand, which may be about to change."""
    table = model.replace(".", "_")
    with renewal.keeping(registry.db_name, table, record_id) as keep:
        command, due = _store(registry, record_id, lambda record: record._claim(), model, keep)
        problem = None
        for _step in range(MAX_STEPS):
            if not command:
                carry_over(registry, record_id, due)
                is_answered = not problem or (problem.answered and problem.http_status != 429)
                return None if is_answered else problem
            lease = command.lease
            reply, problem, took = _ask(command)
            command, due = _store(
                registry,
                record_id,
                lambda record, done=(command, reply, problem, took): record._apply_answer(*done),
                model,
                keep,
            )
    # Whose lease ran out has nothing to give back.
    is_news = _transact(
        registry,
        record_id,
        lambda record: record.lease_owner == lease and record._get_stuck(),
        model,
    )
    if is_news:
        _logger.error("%s(%s) needed too many steps", model, record_id)
    return None


def _ask(command):
    """Make a request to Stripe.

    :return: tuple of the reply or None, the `StripeProblem` or None, and the milliseconds it took
    """
    if command.pause:
        time.sleep(command.pause)
    account_pace, until = pace.pace_of(command.account), time.monotonic() + CROWD_PATIENCE
    while True:
        due = time.monotonic()
        if not account_pace.wait(command.precedence, until):
            problem = StripeProblem(
                Kind.offline, "rate_limit", "Held back for what matters more.", http_status=429
            )
            return None, problem, 0
        started = time.monotonic()
        try:
            reply, problem = command.perform(), None
        except StripeProblem as error:
            reply, problem = None, error
        took = round((time.monotonic() - started) * 1000)
        _logger.debug(
            "%s of %s waited for its turn %d ms: %s",
            command.verb,
            command.precedence,
            (started - due) * 1000,
            # Of what Stripe was not asked at all there is none.
            getattr(reply or problem, "request_id", None),
        )
        if not (problem and problem.is_too_fast):
            if not problem or problem.http_status:
                account_pace.note_taken()
            return reply, problem, took
        # Stripe has not looked at it: it is the same request later.
        account_pace.note_complaint()
        if time.monotonic() >= until:
            return reply, problem, took


def _store(registry, record_id, function, model, keep=None):
    """Store what Stripe said, by itself, and tell the tills of it.

    :param keep: function that is told of the next command as soon as it is stored, see `renewal`
    :return: what `function` returns, and the other steps that follow in Odoo, see `consequences`
    """
    due_of = (lambda record: record._due_now()) if model == JOURNAL else lambda record: ()
    result, due = _transact(
        registry, record_id, lambda record: (function(record), due_of(record)), model
    )
    if keep:
        keep(result)
    if consequences.BUS in due:
        carry_over(registry, record_id, (consequences.BUS,))
    return result, [step for step in due if step != consequences.BUS]


def carry_over(registry, record_id, steps):
    """Do in Odoo what follows from a row of the journal, each step in a transaction of its own.

    :param steps: of `consequences.METHODS`; those that fail are noted on the row
    """
    try:
        consequences.carry_over(
            steps,
            lambda step: _transact(registry, record_id, lambda record: record._carry_alone(step)),
            lambda failed: _transact(
                registry, record_id, lambda record: record._note_failures_alone(failed)
            ),
        )
    except consequences.COLLISIONS as error:
        # What is due stays noted, and is done at the next look.
        _logger.info("%s(%s) is carried over later: %s", JOURNAL, record_id, error)


@contextlib.contextmanager
def _database_slot(model):
    """Hold one of the pool's slots, which then rests a while before it is used again."""
    slots = _pool(model).database_slots
    usable_at = slots.get()
    if getattr(threading.current_thread(), "busy", False):
        # What the cron does waits for nobody.
        time.sleep(max(0, usable_at - time.monotonic()))
    began = time.thread_time()
    try:
        yield
    finally:
        rest = min((time.thread_time() - began) * REST, REST_MAX)
        slots.put(time.monotonic() + rest)


def _transact(registry, record_id, function, model=JOURNAL):
    """Call `function` with the row in a transaction of its own, again when it collides."""
    for _try in range(TRANSACTION_TRIES):
        try:
            with _database_slot(model), registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                result = function(env[model].browse(record_id))
                cr.flush()
                return result
        except consequences.COLLISIONS as error:
            collision = error
            time.sleep(0.02 * (_try + 1))
    raise collision
