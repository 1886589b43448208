"""Names the process that carries a row out, so that others know whether it still lives.

Two servers may have one host name, as containers have that come from one image, and each of them a
process of the same number. A process is known by its host, the boot of its kernel, its pid
namespace, its number and when it was started; only who shares the first three can tell of it.
"""

import os
import secrets
import socket
from contextlib import suppress
from typing import NamedTuple

# Seconds until others take what a server that has died had; see `renewal`.
LASTS = 8
# Others leave it to its owner for so long at least: times are stored in whole seconds.
SURE_FOR = 6
BOOT_ID = "/proc/sys/kernel/random/boot_id"
# In proc(5), of what follows the command's name in /proc/[pid]/stat.
STATE, START_TIME = 0, 19
DEAD = ("Z", "X")


class Process(NamedTuple):
    """What tells one process from all others.

    :ivar str host: name of the machine or container
    :ivar str boot: id of its kernel's last start, or a secret where nobody can know it
    :ivar str namespace: the inode of the pid namespace
    :ivar str pid: the number, which another process may get later
    :ivar str started: clock ticks from the boot to its start
    """

    host: str
    boot: str
    namespace: str
    pid: str
    started: str

    @property
    def place(self):
        """Where numbers of processes mean the same."""
        return self[:3]


def new():
    """Return a name for one lease of this process, as its owner.

    A thread that slept past the end of its lease must not take the next one for its own.
    """
    return ":".join([*_this(), secrets.token_hex(4)])


def is_gone(name):
    """Tell whether an owner was a process of this very place that no longer runs.

    :param str name: what `new` returned, in whichever process
    """
    parts = name.split(":")[:-1]
    if len(parts) != len(Process._fields):
        # Of an older version: its time runs out by itself.
        return False
    named, this = Process(*parts), _this()
    if named.place != this.place or named == this:
        return False
    if named.pid == this.pid:
        return True
    try:
        # One that may not be asked runs, as somebody else.
        with suppress(PermissionError):
            os.kill(int(named.pid), 0)
    except ProcessLookupError:
        return True
    facts = _facts(named.pid)
    return bool(facts) and (facts[START_TIME] != named.started or facts[STATE] in DEAD)


_process = None


def _this():
    """Return what this process is; a prefork worker inherits the memory of its parent."""
    global _process
    if not _process or _process.pid != str(os.getpid()):
        _process = _look_up()
    return _process


def _look_up():
    host, pid = socket.gethostname(), str(os.getpid())
    try:
        if os.readlink("/proc/self") != pid:
            raise ProcessLookupError("/proc shows the processes of another namespace")
        with open(BOOT_ID, encoding="ascii") as file:
            boot = file.read().strip()
        namespace = str(os.stat("/proc/self/ns/pid").st_ino)
        return Process(host, boot, namespace, pid, _facts(pid)[START_TIME])
    except (OSError, TypeError):
        # Nobody can tell whether it lives, except by its leases' end.
        return Process(host, secrets.token_hex(8), "", pid, "")


def _facts(pid):
    """Return what the kernel tells of a process, see `STATE`; None where it tells nothing."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return None
