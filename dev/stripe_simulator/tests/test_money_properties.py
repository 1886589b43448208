"""Whatever people and programs do in whatever order: the money stays right."""

import contextlib

import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_simulator import Simulator, SimulatorError
from stripe_simulator.cards import DEFAULT_INTERAC_CARD

from .conftest import VERSION

STEPS = st.sampled_from(
    [
        "create",
        "create_manual",
        "process",
        "process_other",
        "tap",
        "insert_interac",
        "decline",
        "customer_cancel",
        "cancel_action",
        "cancel",
        "capture",
        "refund",
        "refund_part",
        "refund_on_reader",
        "offline",
        "silent",
        "online",
        "connection_error",
        "update",
    ]
)
DONE = ("succeeded", "canceled")


class Shop:
    """A till with one reader, on which steps are tried that may be refused."""

    def __init__(self):
        self.sim = Simulator(reader_timeout=0, country="CA")
        self.reader = self.sim.account.add_reader()
        self.intents = []

    def __enter__(self):
        self.sim.start()
        self.api = stripe.StripeClient(
            self.sim.account.secret_key,
            stripe_version=VERSION,
            base_addresses={"api": self.sim.url},
        ).v1
        return self

    def __exit__(self, *exc_info):
        self.sim.stop()

    def create(self, **values):
        intent = self.api.payment_intents.create(
            {
                "amount": 1000,
                "currency": "cad",
                "allowed_payment_method_types": ["card_present", "interac_present"],
                **values,
            }
        )
        self.intents.append(intent.id)

    def create_manual(self):
        self.create(capture_method="manual", allowed_payment_method_types=["card_present"])

    def process(self, position=-1):
        self.api.terminal.readers.process_payment_intent(
            self.reader.id,
            {
                "payment_intent": self.intents[position],
                "process_config": {"enable_customer_cancellation": True},
            },
        )

    def process_other(self):
        self.process(0)

    def tap(self):
        self.reader.tap()

    def insert_interac(self):
        self.reader.insert(DEFAULT_INTERAC_CARD)

    def decline(self):
        self.reader.decline()

    def customer_cancel(self):
        self.reader.customer_cancel()

    def cancel_action(self):
        self.api.terminal.readers.cancel_action(self.reader.id)

    def cancel(self):
        self.api.payment_intents.cancel(self.intents[-1])

    def capture(self):
        self.api.payment_intents.capture(self.intents[-1], {"amount_to_capture": 900})

    def refund(self):
        self.api.refunds.create({"payment_intent": self.intents[-1]})

    def refund_part(self):
        self.api.refunds.create({"payment_intent": self.intents[-1], "amount": 300})

    def refund_on_reader(self):
        self.api.terminal.readers.refund_payment(
            self.reader.id, {"payment_intent": self.intents[-1], "amount": 200}
        )

    def offline(self):
        self.reader.go_offline()

    def silent(self):
        self.reader.unplug(received=True)

    def online(self):
        self.reader.go_online()

    def connection_error(self):
        self.reader.connection_error()

    def update(self):
        self.api.payment_intents.update(self.intents[-1], {"amount": 1100})


def check(shop, before):
    sim = shop.sim
    with sim.lock:
        environment = sim.account.test
        lines = {line["id"]: line for line in sim.ledger()["intents"]}
        for intent_id, line in lines.items():
            charges = [environment.find("charge", charge) for charge in line["charges"]]
            paid = [charge for charge in charges if charge["paid"]]
            assert len(paid) <= 1
            assert line["amount_received"] == sum(charge["amount_captured"] for charge in paid)
            assert 0 <= line["refunded"] <= line["amount_received"]
            assert (line["status"] == "succeeded") == (line["amount_received"] > 0)
            if before.get(intent_id) in DONE:
                assert line["status"] == before[intent_id]
        balance = sum(
            transaction["amount"]
            for transaction in environment.objects["balance_transaction"].values()
        )
        sums = sim.ledger()["currencies"].get("cad", {"captured": 0, "refunded": 0})
        assert balance == sums["captured"] - sums["refunded"]
        assert environment.authorizing == set()
        return {intent_id: line["status"] for intent_id, line in lines.items()}


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(st.lists(STEPS, min_size=5, max_size=25))
def test_money(steps):
    with Shop() as shop:
        statuses = {}
        for step in ["create", "process", *steps]:
            with contextlib.suppress(stripe.StripeError, SimulatorError):
                getattr(shop, step)()
            statuses = check(shop, statuses)
