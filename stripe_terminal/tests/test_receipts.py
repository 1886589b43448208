"""A slip shows what the charge says, in order, and leaves out what the card does not have."""

import pytest

from stripe_terminal.receipts import brand_name, card_name, slip_rows

CHIP = {
    "card_read_method": "contact_emv",
    "auth_code": "654321",
    "emv_receipt": {
        "account_type": "savings",
        "application_cryptogram": "A1B2C3D4E5F60718",
        "application_preferred_name": "Interac",
        "authorization_code": "654321",
        "authorization_response_code": "3030",
        "cardholder_verification_method": "online_pin",
        "dedicated_file_name": "A0000002771010",
        "terminal_verification_results": "0000008000",
        "transaction_status_information": "6800",
    },
}


def test_all_that_the_charge_says():
    assert slip_rows(CHIP) == [
        ("Entry", "Chip"),
        ("Account", "Savings"),
        ("Application", "Interac"),
        ("AID", "A0000002771010"),
        ("Verified by", "PIN"),
        ("Auth. code", "654321"),
        ("Response code", "3030"),
        ("Cryptogram", "A1B2C3D4E5F60718"),
        ("TVR", "0000008000"),
        ("TSI", "6800"),
    ]


def test_a_swiped_card_has_no_chip():
    facts = {"card_read_method": "magnetic_stripe_track2", "auth_code": "1", "emv_receipt": False}
    assert slip_rows(facts) == [("Entry", "Swiped"), ("Auth. code", "1")]


def test_nothing_is_known():
    assert slip_rows({}) == []


def test_what_stripe_may_add_is_printed_as_it_is():
    facts = {**CHIP, "card_read_method": "retina"}
    facts["emv_receipt"] = {"account_type": "gold", "cardholder_verification_method": "dance"}
    assert slip_rows(facts)[:2] == [("Entry", "retina"), ("Account", "gold")]
    assert "Verified by" not in dict(slip_rows(facts))


@pytest.mark.parametrize("name", ["account_type", "application_preferred_name"])
def test_one_field_more_or_less(name):
    receipt = {key: value for key, value in CHIP["emv_receipt"].items() if key != name}
    assert len(slip_rows({**CHIP, "emv_receipt": receipt})) == len(slip_rows(CHIP)) - 1


@pytest.mark.parametrize(
    ("brand", "name"),
    [
        ("visa", "Visa"),
        ("amex", "American Express"),
        ("jcb", "JCB"),
        ("eftpos_au", "eftpos"),
        ("interac", "Interac"),
        (None, ""),
    ],
)
def test_brand_name(brand, name):
    assert brand_name(brand) == name


def test_card_name():
    assert card_name("visa", "4242") == "Visa **** 4242"
    assert card_name("visa", "4242", "visa") == "Visa **** 4242"
    assert card_name("visa", "0001", "eftpos_au") == "Visa (eftpos) **** 0001"
    assert card_name("visa", "0001", "unknown") == "Visa **** 0001"
    assert card_name("eftpos_au", "0978", "eftpos_au") == "eftpos **** 0978"
    assert card_name("amex", "0005", mask="") == "American Express 0005"
    assert card_name(None, None, mask="") == ""
