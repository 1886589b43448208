"""Readers, locations and connection tokens as resources."""

import pytest
import stripe

ADDRESS = {"line1": "Rue 1", "city": "Namur", "postal_code": "5000", "country": "BE"}


def test_location_lifecycle(api):
    location = api.terminal.locations.create(
        {"display_name": "Shop", "address": ADDRESS, "metadata": {"a": "1"}}
    )
    assert location.id.startswith("tml_")
    assert location.address.city == "Namur"
    changed = api.terminal.locations.update(
        location.id, {"display_name": "Bar", "address": {"city": "Liège"}, "metadata": {"b": "2"}}
    )
    assert (changed.display_name, changed.address.city) == ("Bar", "Liège")
    assert changed.address.line1 == "Rue 1"
    assert changed.metadata.to_dict() == {"a": "1", "b": "2"}
    assert [found.id for found in api.terminal.locations.list().data] == [location.id]
    assert api.terminal.locations.delete(location.id).deleted
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.terminal.locations.retrieve(location.id)
    assert caught.value.http_status == 404


@pytest.mark.parametrize(
    "params, param",
    [
        ({"address": ADDRESS}, "display_name"),
        ({"display_name": "Shop"}, "address"),
        ({"display_name": "Shop", "address": {"line1": "x"}}, "address[country]"),
        ({"display_name": "Shop", "address": {"country": "BE"}}, "address[line1]"),
    ],
)
def test_location_needs(api, params, param):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.terminal.locations.create(params)
    assert (caught.value.code, caught.value.param) == ("parameter_missing", param)


def test_location_keeps_its_country_and_its_readers(api, sim, reader):
    location = api.terminal.readers.retrieve(reader.id).location
    with pytest.raises(stripe.InvalidRequestError):
        api.terminal.locations.update(location, {"address": {"country": "FR"}})
    with pytest.raises(stripe.InvalidRequestError):
        api.terminal.locations.delete(location)


def test_register_a_simulated_reader(api, sim):
    location = sim.account.add_location("Shop")
    reader = api.terminal.readers.create(
        {"registration_code": "simulated-wpe", "location": location["id"], "label": "Till"}
    )
    assert (reader.device_type, reader.status) == ("simulated_wisepos_e", "online")
    assert (reader.label, reader.location) == ("Till", location["id"])
    assert reader.last_seen_at > 1_000_000_000_000  # milliseconds
    assert reader.action is None
    other = api.terminal.readers.create(
        {"registration_code": "simulated-s700", "location": location["id"]}
    )
    assert other.device_type == "simulated_stripe_s700"
    assert other.label == other.serial_number


def test_register_a_real_reader(api, sim):
    location = sim.account.add_location("Shop")
    reader = api.terminal.readers.create(
        {"registration_code": "sepia-cerulean-aqua", "location": location["id"]}
    )
    assert reader.device_type == "bbpos_wisepos_e"


def test_a_registration_code_is_good_for_one_reader(api, sim):
    location = sim.account.add_location("Shop")
    params = {"registration_code": "sepia-cerulean-aqua", "location": location["id"]}
    api.terminal.readers.create(params)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.terminal.readers.create(params)
    assert caught.value.param == "registration_code"
    assert len(api.terminal.readers.list().data) == 1


@pytest.mark.parametrize(
    "params, param",
    [
        ({"registration_code": "simulated-wpe"}, "location"),
        ({"registration_code": "simulated-wpe", "location": "tml_no"}, "location"),
        ({"location": "LOCATION"}, "registration_code"),
        ({"registration_code": "invalid-code", "location": "LOCATION"}, "registration_code"),
    ],
)
def test_registration_needs(api, sim, params, param):
    location = sim.account.add_location("Shop")["id"]
    params = {key: location if value == "LOCATION" else value for key, value in params.items()}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.terminal.readers.create(params)
    assert caught.value.param == param


def test_update_and_delete(api, reader):
    changed = api.terminal.readers.update(reader.id, {"label": "Bar", "metadata": {"a": "1"}})
    assert (changed.label, changed.metadata["a"]) == ("Bar", "1")
    assert api.terminal.readers.update(reader.id, {"label": ""}).label == reader.serial_number
    gone = api.terminal.readers.delete(reader.id)
    assert gone.deleted
    assert gone.serial_number == reader.serial_number
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.terminal.readers.retrieve(reader.id)
    assert caught.value.code == "resource_missing"


def test_filters(api, sim):
    first, second = sim.account.add_location("A"), sim.account.add_location("B")
    wise = sim.account.add_reader("WSC1", location=first)
    s700 = sim.account.add_reader("STR1", location=second["id"], device_type="stripe_s700")
    s700.go_offline()
    for filters, expected in (
        ({}, [s700, wise]),
        ({"serial_number": "WSC1"}, [wise]),
        ({"serial_number": "nothing"}, []),
        ({"location": second["id"]}, [s700]),
        ({"status": "offline"}, [s700]),
        ({"status": "online", "device_type": "stripe_s700"}, []),
        ({"device_type": "bbpos_wisepos_e"}, [wise]),
    ):
        found = api.terminal.readers.list(filters).data
        assert [item.id for item in found] == [device.id for device in expected]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.terminal.readers.list({"device_type": "toaster"})
    assert caught.value.param == "device_type"


def test_connection_token(api, sim):
    location = sim.account.add_location("Shop")
    assert api.terminal.connection_tokens.create().secret.startswith("pst_test_")
    token = api.terminal.connection_tokens.create({"location": location["id"]})
    assert token.location == location["id"]
    with pytest.raises(stripe.InvalidRequestError):
        api.terminal.connection_tokens.create({"location": "tml_no"})


@pytest.fixture
def simulated(sim, api, connect):
    """A simulated reader with a payment on it, its intent, and the client with test helpers."""
    device = sim.account.add_reader(device_type="simulated_wisepos_e")
    intent = api.payment_intents.create(
        {"amount": 1000, "currency": "usd", "allowed_payment_method_types": ["card_present"]}
    )
    api.terminal.readers.process_payment_intent(device.id, {"payment_intent": intent.id})
    return device, intent, connect().v1.test_helpers.terminal.readers


def test_present_payment_method(api, simulated):
    device, intent, helpers = simulated
    answer = helpers.present_payment_method(device.id)
    assert answer.action.status == "succeeded"
    assert api.payment_intents.retrieve(intent.id).status == "succeeded"


def test_present_a_card_with_a_tip(sim, api, simulated):
    device, intent, helpers = simulated
    sim.account.offer_tips(usd={"percentages": [10, 15, 20]})
    api.terminal.readers.process_payment_intent(device.id, {"payment_intent": intent.id})
    helpers.present_payment_method(
        device.id,
        {
            "type": "card_present",
            "card_present": {"number": "5555555555554444"},
            "amount_tip": 100,
        },
    )
    paid = api.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert paid.amount_received == 1100
    assert paid.latest_charge.payment_method_details.card_present.brand == "mastercard"


def test_present_where_it_makes_no_sense(sim, simulated, pay, reader):
    device, _intent, helpers = simulated
    with pytest.raises(stripe.InvalidRequestError) as caught:
        helpers.present_payment_method(device.id, {"card_present": {"number": "123"}})
    assert caught.value.param == "card_present[number]"
    pay()
    with pytest.raises(stripe.InvalidRequestError):
        helpers.present_payment_method(reader.id)
    helpers.present_payment_method(device.id)
    with pytest.raises(stripe.InvalidRequestError):
        helpers.present_payment_method(device.id)


def test_a_reader_in_another_country_takes_no_payments(api, sim):
    abroad = sim.account.add_location("Toronto", {"country": "CA"})
    device = sim.account.add_reader(location=abroad)
    intent = api.payment_intents.create(
        {"amount": 1200, "currency": "usd", "allowed_payment_method_types": ["card_present"]}
    )
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.terminal.readers.process_payment_intent(device.id, {"payment_intent": intent.id})
    assert caught.value.code == "terminal_reader_invalid_location_for_payment"


KANJI = {"state": "東京都", "city": "千代田区", "town": "丸の内", "line1": "9-1"}
JAPAN = {
    "display_name": "Shop",
    "display_name_kanji": "喫茶",
    "display_name_kana": "キッサ",
    "address_kanji": {"postal_code": "1000005", **KANJI},
    "address_kana": {"postal_code": "1000005", **dict.fromkeys(KANJI, "トウキョウ")},
}


def test_a_location_in_japan(api):
    location = api.terminal.locations.create(JAPAN).to_dict()
    assert location["address_kanji"]["town"] == "丸の内"
    assert location["address"]["country"] == location["address_kana"]["country"] == "JP"
    assert location["address"]["line1"] is None
    changed = api.terminal.locations.update(location["id"], {"address_kanji": {"line2": "2F"}})
    assert (changed.address_kanji.line2, changed.address_kanji.line1) == ("2F", "9-1")


@pytest.mark.parametrize(
    "change, param",
    [
        ({"address": ADDRESS}, "address"),
        ({"address_kana": None}, "address_kana"),
        ({"display_name_kana": None}, "display_name_kana"),
        ({"address_kanji": KANJI}, "address_kanji[postal_code]"),
        ({"address_kana": {**JAPAN["address_kana"], "country": "US"}}, "address_kana[country]"),
    ],
)
def test_a_location_in_japan_with_something_wrong(api, change, param):
    params = {key: value for key, value in {**JAPAN, **change}.items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.terminal.locations.create(params)
    assert caught.value.param == param


def test_no_plain_address_in_japan(api):
    place = {"display_name": "Shop", "address": {"line1": "9-1", "country": "JP"}}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.terminal.locations.create(place)
    assert caught.value.param == "address"
