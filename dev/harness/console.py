"""What the commands say to the person who started them."""

import contextlib
import os
import sys
import time

_started = time.monotonic()


class Problem(Exception):
    """Something a person can put right; its text is one clear sentence."""


def say(text):
    """Print one line of progress, with the seconds since the command began."""
    print(f"[{time.monotonic() - _started:5.1f}s] {text}", flush=True)


@contextlib.contextmanager
def clear_ending(name):
    """Turn a :class:`Problem` or Ctrl-C inside the block into one line and an exit code.

    :param name: the command's name, as the person typed it
    :raises SystemExit: 2 for a problem, 130 for an interruption
    """
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
