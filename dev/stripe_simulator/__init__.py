"""A simulator of Stripe for Terminal: the API, the readers, the cards, the webhooks.

    from stripe_simulator import Simulator

    with Simulator() as sim:
        reader = sim.account.add_reader("WSC513105011295", label="Till 1")
        client = stripe.StripeClient(sim.account.secret_key, base_addresses={"api": sim.url})

See README.md.
"""

from .account import Account
from .device import ReaderDevice
from .errors import SimulatorError
from .simulator import Simulator

__all__ = ["Account", "ReaderDevice", "Simulator", "SimulatorError"]
