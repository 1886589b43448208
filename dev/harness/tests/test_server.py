"""A server whose socket was opened on its behalf."""

import socket
import subprocess
import sys

from harness import server

# What Odoo looks at, in `http_socket_activation` and where a prefork server starts.
LOOK = """
import os, socket
assert os.environ["LISTEN_FDS"] == "1" and os.environ["LISTEN_PID"] == str(os.getpid())
print(socket.fromfd(3, socket.AF_INET, socket.SOCK_STREAM).getsockname()[1])
"""


def test_a_program_finds_the_socket_where_systemd_leaves_one():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.fileno()
        found = subprocess.check_output(
            [sys.executable, server.ACTIVATED, str(number), sys.executable, "-c", LOOK],
            pass_fds=(number,),
        )
        assert int(found) == listening.getsockname()[1]
