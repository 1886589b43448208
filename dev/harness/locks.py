"""One command at a time prepares a thing; others wait for it."""

import contextlib
import fcntl

from . import paths
from .console import say


@contextlib.contextmanager
def exclusive(name, doing):
    """Hold the lock ``name`` among all processes of this clone.

    :param name: the lock's name (a file below ``.dev/locks``)
    :param doing: what the lock is for, told to a person who has to wait
    """
    paths.LOCKS.mkdir(parents=True, exist_ok=True)
    with (paths.LOCKS / name).open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Waiting for another command: {doing} …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def immediate(name):
    """Hold the lock ``name`` if nobody else does; yields whether it is ours."""
    paths.LOCKS.mkdir(parents=True, exist_ok=True)
    with (paths.LOCKS / name).open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
