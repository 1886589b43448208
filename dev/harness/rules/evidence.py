"""Evidence first: what Stripe said is kept, and an answer tells of its own request only."""

from .rule import Rule

ALONE = "a failing write does not undo what Stripe said"
KEYS = "no key is dropped while its request may still be carried out"

SUBJECTS = (ALONE, KEYS)

_CARRY = "models/pos_stripe_payment_carry.py"
_OUTCOME = '(status != 429 and not asked.get("lost"))'
_KEPT = "tests/test_evidence.py::TestEvidence::"
_PAUSES = _KEPT + "test_it_is_tried_again_with_growing_pauses_and_people_are_told_once"
_LATE = "tests/test_unanswered.py::TestLateRefund::"
_BACK = "tests/test_unanswered.py::TestLatePayment::"

RULES = (
    Rule(
        ALONE,
        "the runner carries over to Odoo's records after Stripe's word is committed",
        "runner.py",
        "(function(record), due_of(record)), model",
        "(function(record), [record._carry(step) for step in due_of(record)] and ()), model",
        ("tests/test_evidence_alone.py::TestEvidenceAlone::test_forced_payments",),
    ),
    Rule(
        ALONE,
        "one thing that fails in Odoo holds no other up",
        "consequences.py",
        "                failed[step] = error\n",
        "                failed[step] = error\n                break\n",
        (_KEPT + "test_a_refund_that_the_bank_sends_back",),
    ),
    Rule(
        ALONE,
        "what failed is tried again with growing pauses",
        "consequences.py",
        "return PAUSES[min(tries, len(PAUSES)) - 1]",
        "return PAUSES[0]",
        (_PAUSES,),
    ),
    Rule(
        ALONE,
        "after the third failure managers have an activity",
        _CARRY,
        "if tries == TELL_AFTER:",
        "if False:",
        (_PAUSES,),
    ),
    Rule(
        ALONE,
        "the row's form says what Odoo could not record, and why",
        _CARRY,
        "payment.carry_sentence = payment._is_unrecorded() and payment._carry_sentence()",
        'payment.carry_sentence = ""',
        (_KEPT + "test_what_raises_only_when_it_is_committed",),
    ),
    Rule(
        ALONE,
        "the closing comparison says it, too",
        "models/pos_stripe_comparison_messages.py",
        "        differences += self._tell_unrecorded()\n",
        "",
        (_KEPT + "test_the_closing_comparison_lists_it",),
    ),
    Rule(
        ALONE,
        "what a killed process did not do is done by the next",
        _CARRY,
        "        for row in due:\n            try:",
        "        for row in due[:0]:\n            try:",
        (_KEPT + "test_what_a_killed_process_did_not_do_is_done_by_the_next",),
    ),
    Rule(
        KEYS,
        "429 drops no key",
        "flows/unanswered.py",
        _OUTCOME,
        '(status == 429 or not asked.get("lost"))',
        (_LATE + "test_the_scene_of_the_report",),
    ),
    Rule(
        KEYS,
        "a 5xx drops none while an older request is unanswered",
        "flows/unanswered.py",
        _OUTCOME,
        '(status != 429 and (status >= 500 or not asked.get("lost")))',
        (_LATE + "test_the_scene_of_the_report",),
    ),
    Rule(
        KEYS,
        "a row stays unknown until its older request's time is over",
        "flows/unanswered.py",
        "IN_FLIGHT = timedelta(seconds=100)",
        "IN_FLIGHT = timedelta(0)",
        (_LATE + "test_until_its_time_is_over_nobody_says_that_it_failed",),
    ),
    Rule(
        KEYS,
        "the charge tells of a refund whose key Stripe has forgotten",
        "flows/refund.py",
        "refund = refund or self.connection.find_refund(charge)",
        "refund = refund or None",
        (_LATE + "test_a_key_that_stripe_has_forgotten_is_not_relied_upon",),
    ),
    Rule(
        KEYS,
        "a capture or an increment that may still be carried out is not taken for refused",
        "flows/tip.py",
        "            or self.flow.unanswered.is_in_flight(verb)\n",
        "",
        (
            "tests/test_unanswered.py::TestLateCapture::"
            "test_a_tip_that_may_still_be_taken_is_not_left_out",
        ),
    ),
    Rule(
        KEYS,
        "no card is asked for while a cancel of its payment hangs",
        "flows/payment.py",
        "canceling=self.unanswered.is_in_flight(settlement.CANCEL_INTENT)",
        "canceling=False",
        ("tests/test_unanswered.py::TestLateCancel::test_retry_while_a_cancel_hangs",),
    ),
    Rule(
        KEYS,
        "refunding a payment without an order is not taken for refused",
        "flows/payment.py",
        "        if self.unanswered.is_in_flight(verb):\n            return self.rest()\n",
        "",
        (_BACK + "test_what_may_still_be_refunded_is_not_told_as_refused",),
    ),
    Rule(
        KEYS,
        "what was refunded behind a 500, without an order, is not forgotten",
        "flows/payment.py",
        "        if own:\n",
        "        if False:\n",
        (_BACK + "test_refund_unattached__500__when_its_time_is_over",),
    ),
)
