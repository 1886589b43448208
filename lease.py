"""Names the process that carries a row out, so that others know whether it still lives."""

import os
import secrets
import socket

_process = (os.getpid(), secrets.token_hex(4))


def owner():
    """Return the name of this process, as the owner of a lease."""
    global _process
    if _process[0] != os.getpid():
        # A prefork worker inherits the name of its parent.
        _process = (os.getpid(), secrets.token_hex(4))
    return f"{socket.gethostname()}:{_process[0]}:{_process[1]}"


def new():
    """Return a name for one lease of this process.

    A thread that slept past the end of its lease must not take the next one for its own.
    """
    return f"{owner()}.{secrets.token_hex(4)}"


def is_gone(name):
    """Tell whether an owner was a process of this host that no longer runs.

    :param str name: what `owner` or `new` returned, in whichever process
    """
    host, pid, _token = name.rsplit(":", 2)
    if host != socket.gethostname() or name.startswith(owner()):
        return False
    if int(pid) == os.getpid():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
