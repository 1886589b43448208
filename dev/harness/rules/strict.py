"""As strict as the original: what Stripe refuses is not offered, and the simulator refuses it."""

from .rule import Rule

INTERAC = "a card is presented for a refund where it is Interac only"
JAPAN = "locations in Japan take address_kana and address_kanji"
TIP = "a tip is put on an order where it adds up with what was taken"
TEST = "the diagnosis takes the reader as a payment does"
SIMULATOR = "the simulator is as strict as Stripe"

SUBJECTS = (INTERAC, JAPAN, TIP, TEST, SIMULATOR)

_SIMULATOR = "dev/stripe_simulator/"
_SIMULATED = "dev/stripe_simulator/tests/"
_SHAPE = _SIMULATED + "test_response_shape.py::"
_NULL = _SHAPE + "test_null_where_stripe_says_null_and_nothing_where_it_says_nothing"

RULES = (
    Rule(
        INTERAC,
        "the till does not choose it",
        "models/pos_stripe_payment_refund.py",
        "on_reader=original._is_in_person(),",
        'on_reader=bool(line.get("on_reader")),',
        (
            "tests/test_refund_reader.py::TestRefundReader::"
            "test_other_cards_are_not_asked_for_whatever_a_till_wants",
        ),
    ),
    Rule(
        INTERAC,
        "the simulator's reader refuses other cards",
        _SIMULATOR + "refunding.py",
        "    if not is_interac(charge):\n",
        "    if False:\n",
        (_SIMULATED + "test_refunds.py::test_refund_on_the_reader_is_for_interac_only",),
    ),
    Rule(
        JAPAN,
        "a company in Japan is asked for both",
        "models/pos_stripe_location.py",
        "return company.country_id.code == JAPAN",
        "return False",
        ("tests/test_location.py::TestLocation::test_create_in_japan",),
    ),
    Rule(
        JAPAN,
        "the simulator refuses a plain address",
        _SIMULATOR + "resources/locations.py",
        'if params["address"]["country"] == JAPAN:',
        "if False:",
        (_SIMULATED + "test_readers_and_locations.py::test_no_plain_address_in_japan",),
    ),
    Rule(
        TIP,
        "a tip that the reader tells is cross-checked with the amount received",
        "flows/tip.py",
        "return tip if tip > 0 and row.amount_received == row.amount_minor + tip else 0",
        "return max(0, tip)",
        (
            "tests/test_tip_on_reader.py::TestTipAddsUp::"
            "test_a_tip_that_does_not_add_up_is_no_tip_but_told",
            "tests/test_tip_on_reader.py::TestTipAddsUp::"
            "test_a_tip_within_what_was_asked_for_is_no_tip",
        ),
    ),
    Rule(
        TEST,
        "it displays nothing before it has the reader",
        "wizards/pos_stripe_diagnosis_steps.py",
        "        self._take_reader()\n        if shown is not None:\n",
        "        if shown is not None:\n",
        (
            "tests/test_diagnosis.py::TestDiagnosis::"
            "test_no_display_on_a_reader_with_a_live_payment",
        ),
    ),
    Rule(
        TEST,
        "no payment takes a reader that is being tested",
        "models/pos_stripe_payment.py",
        "        if self._is_reader_tested():\n            return False\n",
        "",
        ("tests/test_diagnosis.py::TestDiagnosis::test_a_till_reads_that_the_reader_is_tested",),
    ),
    Rule(
        SIMULATOR,
        "it can carry a request out after the client's time limit",
        _SIMULATOR + "late.py",
        "            self._waiting.append((record, carry_out))\n",
        "            self._waiting.append((record, carry_out))\n        self._execute(record)\n",
        (_SIMULATED + "test_faults.py::test_late_with_tries_that_hang_too",),
    ),
    Rule(
        SIMULATOR,
        "the tries after it meet 409, 429 or 5xx",
        _SIMULATOR + "idempotency.py",
        'entry.get("meanwhile", 409)',
        "409",
        (_SIMULATED + "test_faults.py::test_late",),
    ),
    Rule(
        SIMULATOR,
        "managed_payments is there",
        _SIMULATOR + "resources/payment_intents.py",
        "        managed_payments=None,\n",
        "",
        (_NULL,),
    ),
    Rule(
        SIMULATOR,
        "payment_record is there",
        _SIMULATOR + "resources/payment_intents.py",
        "        payment_record=None,\n",
        "",
        (_NULL,),
    ),
    Rule(
        SIMULATOR,
        "customer_account is there",
        _SIMULATOR + "refunding.py",
        "        customer_account=None,\n",
        "",
        (_NULL,),
    ),
    Rule(
        SIMULATOR,
        "a reader's action has its api_error",
        _SIMULATOR + "resources/readers.py",
        '        "api_error": None,\n',
        "",
        (_NULL,),
    ),
    Rule(
        SIMULATOR,
        "a refund has no reason to wait or fail where Stripe leaves it out",
        _SIMULATOR + "refunding.py",
        "        receipt_number=None,\n",
        "        receipt_number=None,\n        failure_reason=None,\n        pending_reason=None,\n"
        "        next_action=None,\n",
        (_NULL,),
    ),
    Rule(
        SIMULATOR,
        "a charge has no wallet or time of capture where Stripe leaves it out",
        _SIMULATOR + "card_facts.py",
        '            "brand_product": None,\n',
        '            "brand_product": None,\n            "wallet": None,\n'
        '            "capture_before": None,\n',
        (_NULL,),
    ),
    Rule(
        SIMULATOR,
        "it refuses parameters with which it would do nothing",
        _SIMULATOR + "api.py",
        "if route.takes is not None and name not in route.takes:",
        "if False:",
        (_SIMULATED + "test_validation.py::test_what_would_do_nothing_is_refused",),
    ),
)
