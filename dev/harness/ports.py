"""Free TCP ports on loopback."""

import socket

from .console import Problem


def free():
    """Return the number of a TCP port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def given_or_free(number, preferred):
    """Return ``number`` if a person gave one, else ``preferred`` if it is free, else any free one.

    :raises Problem: the given port is taken
    """
    if number is not None:
        if not _is_free(number):
            raise Problem(f"port {number} is taken: give another one, or none.")
        return number
    return preferred if _is_free(preferred) else free()


def _is_free(number):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
    return True
