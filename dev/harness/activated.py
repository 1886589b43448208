"""Become another program, which finds a socket where systemd leaves one.

Run as ``python activated.py SOCKET program argument …``, see sd_listen_fds(3).
"""

import os
import sys

FIRST = 3

if __name__ == "__main__":
    os.dup2(int(sys.argv[1]), FIRST)
    os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
    os.execvp(sys.argv[2], sys.argv[2:])
