"""Become another program that ends with the process which started it.

Run as ``python child.py PARENT_PID program argument …``. If the parent is killed, Linux sends the
program SIGTERM; elsewhere the program is started without that safety net.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(sys.argv[1]):
            sys.exit("the process that started this one has ended")
    os.execvp(sys.argv[2], sys.argv[2:])
