"""Readers that are busy, slow, silent or offline, and payments that replace each other."""

import threading
import time

import pytest
import stripe

from stripe_simulator import SimulatorError

from .conftest import wait_until


@pytest.fixture
def intent(api):
    """A PaymentIntent that is not on a reader yet."""
    return api.payment_intents.create(
        {"amount": 1200, "currency": "usd", "allowed_payment_method_types": ["card_present"]}
    )


@pytest.fixture
def process(api, reader):
    """A function that sends an intent to the reader."""

    def send(intent, **options):
        return api.terminal.readers.process_payment_intent(
            reader.id, {"payment_intent": intent.id}, options
        )

    return send


def refused(call):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call()
    assert caught.value.http_status == 400
    return caught.value.code


def test_wrong_intent(api, reader, intent):
    send = api.terminal.readers.process_payment_intent
    assert refused(lambda: send(reader.id, {"payment_intent": "pi_no"})) == "resource_missing"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        send("tmr_no", {"payment_intent": intent.id})
    assert caught.value.http_status == 404
    api.payment_intents.cancel(intent.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        send(reader.id, {"payment_intent": intent.id})
    assert caught.value.code == "intent_invalid_state"
    assert caught.value.error.payment_intent.status == "canceled"
    assert reader.screen["state"] == "idle"


def test_offline(reader, intent, process, api):
    reader.go_offline()
    assert api.terminal.readers.retrieve(reader.id).status == "offline"
    assert refused(lambda: process(intent)) == "terminal_reader_offline"
    reader.go_online()
    assert process(intent).action.status == "in_progress"


def test_silent_reader_that_did_not_get_it(reader, intent, process, api):
    reader.unplug()
    assert api.terminal.readers.retrieve(reader.id).status == "online"
    assert refused(lambda: process(intent)) == "terminal_reader_timeout"
    assert api.terminal.readers.retrieve(reader.id).action is None
    reader.go_online()
    assert reader.screen["state"] == "idle"


def test_silent_reader_that_got_it(reader, intent, process, api):
    reader.unplug(received=True)
    assert refused(lambda: process(intent)) == "terminal_reader_timeout"
    assert api.terminal.readers.retrieve(reader.id).action.status == "in_progress"
    reader.go_online()
    assert process(intent).action.status == "in_progress"
    reader.tap()
    assert api.payment_intents.retrieve(intent.id).status == "succeeded"


def test_acknowledgement_that_comes_too_late(sim, reader, intent, process, api):
    sim.acknowledgement_delay = 5
    sim.reader_timeout = 0.1
    assert refused(lambda: process(intent)) == "terminal_reader_timeout"
    assert reader.screen["state"] == "amount"
    assert api.terminal.readers.retrieve(reader.id).action.status == "in_progress"


def test_timeout_is_replayed_under_its_key(sim, reader, intent, process):
    reader.unplug()
    assert refused(lambda: process(intent, idempotency_key="k1")) == "terminal_reader_timeout"
    reader.go_online()
    assert refused(lambda: process(intent, idempotency_key="k1")) == "terminal_reader_timeout"
    assert sim.requests()[-1].replayed
    assert process(intent, idempotency_key="k2").action.status == "in_progress"


def test_slow_acknowledgement(sim, intent, process):
    sim.acknowledgement_delay = 0.15
    started = time.monotonic()
    process(intent)
    assert time.monotonic() - started >= 0.15


def test_two_commands_at_once(sim, reader, intent, process):
    sim.acknowledgement_delay = 0.2
    first = threading.Thread(target=process, args=(intent,))
    first.start()
    wait_until(lambda: reader.in_handshake)
    assert refused(lambda: process(intent)) == "terminal_reader_busy"
    first.join()
    assert reader.screen["state"] == "amount"


def test_waiting_for_a_reader_holds_nobody_else_up(sim, intent, process, api):
    sim.acknowledgement_delay, sim.reader_timeout = 1, 5
    slow = threading.Thread(target=process, args=(intent,))
    slow.start()
    api.payment_intents.retrieve(intent.id)
    assert slow.is_alive()
    slow.join()


def test_occupied(reader, intent, process):
    reader.occupy("updating")
    assert reader.screen["occupied"] == "updating"
    assert refused(lambda: process(intent)) == "terminal_reader_busy"
    reader.occupy(None)
    process(intent)


def test_payment_is_replaced_by_another(api, sim, reader, pay):
    first, second = pay(1000), pay(2000)
    assert reader.screen["payment_intent"] == second.id
    reader.tap()
    assert api.payment_intents.retrieve(first.id).status == "requires_payment_method"
    assert sim.ledger()["currencies"]["usd"]["captured"] == 2000


def test_payment_is_replaced_by_a_display(api, reader, pay):
    intent = pay()
    cart = {
        "currency": "usd",
        "line_items": [{"amount": 300, "description": "Tea", "quantity": 2}],
        "total": 600,
    }
    answer = api.terminal.readers.set_reader_display(reader.id, {"type": "cart", "cart": cart})
    assert (answer.action.type, answer.action.status) == ("set_reader_display", "in_progress")
    assert answer.action.set_reader_display.cart.total == 600
    assert reader.screen["state"] == "cart"
    with pytest.raises(SimulatorError):
        reader.tap()
    assert api.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_payment_being_authorized_is_not_replaced(sim, reader, pay, process, intent):
    sim.processing_time = 0.2
    first = pay(1000)
    reader.tap()
    assert refused(lambda: process(intent)) == "terminal_reader_busy"
    wait_until(lambda: reader.screen["state"] == "approved")
    assert sim.account.intent(first.id)["status"] == "succeeded"


def test_card_comes_while_the_cancel_is_on_its_way(sim, reader, pay, api):
    sim.processing_time = 0.4
    intent = pay()
    sim.acknowledgement_delay = 0.15
    codes = []
    cancel = threading.Thread(
        target=lambda: codes.append(refused(lambda: api.terminal.readers.cancel_action(reader.id)))
    )
    cancel.start()
    wait_until(lambda: reader.in_handshake)
    reader.tap()
    cancel.join()
    assert codes == ["terminal_reader_busy"]
    wait_until(lambda: reader.screen["state"] == "approved")
    assert api.payment_intents.retrieve(intent.id).status == "succeeded"


def test_cancel_action(api, reader, pay):
    intent = pay()
    answer = api.terminal.readers.cancel_action(reader.id)
    assert answer.action is None
    assert reader.screen["state"] == "cancelled"
    assert api.payment_intents.retrieve(intent.id).status == "requires_payment_method"
    assert api.terminal.readers.cancel_action(reader.id).action is None


def test_network_gone_while_waiting(api, sim, reader, pay):
    pay()
    reader.go_offline()
    with pytest.raises(SimulatorError):
        reader.tap()
    assert api.terminal.readers.retrieve(reader.id).action.status == "in_progress"
    assert api.events.list({"type": "terminal.reader.*"}).data == []
    reader.go_online()
    assert reader.tap()["state"] == "approved"


def test_network_gone_while_authorizing(api, sim, reader, pay):
    sim.processing_time = 0.1
    intent = pay()
    reader.tap()
    reader.unplug()
    wait_until(lambda: api.payment_intents.retrieve(intent.id).status == "succeeded")
    assert api.terminal.readers.retrieve(reader.id).action.status == "in_progress"
    assert api.events.list({"type": "terminal.reader.*"}).data == []
    reader.go_online()
    action = api.terminal.readers.retrieve(reader.id).action
    assert (action.status, action.failure_code) == ("failed", "connection_error")
    assert api.payment_intents.retrieve(intent.id).status == "succeeded"


@pytest.mark.parametrize(
    "approved, status", [(True, "succeeded"), (False, "requires_payment_method")]
)
def test_connection_error(api, reader, pay, approved, status):
    intent = pay()
    reader.connection_error(approved=approved)
    action = api.terminal.readers.retrieve(reader.id).action
    assert (action.status, action.failure_code) == ("failed", "connection_error")
    assert api.payment_intents.retrieve(intent.id).status == status


def test_reader_without_location(sim, reader, intent, process):
    with sim.lock:
        reader.object["location"] = None
    assert refused(lambda: process(intent)) == "terminal_reader_invalid_location_for_payment"


def test_stopping_ends_a_wait(sim, reader, intent, connect):
    sim.reader_timeout = 60
    reader.unplug()
    errors = []

    def send():
        try:
            connect().v1.terminal.readers.process_payment_intent(
                reader.id, {"payment_intent": intent.id}
            )
        except stripe.StripeError as error:
            errors.append(error)

    thread = threading.Thread(target=send)
    thread.start()
    wait_until(lambda: reader.in_handshake)
    sim.stop()
    thread.join(5)
    assert len(errors) == 1


def test_stripe_notices_a_silent_reader(sim, reader, api, intent, process):
    sim.offline_after = 0.1
    reader.unplug()
    assert api.terminal.readers.retrieve(reader.id).status == "online"
    wait_until(lambda: api.terminal.readers.retrieve(reader.id).status == "offline")
    assert refused(lambda: process(intent)) == "terminal_reader_offline"
    reader.go_online()
    reader.unplug()
    reader.go_online()
    sim.sleep(0.2)
    assert api.terminal.readers.retrieve(reader.id).status == "online"


def test_changed_amount_needs_another_command(api, reader, pay):
    intent = pay(1200)
    api.payment_intents.update(intent.id, {"amount": 1500})
    assert reader.screen["amount"] == 1200
    api.terminal.readers.process_payment_intent(reader.id, {"payment_intent": intent.id})
    assert reader.screen["amount"] == 1500
    assert reader.tap()["amount"] == 1500


def test_reader_with_times_of_its_own(sim, reader, pay, process, intent):
    reader.acknowledgement_delay = 0.1
    reader.processing_time = 0.1
    started = time.monotonic()
    process(intent)
    assert time.monotonic() - started >= 0.1
    assert reader.tap()["state"] == "processing"
    assert reader.wait_for("approved")["amount"] == 1200
    with pytest.raises(SimulatorError):
        reader.wait_for("amount", timeout=0.05)
