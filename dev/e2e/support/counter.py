"""A till without a browser: it speaks the routes that the page speaks."""

import time
import uuid

import requests

from harness import shopfitting


class Counter:
    """A cashier at a register.

    :param shop: the :class:`~support.shop.Shop`
    """

    def __init__(self, shop):
        self.shop = shop
        self.client = shop.server.client(shopfitting.CASHIER)

    def line(self, amount=4.6):
        """Return a new payment line of ``amount`` as the page sends it."""
        return {
            "line_uuid": str(uuid.uuid4()),
            "request_uuid": str(uuid.uuid4()),
            "order_uuid": str(uuid.uuid4()),
            "order_ref": self.shop.name,
            "amount": amount,
        }

    def send_parameters(self, line):
        """Return what the page sends with the route ``send``."""
        return {
            "session_id": self.shop.session_id,
            "payment_method_id": self.shop.register.card_method_id,
            "line": line,
        }

    def send(self, line):
        """Ask for the payment of a line; returns what the server says."""
        return self.client.post("/pos_payment_stripe/send", **self.send_parameters(line))

    def again(self, line):
        """Press Retry: the same line with another request."""
        line["request_uuid"] = str(uuid.uuid4())
        return self.send(line)

    def tap(self):
        """Hold a card to the reader."""
        self.shop.reader.tap()

    def cancel(self, line):
        """Press Cancel."""
        return self.client.post("/pos_payment_stripe/cancel", line_uuid=line["line_uuid"])

    def force_done(self, line, employee_id=None, pin=None):
        """Declare the line paid, as the employee who is logged in where employees log in."""
        return self.client.post(
            "/pos_payment_stripe/force_done",
            line_uuid=line["line_uuid"],
            employee_id=employee_id,
            pin=pin,
        )

    def status(self, line):
        """Poll once, as the page does; None where the server does not answer just now."""
        try:
            rows = self.client.post("/pos_payment_stripe/status", line_uuids=[line["line_uuid"]])
        except requests.RequestException:
            return None
        return rows[0]

    def wait_for(self, line, state, timeout=30):
        """Poll until the line is in ``state``.

        :param timeout: seconds
        :raises AssertionError: with what the server says instead
        """
        deadline = time.monotonic() + timeout
        while True:
            row = self.status(line)
            if row and row["state"] == state and not row["canceling"]:
                return row
            assert time.monotonic() < deadline, f"not {state} after {timeout} s: {row}"
            time.sleep(0.2)
