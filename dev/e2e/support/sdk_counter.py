"""A till without a browser that collects cards itself, as a page does with Stripe's SDK."""

import uuid

from stripe_simulator.js_sdk import SdkError

from .counter import Counter


class SdkCounter(Counter):
    """A cashier at a register whose method's connection is the till's browser.

    :param shop: the :class:`~support.shop.Shop`
    """

    def __init__(self, shop):
        super().__init__(shop)
        self.sdk = shop.simulator.js_sdk
        self.page = str(uuid.uuid4())
        self.connection = None
        self.collecting = None

    def status(self, line):
        """Poll as the page does, and do what it does then."""
        self.go_on()
        row = super().status(line)
        if row and row["collects"] and not self.collecting:
            self.collect(line)
        return row

    def tap(self):
        """Hold a card to the reader, and have it charged."""
        super().tap()
        self.go_on()

    def cancel(self, line):
        """Press Cancel: the reader's request goes first."""
        if self.collecting:
            self.sdk.cancel_collect(self.connection)
            self.collecting = None
        return super().cancel(line)

    def collect(self, line):
        """Ask the server for the right to collect, and the reader for a card."""
        answer = self.ask("collect", line)
        if "client_secret" in answer:
            if not self.connection:
                self.connect()
            secret, config = answer["client_secret"], answer["config"]
            self.sdk.collect(self.connection, secret, can_cancel=True, config=config)
            self.collecting = line

    def connect(self):
        """Connect to the register's reader."""
        token = self.client.post(
            "/pos_payment_stripe/connection_token",
            session_id=self.shop.session_id,
            payment_method_id=self.shop.register.card_method_id,
        )
        session = self.sdk.begin(token["secret"])
        self.connection = self.sdk.connect(session, self.shop.reader.id, fail_if_in_use=True)

    def go_on(self):
        """Charge the card if one was read, and tell the server how it went."""
        if not self.collecting:
            return
        stage, code = "collect", None
        try:
            intent = self.sdk.collected(self.connection)
            if not intent:
                return
            stage = "process"
            self.sdk.process(self.connection, intent["id"])
        except SdkError as error:
            code = error.body.get("decline_code") or error.code
        line, self.collecting = self.collecting, None
        self.ask("reported", line, stage=stage, code=code)

    def ask(self, verb, line, **params):
        """Post one of the page's requests about a line."""
        return self.client.post(
            f"/pos_payment_stripe/{verb}",
            line_uuid=line["line_uuid"],
            collector=self.page,
            **params,
        )
