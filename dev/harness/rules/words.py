"""What people are told: declines, old failures, and what a closing finds."""

from .rule import Rule

DECLINES = "Stripe's trouble is not called a decline, in either direction of money"
OLD_FAILURE = "what an earlier try left is not the result of this one"
CLOSING = "the closing counts what was refunded, and names an edited payment"

SUBJECTS = (DECLINES, OLD_FAILURE, CLOSING)

_SENTENCES = "stripe_terminal/tests/test_refund_errors.py::"
_REFUNDS = "tests/test_refund_closing.py::TestRefundClosing::"

RULES = (
    Rule(
        DECLINES,
        "only a card error is a decline",
        "stripe_terminal/reading.py",
        'if error.get("type", "card_error") == "card_error":',
        "if True:",
        (_SENTENCES + "test_last_payment_errors",),
    ),
    Rule(
        DECLINES,
        "an error without a code from Stripe's server proves nothing",
        "stripe_terminal/errors.py",
        '    return Kind.ambiguous, code or "api_error"\n',
        '    return Kind.declined, code or "card_declined"\n',
        (_SENTENCES + "test_unknown_answers",),
    ),
    Rule(
        DECLINES,
        "a reader that gives no reason declines nothing",
        "stripe_terminal/reading.py",
        'return code if code in PROBLEMS else "reader_error"',
        'return code if code in PROBLEMS else "card_declined"',
        (_SENTENCES + "test_a_reader_that_gives_no_reason_declines_nothing",),
    ),
    Rule(
        DECLINES,
        "refunds have a map of their own",
        "stripe_terminal/refund_errors.py",
        "    if code in PROBLEMS_OF_REFUNDS:\n        return PROBLEMS_OF_REFUNDS[code][1]\n",
        "",
        (_SENTENCES + "test_what_refunds_meet",),
    ),
    Rule(
        OLD_FAILURE,
        "a payment's failed action that is older than the try",
        "flows/failure.py",
        "    if _is_past(row, values, mark):\n",
        "    if False:\n",
        (
            "tests/test_old_failure.py::TestOldFailure::test_the_reader_is_in_trouble_at_retry",
            "tests/test_old_failure.py::TestOldRefundFailure::"
            "test_the_reader_is_in_trouble_at_retry",
        ),
    ),
    Rule(
        CLOSING,
        "a refund in the dashboard was made",
        "stripe_terminal/closing.py",
        "elif origin and _shows_all(origin):",
        "elif False:",
        (_REFUNDS + "test_a_part_that_was_refunded_in_the_dashboard",),
    ),
    Rule(
        CLOSING,
        "it counts with our metadata, too",
        "stripe_terminal/closing.py",
        "    explained = {row.intent for row in others}\n",
        "    explained = {row.intent for row in others}\n"
        "    explained |= {one.id for one in intents.values() if one.payment and one.line_uuid}\n",
        (
            _REFUNDS + "test_a_whole_that_was_refunded_in_the_dashboard_with_our_metadata",
            _REFUNDS + "test_a_copy_of_the_shops_own_refund_counts",
        ),
    ),
    Rule(
        CLOSING,
        "what the journal shows already counts",
        "stripe_terminal/closing.py",
        "return row.recorded and not row.taken_back\n",
        "return row.recorded and not row.taken_back and row.state != PAID\n",
        (_REFUNDS + "test_a_refund_that_the_journal_shows_already",),
    ),
    Rule(
        CLOSING,
        "an edited payment reads how its order records it",
        "models/pos_stripe_comparison_sides.py",
        'return ", ".join(edited.payment_method_id.mapped("name"))',
        'return ""',
        (
            "tests/test_closing.py::TestClosing::test_a_card_payment_that_was_changed_to_cash",
            _REFUNDS + "test_a_refund_that_was_changed_to_cash",
        ),
    ),
)
