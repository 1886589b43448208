"""What a code of `errors.py` means for a refund, and what the cashier reads.

The same code says something else in each direction: `insufficient_funds` is the customer's account
when a card pays, and the shop's balance at Stripe when it is refunded. What concerns only readers,
keys and set-up reads the same, and is not repeated here.
See https://docs.stripe.com/refunds#failed-refunds and https://docs.stripe.com/error-codes
"""

from .errors import PROBLEMS, Kind, kind_of


def _(source):
    """Mark a sentence for Odoo's translation exporter; `env._()` translates it when shown."""
    return source


BY_KIND = {
    Kind.declined: _(
        "The bank or the card network did not accept the refund. Refund the money in another way."
    ),
    Kind.busy: _("The card reader is busy. Wait until it is ready, then try again."),
    Kind.offline: _("The refund was not made. Wait a moment, then try again."),
    Kind.ambiguous: _(
        "It is not known yet whether the refund was made. "
        "Do not refund the money in another way before this is settled."
    ),
    Kind.misconfigured: _(
        "Card refunds are not set up correctly. "
        "Ask a manager to check the payment method and the Stripe account."
    ),
    Kind.bug: _(
        "The refund was not made because of a technical problem. "
        "Try again, and if it happens again, tell a manager and refund the money in another way."
    ),
}
BALANCE_TOO_LOW = _(
    "The refund was not made: the shop's balance at Stripe is too low. Ask a manager to add to it "
    "in Stripe's dashboard and try again, or refund the money in another way."
)
DISPUTED = _(
    "The customer has disputed this payment at the bank, so it cannot be refunded: the bank "
    "decides who gets the money. Do not refund it in another way; tell a manager."
)
CHANGED = _("The payment has changed at Stripe in the meantime. What can be refunded is checked.")

# (kind, sentence, codes)
_MAP = (
    # --- The shop's account, and the payment that is refunded.
    (
        Kind.misconfigured,
        BALANCE_TOO_LOW,
        "balance_insufficient insufficient_funds refund_insufficient_funds",
    ),
    (
        Kind.declined,
        DISPUTED,
        "charge_disputed refund_charge_for_pending_refund_disputed refund_disputed_payment",
    ),
    (
        Kind.ambiguous,
        CHANGED,
        """
        capture_charge_authorization_expired charge_already_captured charge_expired_for_capture
        intent_invalid_state payment_intent_unexpected_state
        """,
    ),
    (
        Kind.misconfigured,
        _("This amount cannot be refunded to a card. Change the amount."),
        """
        amount_not_exact amount_not_positive amount_too_large amount_too_small
        charge_exceeds_transaction_limit invalid_amount invalid_charge_amount
        """,
    ),
    (
        Kind.misconfigured,
        _(
            "The Stripe account does not know this payment or card reader: it was made with "
            "another account, or with a test key. Refund it in that account's dashboard."
        ),
        "resource_missing",
    ),
    # --- The card, where it has to be presented.
    (
        Kind.declined,
        _("The PIN was wrong. Try again with the right PIN."),
        "incorrect_pin invalid_pin",
    ),
    (
        Kind.declined,
        _("The PIN was wrong too often. Refund the money in another way."),
        "pin_try_exceeded",
    ),
    (
        Kind.declined,
        _(
            "The card needs its PIN. "
            "Try again: the customer inserts the card into the reader and enters the PIN."
        ),
        """
        approve_with_id authentication_not_handled authentication_required
        mobile_device_authentication_required offline_pin_required online_or_offline_pin_required
        """,
    ),
    (
        Kind.declined,
        _(
            "The bank could not be reached or could not handle the refund. "
            "Try again, or refund the money in another way."
        ),
        """
        issuer_not_available payment_method_provider_timeout processing_error
        reenter_transaction try_again_later
        """,
    ),
    (
        Kind.declined,
        _("The card could not be read. Try again, or insert the card."),
        """
        card_insert_not_read card_read_error card_read_failed card_swipe_not_read
        incorrect_number invalid_number
        """,
    ),
    (
        Kind.declined,
        _("This card was not the one that paid. Ask for the card of the payment, then retry."),
        "invalid_card_type",
    ),
    (
        Kind.declined,
        _(
            "The customer canceled the refund on the card reader. "
            "Try again, or refund the money in another way."
        ),
        "customer_canceled",
    ),
    (Kind.declined, _("The refund was canceled. Nothing was refunded."), "canceled"),
    # --- The reader and the network.
    (
        Kind.busy,
        _("Another refund or payment has the card reader. Wait until it is finished."),
        "reader_leased reader_replaced",
    ),
    (
        Kind.busy,
        _("This payment is being worked on already. Wait a moment, then try again."),
        "lock_timeout",
    ),
    (
        Kind.offline,
        _(
            "The refund did not reach the card reader. Nothing was refunded. "
            "Check that the reader is on and connected to the internet, then try again."
        ),
        "not_sent",
    ),
    (
        Kind.offline,
        _(
            "The card reader reports a fault. Restart it and try again; "
            "if it happens again, use another reader or refund the money in another way."
        ),
        "terminal_reader_hardware_fault",
    ),
    (
        Kind.offline,
        _("The card reader stopped the refund. Look at its screen, then try again."),
        "command_already_in_progress reader_error",
    ),
    (
        Kind.offline,
        _("Stripe had a technical problem, and the refund was not made. Try again."),
        "stripe_error",
    ),
    (
        Kind.ambiguous,
        _(
            "The connection was lost, so it is not known yet whether the refund was made. "
            "Check the internet connection."
        ),
        "connection_error",
    ),
    (
        Kind.ambiguous,
        _(
            "The card reader did not answer in time, but may have received the refund. "
            "Look at its screen before you try again."
        ),
        "terminal_reader_timeout",
    ),
    (
        Kind.ambiguous,
        _("Stripe has a technical problem. It is not known yet whether the refund was made."),
        "api_error idempotency_key_in_use",
    ),
    # --- The account.
    (
        Kind.misconfigured,
        _("Stripe does not refund in this currency for this account. Ask a manager to check it."),
        "currency_unsupported",
    ),
    (
        Kind.misconfigured,
        _(
            "The Stripe account cannot make refunds now. "
            "Ask a manager to look at it in Stripe's dashboard."
        ),
        "account_invalid capability_not_active testmode_charges_only",
    ),
    (
        Kind.misconfigured,
        _(
            "The card reader cannot make this refund where it is registered. "
            "Ask a manager to check the reader's location and the currency."
        ),
        """
        terminal_location_country_unsupported terminal_reader_invalid_location_for_activation
        terminal_reader_invalid_location_for_payment
        """,
    ),
    (
        Kind.misconfigured,
        _(
            "The Stripe key lacks a permission that refunds need. "
            "Ask a manager to add it to the key in Stripe's dashboard."
        ),
        "more_permissions_required permission_missing",
    ),
)
PROBLEMS_OF_REFUNDS = {code: (kind, text) for kind, text, codes in _MAP for code in codes.split()}
# These kinds are about the reader, the key or the set-up, whichever way the money goes.
ALIKE = (Kind.busy, Kind.offline, Kind.misconfigured)


def refund_kind_of(code):
    """Return the `Kind` of a code that a refund met, None for one that no map knows."""
    return PROBLEMS_OF_REFUNDS[code][0] if code in PROBLEMS_OF_REFUNDS else kind_of(code)


def refund_sentence(code, kind=None):
    """Return what to tell the cashier of a refund, in English, ready for `env._()`.

    :param str | None code: any code of Stripe's, of a reader or of ours
    :param Kind | str | None kind: for codes that the maps do not know
    """
    if code in PROBLEMS_OF_REFUNDS:
        return PROBLEMS_OF_REFUNDS[code][1]
    known, text = PROBLEMS.get(code, (None, None))
    if known in ALIKE or (known and "refund" in code):
        return text
    return BY_KIND[known or (Kind(kind) if kind else Kind.bug)]
