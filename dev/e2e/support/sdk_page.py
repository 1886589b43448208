"""A page of a till without a browser: it collects cards with the simulator's SDK."""

import time
import uuid


class SdkPage:
    """A page that collects for one line after the other, by the routes that the till's page uses.

    :param shop: the :class:`~support.shop.Shop`, whose connection is the browser
    """

    def __init__(self, shop):
        self.shop = shop
        self.client = shop.counter.client
        self.sdk = shop.simulator.js_sdk
        self.name = str(uuid.uuid4())
        self._connection = None
        self._collected = None

    def post(self, route, line, **values):
        """Ask one of the routes for pages that collect; returns the answer."""
        route = f"/pos_payment_stripe/{route}"
        return self.client.post(route, line_uuid=line["line_uuid"], collector=self.name, **values)

    def collect(self, line):
        """Have the reader ask for the card of a line that the server lets this page collect."""
        self.shop.counter.wait_for(line, "collecting")
        deadline = time.monotonic() + 20
        while "reader" not in (grant := self.post("collect", line)):
            assert time.monotonic() < deadline, grant
            time.sleep(0.2)
        self._connection = self._connection or self._connect()
        if "refund" in grant:
            self.sdk.collect_refund(self._connection, **grant["refund"], can_cancel=True)
        else:
            secret, config = grant["client_secret"], grant["config"]
            self.sdk.collect(self._connection, secret, can_cancel=True, config=config)

    def _connect(self):
        answer = self.client.post(
            "/pos_payment_stripe/connection_token",
            session_id=self.shop.session_id,
            payment_method_id=self.shop.register.card_method_id,
        )
        return self.sdk.connect(self.sdk.begin(answer["secret"]), self.shop.reader.id)

    def insert(self, card):
        """Put a card into the reader, and wait until it was read."""
        self.shop.reader.insert(card)
        self._collected = self.sdk.collected(self._connection, 10)

    def charge(self, line):
        """Have the card that was read charged, and tell the server."""
        self.sdk.process(self._connection, self._collected["id"])
        self.post("reported", line, stage="process")

    def refund(self):
        """Have the card that was read refunded, for which the server has let this page."""
        self.sdk.process_refund(self._connection)
