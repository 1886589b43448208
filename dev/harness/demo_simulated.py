"""The demo's counter with our own simulator in the place of Stripe."""

from . import database, paths

SERIAL_NUMBER = "STRM26123456789"
# Seconds, to make a demonstration feel like a shop: see the simulator's own documentation.
PACE = {"latency": 0.05, "acknowledgement_delay": 0.3, "processing_time": 1.5}


class SimulatedCounter:
    """A simulated Stripe account with one reader, whose screen is a web page."""

    serial_number = SERIAL_NUMBER
    country = "BE"
    currency = "EUR"
    advice = "Choose “Card” at the till, then tap a card on the reader's page."

    def __init__(self):
        self.database = database.name("demo")
        self._simulator = None

    @property
    def secret_key(self):
        """The simulated account's key."""
        return self._simulator.account.secret_key

    @property
    def variables(self):
        """Environment variables that make Odoo take the simulator for Stripe."""
        return {"STRIPE_API_BASE": self._simulator.url}

    @property
    def address(self):
        """Where the reader's screen is."""
        return f"{self._simulator.url}/reader/{SERIAL_NUMBER}"

    def reset(self):
        """Forget what was paid so far."""
        self._state_file().unlink(missing_ok=True)

    def open(self, port):
        """Start the simulator on ``port``, as it was when the last demo ended."""
        from stripe_simulator import Simulator

        paths.DATA.mkdir(parents=True, exist_ok=True)
        self._simulator = Simulator(
            port=port,
            country=self.country,
            name="Coffee bar",
            state_file=self._state_file(),
            **PACE,
        )
        self._simulator.start()
        known = [reader.serial_number for reader in self._simulator.account.readers()]
        if SERIAL_NUMBER not in known:
            self._simulator.account.add_reader(SERIAL_NUMBER, label="Coffee bar")

    def attend(self):
        """Nothing: the page works by itself."""

    def close(self):
        """Stop the simulator."""
        if self._simulator:
            self._simulator.stop()

    def _state_file(self):
        return paths.DATA / f"{self.database}.json"
