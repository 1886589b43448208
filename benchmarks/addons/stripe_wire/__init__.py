"""Lead a server's requests for Stripe to this machine, and note how long each takes.

For both addons alike, which keep their own clients: only the address behind Stripe's name and the
certificates they trust are others. Each call is one line of JSON in the file STRIPE_WIRE_LOG.
"""

import json
import os
import socket
import time
from urllib.parse import urlsplit

import requests

from . import sample

HOST = "api.stripe.com"
# A file, so that the port can change while the server runs.
PORT_FILE = os.environ["STRIPE_WIRE_PORT_FILE"]
LOG = os.open(os.environ["STRIPE_WIRE_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
BUNDLE = os.environ["REQUESTS_CA_BUNDLE"]

_getaddrinfo = socket.getaddrinfo
_request = requests.Session.request


def getaddrinfo(host, port, *args, **kwargs):
    """Return this machine's address for Stripe's."""
    if host == HOST:
        with open(PORT_FILE) as file:
            return _getaddrinfo("127.0.0.1", int(file.read()), *args, **kwargs)
    return _getaddrinfo(host, port, *args, **kwargs)


def request(session, method, url, **kwargs):
    """Make a request and note when it began and ended, and the thread's CPU time."""
    if isinstance(kwargs.get("verify"), str):
        # The SDK brings a list of authorities of its own, of the same length.
        kwargs["verify"] = BUNDLE
    began, cpu = time.time(), time.thread_time()
    try:
        return _request(session, method, url, **kwargs)
    finally:
        note = {
            "began": began,
            "ended": time.time(),
            "cpu": time.thread_time() - cpu,
            "method": method.upper(),
            "path": urlsplit(url).path,
        }
        if urlsplit(url).hostname == HOST:
            os.write(LOG, json.dumps(note).encode() + b"\n")


socket.getaddrinfo = getaddrinfo
requests.Session.request = request
