"""One register with its own methods and reader, and what Odoo has recorded of it."""

import time

from harness import shopfitting
from harness.rpc import OdooError

from . import naming

SETTLED = ("paid", "canceled", "declined")
RECORDS = ("pos.order", "pos.payment", "pos.stripe.payment")
CRON = "pos_payment_stripe.ir_cron_look"
# What the server is at work on just now is left to it.
LOOK_NOW = """
    UPDATE pos_stripe_payment SET look_at = now() - interval '1 day'
    WHERE id IN (SELECT id FROM pos_stripe_payment FOR UPDATE SKIP LOCKED)
"""


class Shop:
    """A register in an open session.

    :param server: the :class:`~support.live_server.LiveServer`
    :param reader: the simulator's reader on its counter, or None for a shop that takes cash only
    :param connection: who talks to the reader, ``"server"`` or ``"browser"``
    :param send: when the reader hears of a payment, ``"at_once"`` or ``"press"``; None sends no
        such value, which versions before do not know
    :param options: further values of ``pos.config``
    """

    cash = "Cash"
    card = "Card"

    def __init__(self, server, reader, name="Till", connection="server", send=None, **options):
        self.server = server
        self.simulator = server.simulator
        self.reader = reader
        self.connection = connection
        self.name = naming.unique(f"{name} ")
        self.register = shopfitting.open_register(
            server.admin,
            self.name,
            reader_serial=reader.serial_number if reader else None,
            connection=connection,
            send=send,
            **options,
        )
        self._known = {}
        self.known_intents = set()
        cashier = server.client(shopfitting.CASHIER)
        self.session_id = shopfitting.start_session(cashier, self.config_id)

    def forget(self):
        """Show nothing any more of what was recorded until now, so that another test can begin."""
        for model in RECORDS:
            self._known[model] = max(self.server.admin.search(model, []), default=0)
        self.known_intents = {intent["id"] for intent in self.simulator.ledger()["intents"]}

    @property
    def config_id(self):
        """The id of the register's ``pos.config``."""
        return self.register.config_id

    def orders(self, fields=("pos_reference", "state", "amount_total", "amount_paid", "uuid")):
        """Return the session's orders that have reached Odoo, oldest first."""
        return self._read("pos.order", [("session_id", "=", self.session_id)], fields)

    def payments(self, fields=("amount", "payment_method_id", "transaction_id", "uuid")):
        """Return the session's ``pos.payment`` rows, oldest first."""
        return self._read("pos.payment", [("session_id", "=", self.session_id)], fields)

    def card_payments(self, fields=("amount", "transaction_id", "uuid")):
        """Return the session's ``pos.payment`` rows of our terminals, oldest first."""
        domain = [
            ("session_id", "=", self.session_id),
            ("payment_method_id.use_payment_terminal", "=", "stripe_terminal"),
        ]
        return self._read("pos.payment", domain, fields)

    def journal(self, fields=("state", "line_uuid", "payment_intent", "amount_minor", "wanted")):
        """Return the session's rows of the addon's journal, oldest first."""
        return self._read("pos.stripe.payment", [("session_id", "=", self.session_id)], fields)

    def wait_for_reader(self, state="amount", timeout=10, pause=time.sleep):
        """Wait until the reader's screen shows ``state``; returns the screen.

        :param state: idle, cart, tip, amount, processing, approved, declined or cancelled
        :param timeout: seconds
        :param pause: function that waits for some seconds
        :raises AssertionError: with what the screen shows instead
        """
        deadline = time.monotonic() + timeout
        while (screen := self.reader.screen)["state"] != state:
            assert time.monotonic() < deadline, f"the reader shows {screen}, not {state}"
            pause(0.05)
        return screen

    def is_busy(self):
        """Tell whether the server is at work on a payment of the session, or on what follows.

        What could not be recorded is tried again later, which nobody waits for.
        """
        rows = self.journal(("lease_until", "carry_at", "carry_tries"))
        return any(
            row["lease_until"] or (row["carry_at"] and not row["carry_tries"]) for row in rows
        )

    def settle(self, timeout=20):
        """Run the addon's scheduled look until every journal row of the session is settled, and
        Odoo has recorded it.

        :param timeout: seconds
        :raises AssertionError: with the rows that still are open
        """
        deadline = time.monotonic() + timeout
        while True:
            open_rows = [row for row in self.journal() if row["state"] not in SETTLED]
            if not open_rows and not self.is_busy():
                return
            assert time.monotonic() < deadline, f"not settled after {timeout} s: {open_rows}"
            if open_rows:
                # A till was here just now; the cron waits until it is long gone.
                self.server.sql(LOOK_NOW)
            admin = self.server.admin
            try:
                admin.call("ir.cron", "method_direct_trigger", [admin.ref(CRON)])
            except OdooError as error:
                # The server itself runs it each minute, and that does as well.
                if "already executing" not in str(error):
                    raise
            time.sleep(0.5)

    def _read(self, model, domain, fields):
        domain = [*domain, ("id", ">", self._known.get(model, 0))]
        return self.server.admin.read(model, domain, list(fields), order="id")
