"""What the commands say to the person who started them."""

import contextlib
import os
import signal
import sys
import time

_started = time.monotonic()


class Problem(Exception):
    """Something a person can put right; its text is one clear sentence."""


class Terminated(KeyboardInterrupt):
    """We were asked to end (SIGTERM), unlike the programs we started, which Ctrl-C also asks."""


def say(text):
    """Print one line of progress, with the seconds since the command began."""
    print(f"[{time.monotonic() - _started:5.1f}s] {text}", flush=True)


@contextlib.contextmanager
def clear_ending(name):
    """Turn a :class:`Problem` or Ctrl-C inside the block into one line and an exit code.

    :param name: the command's name, as the person typed it
    :raises SystemExit: 2 for a problem, 130 for an interruption
    """
    # A service manager's way to end us shall clean up as Ctrl-C does.
    signal.signal(signal.SIGTERM, _be_terminated)
    try:
        yield
    except Problem as problem:
        print(f"{name}: {problem}", file=sys.stderr, flush=True)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print(f"\n{name}: stopped.", file=sys.stderr, flush=True)
        raise SystemExit(130) from None
    except BrokenPipeError:
        # The reader of our output has gone (``dev/test | head``): nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None


def _be_terminated(*_):
    raise Terminated
