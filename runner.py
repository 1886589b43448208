"""Carries out due journal rows, and comparisons with Stripe, beside the HTTP requests.

A bounded pool of threads in each server process. The journal is the queue: a thread takes a row
with a lease, asks Stripe with no database connection held, stores the answer in a short
transaction, and goes on until the row needs nothing more. A lost thread loses nothing, because the
lease expires and the next look at the row, by a till or the cron, goes on from what is stored.

Many threads, because each waits for seconds until its reader has acknowledged; few of them at once
in the database, whose connections and whose processor are the requests'.
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

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from .stripe_terminal.errors import StripeProblem

_logger = logging.getLogger(__name__)

# As many readers may acknowledge at the same time; a thread is started when it is needed first.
THREADS = 96
DATABASE_SLOTS = 2
# A slot rests this many times the processor time that it took, at most so many seconds: tills that
# ask must get an answer however much there is to do, and what is to be done can wait in the queue.
REST = 8
REST_MAX = 0.1
M_ARENA_MAX = -8  # of glibc's malloc.h
STACK_SIZE = 1024 * 1024  # bytes
MAX_STEPS = 20
TRANSACTION_TRIES = 10
# Seconds until a row that somebody else carries out is looked at again, where that matters.
INSIST_PAUSE = 0.5
JOURNAL = "pos.stripe.payment"

_lock = threading.Lock()
_queue = queue.SimpleQueue()
_queued = {}  # what is in the queue, and whether somebody insists
_threads = []
_pid = None
# When each may be used again.
_database_slots = queue.SimpleQueue()
for _slot in range(DATABASE_SLOTS):
    _database_slots.put(0)


class Command(NamedTuple):
    """One request to Stripe, to be made with no database connection held.

    :ivar float pause: seconds to wait before
    :ivar str lease: the lease under which its answer may be stored, see `lease.new`
    """

    verb: str
    perform: Callable
    pause: float = 0
    lease: str = ""


class RowTaken(Exception):
    """Somebody else carries the row out just now."""


def submit(dbname, record_id, insist=False, model=JOURNAL):
    """Have a row carried out soon by a thread of this process; returns at once.

    :param str model: the row's model, with the `_claim`, `_learn` and `_release` of the journal
    :param bool insist: come back when somebody else has the row, because that one may have asked
        Stripe just before what we know of happened
    """
    global _queue, _pid
    with _lock:
        if _pid != os.getpid():
            # A prefork worker inherits the module's memory but not its threads.
            _queue, _pid = queue.SimpleQueue(), os.getpid()
            _queued.clear()
            _threads.clear()
            _limit_arenas()
        key = (dbname, model, record_id)
        is_new = key not in _queued
        _queued[key] = insist or _queued.get(key, False)
        if len(_threads) < THREADS and len(_queued) > _idle_threads():
            _start_thread()
        if is_new:
            _queue.put(key)


def _start_thread():
    """Start a thread, unless the machine has no room for one: what is queued waits for another."""
    thread = threading.Thread(target=_serve, name="stripe_terminal", daemon=True)
    # Odoo limits a worker's address space, of which a thread takes 8 MB by default.
    stack_size = threading.stack_size(STACK_SIZE)
    try:
        thread.start()
        _threads.append(thread)
    except RuntimeError as error:
        _logger.warning("No thread for payments could be started: %s", error)
    finally:
        threading.stack_size(stack_size)


def _limit_arenas():
    """Keep the C library from reserving 64 MB of address space for each of many threads.

    Odoo does the same for its threaded server, and leaves it to those who set MALLOC_ARENA_MAX.
    """
    if "MALLOC_ARENA_MAX" not in os.environ:
        with contextlib.suppress(OSError, AttributeError, TypeError):
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def _idle_threads():
    return sum(not getattr(thread, "busy", False) for thread in _threads)


def _serve():
    thread = threading.current_thread()
    while True:
        key = _queue.get()
        dbname, model, record_id = key
        thread.busy, thread.dbname = True, dbname
        with _lock:
            insist = _queued.pop(key, False)
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


def carry_out(dbname, record_id, model=JOURNAL):
    """Do at Stripe whatever a row needs now, step by step, in this thread.

    :param str dbname: the database
    :param int record_id: id of a row of `model`
    :return: whether Stripe answered what it was asked last
    :raise RowTaken: somebody else carries it out
    """
    with _database_slot():
        registry = Registry(dbname).check_signaling()
    return carry_out_with(registry, record_id, model)


def carry_out_with(registry, record_id, model=JOURNAL):
    """Do what `carry_out` does with a registry at hand, which may be about to change."""
    command = _transact(registry, record_id, lambda record: record._claim(), model)
    problem = None
    for _step in range(MAX_STEPS):
        if not command:
            return not problem or problem.answered
        lease = command.lease
        if command.pause:
            time.sleep(command.pause)
        started = time.monotonic()
        try:
            reply, problem = command.perform(), None
        except StripeProblem as error:
            reply, problem = None, error
        took = round((time.monotonic() - started) * 1000)
        command = _transact(
            registry,
            record_id,
            lambda record, done=command, reply=reply, problem=problem, took=took: record._learn(
                done, reply, problem, took
            ),
            model,
        )
    # Whose lease ran out has nothing to give back.
    _transact(
        registry,
        record_id,
        lambda record: record.lease_owner == lease and record._release(),
        model,
    )
    _logger.error("%s(%s) needed too many steps", model, record_id)
    return True


@contextlib.contextmanager
def _database_slot():
    """Hold one of the process's slots, which then rests a while before it is used again."""
    usable_at = _database_slots.get()
    if getattr(threading.current_thread(), "busy", False):
        # What the cron does waits for nobody.
        time.sleep(max(0, usable_at - time.monotonic()))
    began = time.thread_time()
    try:
        yield
    finally:
        rest = min((time.thread_time() - began) * REST, REST_MAX)
        _database_slots.put(time.monotonic() + rest)


def _transact(registry, record_id, function, model=JOURNAL):
    """Call `function` with the row in a transaction of its own, again when it collides."""
    for _try in range(TRANSACTION_TRIES):
        try:
            with _database_slot(), registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                result = function(env[model].browse(record_id))
                cr.flush()
                return result
        except (SerializationFailure, DeadlockDetected, LockNotAvailable) as error:
            collision = error
            time.sleep(0.02 * (_try + 1))
    raise collision
