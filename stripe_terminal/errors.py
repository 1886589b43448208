"""Everything that can go wrong with Stripe: one map from a code to its kind and its sentence.

A code is an error code of Stripe's API, a card's decline code, the failure code of a reader's
action, or one of our own. `Kind` is what the program acts on, the sentence is what the cashier
reads: what happened and what to do next. Follows Stripe's "Error codes", "Decline codes" and
"Handle errors" for Terminal.
"""

from enum import Enum

import stripe

from .scrub import scrub


class Kind(str, Enum):
    """What a problem means for the payment."""

    #: The card or its owner said no: the same intent can be tried again.
    declined = "declined"
    #: The reader is occupied: try again when it is free.
    busy = "busy"
    #: The reader or Stripe cannot take work now, and has not taken this.
    offline = "offline"
    #: What became of the payment cannot be told from this answer: read it at Stripe.
    ambiguous = "ambiguous"
    #: Somebody has to change a setting: key, reader, amount, account.
    misconfigured = "misconfigured"
    #: We asked for something wrong.
    bug = "bug"


class StripeProblem(Exception):
    """A call to Stripe that did not do what was asked.

    :ivar Kind kind: what to make of it
    :ivar str code: Stripe's error code, or one of ours (`connection_error`, `api_key_invalid`, …)
    :ivar str | None decline_code: why the card was declined
    :ivar str message: technical text for the log, without secrets
    :ivar str | None request_id: Stripe's `req_…`, for its dashboard and support
    :ivar int | None http_status: None when Stripe gave no answer
    :ivar str | None param: the parameter that Stripe complains about
    :ivar dict | None intent: the PaymentIntent that the answer carried, without secrets
    """

    def __init__(
        self,
        kind,
        code,
        message="",
        decline_code=None,
        request_id=None,
        http_status=None,
        param=None,
        intent=None,
    ):
        super().__init__(message)
        self.kind = kind
        self.code = code
        self.message = message
        self.decline_code = decline_code
        self.request_id = request_id
        self.http_status = http_status
        self.param = param
        self.intent = intent

    def __str__(self):
        about = [self.decline_code, self.http_status, self.request_id, self.message]
        return " ".join([self.code, *(str(part) for part in about if part)])

    @property
    def answered(self):
        """Whether Stripe's answer to this very request is known to be a refusal (4xx).

        * False: the answer was lost, or the server failed, or an earlier try with the same key is
          still running. The request may have been carried out: read back, or send again with the
          same idempotency key. (A 500 may be replayed under its key for a day: read back.)
        * True: a further try takes a new idempotency key. Nothing that this request asked for has
          happened, unless `kind` is `ambiguous` (the reader may have got it): then read first.
        """
        status = self.http_status
        return status is not None and 400 <= status < 500 and status != 409

    @property
    def is_unsent(self):
        """Whether Stripe never heard of the request: there is no key to make it with."""
        return self.http_status is None and self.kind != Kind.ambiguous

    @property
    def is_too_fast(self):
        """Whether Stripe refused to look at the request because the account asks too much."""
        return self.http_status == 429 and self.code == "rate_limit"

    @property
    def reason(self):
        """The most precise code that has a sentence, for `sentence` and the journal."""
        for code in (self.decline_code, self.code):
            if code in PROBLEMS:
                return code
        return "card_declined" if self.kind == Kind.declined else self.code


def kind_of(code):
    """Return the `Kind` of a code that Stripe or the reader gave, None for one not in the map."""
    return PROBLEMS[code][0] if code in PROBLEMS else None


def sentence(code, kind=None):
    """Return what to tell the cashier, in English, ready for `env._()`.

    :param str | None code: any code of the map; unknown ones get the sentence of their kind
    :param Kind | str | None kind: for codes that the map does not know
    """
    if code in PROBLEMS:
        return PROBLEMS[code][1]
    return BY_KIND[Kind(kind) if kind else Kind.bug]


def problem_from(error):
    """Return the `StripeProblem` for any exception of the Stripe SDK.

    :param stripe.StripeError error: as raised by the SDK, with or without an answer
    :rtype: StripeProblem
    """
    body = error.json_body if isinstance(error.json_body, dict) else {}
    details = body.get("error")
    # An answer that is not in Stripe's form comes from something in between, such as a proxy.
    is_answer = isinstance(details, dict)
    details = details if is_answer else {}
    kind, code = _kind_and_code(error, details, is_answer)
    return StripeProblem(
        kind,
        code,
        message=scrub(" ".join((error.user_message or "").split()))[:MAX_MESSAGE],
        decline_code=details.get("decline_code"),
        request_id=error.request_id,
        http_status=error.http_status if is_answer else None,
        param=details.get("param"),
        intent=scrub(details.get("payment_intent")),
    )


def _kind_and_code(error, details, is_answer):
    code = details.get("code")
    if isinstance(error, stripe.AuthenticationError):
        if not is_answer:
            return Kind.misconfigured, "no_secret_key"  # the SDK refused to send without a key
        return Kind.misconfigured, code or "api_key_invalid"
    if not is_answer:
        return Kind.ambiguous, "connection_error"
    if isinstance(error, stripe.PermissionError):
        return kind_of(code) or Kind.misconfigured, code or "permission_missing"
    if isinstance(error, stripe.RateLimitError):
        return kind_of(code) or Kind.offline, code or "rate_limit"
    if isinstance(error, stripe.IdempotencyError):
        return Kind.bug, code or "idempotency_error"
    if isinstance(error, stripe.CardError):
        return kind_of(code) or Kind.declined, code or "card_declined"
    if isinstance(error, stripe.InvalidRequestError):
        if not code and details.get("param") == "currency":
            code = "currency_unsupported"
        return kind_of(code) or Kind.bug, code or "invalid_request"
    # Server errors (5xx), 409 and whatever else Stripe may invent: nothing is certain.
    return Kind.ambiguous, code or "api_error"


def _(source):
    """Mark a sentence for Odoo's translation exporter; `env._()` translates it when shown."""
    return source


MAX_MESSAGE = 500  # characters

BY_KIND = {
    Kind.declined: _(
        "The card was declined and no reason was given. Ask for another card or another way to pay."
    ),
    Kind.busy: _("The card reader is busy. Wait until it is ready, then try again."),
    Kind.offline: _(
        "The card reader cannot take payments right now. "
        "Check that it is on and connected to the internet, then try again."
    ),
    Kind.ambiguous: _(
        "It is not known yet whether the card was charged. "
        "Do not charge it again before this is settled."
    ),
    Kind.misconfigured: _(
        "Card payments are not set up correctly. "
        "Ask a manager to check the payment method and the Stripe account."
    ),
    Kind.bug: _(
        "The card payment could not be started because of a technical problem. "
        "Try again, and if it happens again, tell a manager and choose another way to pay."
    ),
}

# (kind, sentence, codes)
_MAP = (
    # --- The bank says no. Codes that hint at fraud look like any decline: see Stripe's advice.
    (
        Kind.declined,
        BY_KIND[Kind.declined],
        """
        call_issuer card_declined do_not_honor do_not_try_again generic_decline
        no_action_taken not_permitted payment_intent_payment_attempt_failed
        refer_to_customer restricted_card revocation_of_all_authorizations
        revocation_of_authorization security_violation service_not_allowed
        stop_payment_order transaction_not_allowed fraudulent highest_risk_level lost_card
        merchant_blacklist pickup_card stolen_card
        """,
    ),
    (
        Kind.declined,
        _("The card was declined: insufficient funds. Ask for another card or another way to pay."),
        "insufficient_funds",
    ),
    (
        Kind.declined,
        _(
            "The card was declined: its limit is reached. "
            "Ask for another card or another way to pay."
        ),
        "card_velocity_exceeded charge_exceeds_source_limit withdrawal_count_limit_exceeded",
    ),
    (
        Kind.declined,
        _("The card was declined: it has expired. Ask for another card or another way to pay."),
        "expired_card expired_payment_method",
    ),
    (
        Kind.declined,
        _(
            "The card was declined: it cannot be used for this kind of purchase. "
            "Ask for another card or another way to pay."
        ),
        """
        card_not_supported invalid_card_type payment_intent_incompatible_payment_method
        payment_method_unsupported_type
        """,
    ),
    (
        Kind.declined,
        _(
            "The card was declined: it cannot pay in this currency. "
            "Ask for another card or another way to pay."
        ),
        "currency_not_supported payment_method_currency_mismatch",
    ),
    (
        Kind.declined,
        _(
            "The card was declined: its account is not valid or is closed. "
            "Ask for another card or another way to pay."
        ),
        "account_closed invalid_account new_account_information_available",
    ),
    (
        Kind.declined,
        _(
            "The card was declined: its details could not be read or are wrong. "
            "Insert the card again, or ask for another card."
        ),
        """
        incorrect_number invalid_number incorrect_address incorrect_cvc
        incorrect_postal_code incorrect_zip invalid_cvc invalid_expiry_month
        invalid_expiry_year
        """,
    ),
    (
        Kind.declined,
        _(
            "The card was declined: the same amount was just paid with the same card. "
            "Check whether that payment went through before you try again."
        ),
        "duplicate_transaction",
    ),
    (
        Kind.declined,
        _(
            "The bank does not accept this amount on this card. Check the amount, "
            "or ask for another card or another way to pay."
        ),
        "invalid_amount invalid_charge_amount",
    ),
    (
        Kind.declined,
        _("The PIN was wrong. Try again with the right PIN, or ask for another card."),
        "incorrect_pin invalid_pin",
    ),
    (
        Kind.declined,
        _("The PIN was wrong too often. Ask for another card or another way to pay."),
        "pin_try_exceeded",
    ),
    (
        Kind.declined,
        _(
            "The card needs its PIN. "
            "Try again: the customer inserts the card into the reader and enters the PIN."
        ),
        "offline_pin_required online_or_offline_pin_required",
    ),
    (
        Kind.declined,
        _(
            "The bank wants the customer to confirm the payment. Try again: the customer inserts "
            "the card and enters the PIN, or unlocks the phone before holding it to the reader."
        ),
        """
        approve_with_id authentication_not_handled authentication_required
        mobile_device_authentication_required
        """,
    ),
    (
        Kind.declined,
        _(
            "The bank could not be reached or could not handle the payment. "
            "Try again, or ask for another card or another way to pay."
        ),
        """
        issuer_not_available payment_method_provider_timeout processing_error
        reenter_transaction try_again_later
        """,
    ),
    (
        Kind.declined,
        _("This card was declined too often. Ask for another card or another way to pay."),
        "card_decline_rate_limit_exceeded",
    ),
    (
        Kind.declined,
        _(
            "A test card cannot pay real money, and a real card cannot pay in test mode. "
            "Use a card of the right kind."
        ),
        "live_mode_test_card test_mode_live_card testmode_decline",
    ),
    # --- At the reader.
    (
        Kind.declined,
        _("The customer canceled on the card reader. Try again, or choose another way to pay."),
        "customer_canceled",
    ),
    (
        Kind.declined,
        _("The card was taken out too early. Try again and leave it in until the reader says so."),
        "card_removed",
    ),
    (
        Kind.declined,
        _("No card was presented in time. Try again when the customer has the card ready."),
        "timeout",
    ),
    (
        Kind.declined,
        _("The card could not be read. Try again, insert the card, or ask for another card."),
        "card_read_error card_read_failed card_swipe_not_read card_insert_not_read",
    ),
    (
        Kind.declined,
        _("The payment was canceled. Nothing was charged."),
        "canceled",
    ),
    (
        Kind.busy,
        _(
            "The card reader is busy: it is still paying, updating, showing its settings, "
            "or has a card in it. Look at its screen, wait until it is ready, then try again."
        ),
        "terminal_reader_busy",
    ),
    (
        Kind.busy,
        _(
            "The card reader is busy with a payment of another till. "
            "Wait until that one is finished, or choose another reader."
        ),
        "reader_leased",
    ),
    (
        Kind.busy,
        _(
            "The card reader is being tested, from Odoo's settings. "
            "Wait until the test is over, a minute at most, then try again."
        ),
        "reader_tested",
    ),
    (
        Kind.busy,
        _("This payment is being worked on already. Wait a moment, then try again."),
        "lock_timeout",
    ),
    (
        Kind.offline,
        _(
            "The card reader does not answer. Check that it is on, charged and connected to the "
            "internet, then try again."
        ),
        "terminal_reader_offline",
    ),
    (
        Kind.offline,
        _(
            "The card reader reports a fault. Restart it and try again; "
            "if it happens again, use another reader or another way to pay."
        ),
        "terminal_reader_hardware_fault",
    ),
    (
        Kind.offline,
        _(
            "The payment did not reach the card reader. Nothing was charged. "
            "Check that the reader is on and connected to the internet, then try again."
        ),
        "not_sent",
    ),
    (
        Kind.busy,
        _(
            "Another payment took over the card reader before a card was presented. "
            "Wait until the reader is ready, then try again."
        ),
        "reader_replaced",
    ),
    (
        Kind.offline,
        _("Too many requests were sent to Stripe at once. Wait a few seconds, then try again."),
        "rate_limit payment_intent_rate_limit_exceeded",
    ),
    # --- Between a till's browser and the reader.
    (
        Kind.busy,
        _(
            "The card reader is in use by another till or program. Wait until it is free, "
            "or take it over."
        ),
        "reader_in_use",
    ),
    (
        Kind.offline,
        _(
            "The connection between this till and the card reader was lost. Check that the reader "
            "is on and in the same network as the till, then try again."
        ),
        "network_error network_timeout no_established_connection reader_disconnected",
    ),
    (
        Kind.offline,
        _(
            "This till does not find the card reader. Check that it is on, connected to the "
            "internet and in the same network as the till, then try again."
        ),
        "reader_not_found",
    ),
    (
        Kind.offline,
        _(
            "The card reader stopped the payment. Look at its screen, restart it if it asks for "
            "that, then try again."
        ),
        "reader_error command_already_in_progress",
    ),
    (
        Kind.misconfigured,
        _("The card reader needs an update. Install it in the reader's settings, then try again."),
        "invalid_reader_version",
    ),
    (
        Kind.misconfigured,
        _(
            "Stripe gave this till no access to the card reader. Try again, "
            "and if it happens again, ask a manager to check the Stripe key."
        ),
        "failed_fetch_connection_token",
    ),
    (
        Kind.offline,
        _(
            "This till's browser could not load Stripe's script (js.stripe.com). Check the "
            "internet connection, and that no ad blocker or firewall blocks it, then try again."
        ),
        "script_blocked",
    ),
    # --- Nobody knows yet.
    (
        Kind.ambiguous,
        _(
            "The connection was lost, so it is not known yet whether the card was charged. "
            "Check the internet connection and look at the card reader's screen."
        ),
        "connection_error",
    ),
    (
        Kind.ambiguous,
        _(
            "The card reader did not answer in time, but may have received the payment. "
            "Look at its screen before you try again."
        ),
        "terminal_reader_timeout",
    ),
    (
        Kind.ambiguous,
        _("Stripe has a technical problem. It is not known yet whether the card was charged."),
        "api_error idempotency_key_in_use",
    ),
    (
        Kind.offline,
        _(
            "Stripe had a technical problem, and the card was not charged. "
            "Try again, or choose another way to pay."
        ),
        "stripe_error",
    ),
    (
        Kind.ambiguous,
        _("The payment has changed at Stripe in the meantime. Its state is being checked."),
        """
        capture_charge_authorization_expired charge_already_captured
        charge_expired_for_capture intent_invalid_state payment_intent_unexpected_state
        """,
    ),
    # --- The amount.
    (
        Kind.misconfigured,
        _(
            "The amount is too small to be paid by card. "
            "Choose another way to pay, or add something to the order."
        ),
        "amount_too_small",
    ),
    (
        Kind.misconfigured,
        _("The amount is too large for one card payment. Split it over several payments."),
        "amount_too_large charge_exceeds_transaction_limit",
    ),
    (
        Kind.misconfigured,
        _("This amount cannot be charged to a card in this currency. Change the amount."),
        "amount_not_exact",
    ),
    # --- The customer.
    (
        Kind.misconfigured,
        _(
            "Stripe does not accept the customer's email address. "
            "Correct it, or take the customer off the order, then try again."
        ),
        "email_invalid",
    ),
    # --- Set-up.
    (
        Kind.misconfigured,
        _(
            "Stripe cannot charge cards in this currency for this account. "
            "Ask a manager to check the currency of the register's sales journal."
        ),
        "currency_unsupported",
    ),
    (
        Kind.misconfigured,
        _(
            "There is no Stripe payment provider for this company. "
            "Ask a manager to set one up and to enter its secret key."
        ),
        "no_provider",
    ),
    (
        Kind.misconfigured,
        _(
            "The Stripe payment provider has no secret key. "
            "Ask a manager to enter it in the payment provider."
        ),
        "no_secret_key secret_key_required",
    ),
    (
        Kind.misconfigured,
        _(
            "The value entered as the Stripe secret key is not a secret key. Ask a manager to "
            "copy the key again from Stripe's dashboard."
        ),
        "key_is_publishable key_is_webhook_secret key_is_incomplete",
    ),
    (
        Kind.misconfigured,
        _(
            "Stripe does not accept the secret key. "
            "Ask a manager to copy it again from Stripe's dashboard to the payment provider."
        ),
        "api_key_invalid",
    ),
    (
        Kind.misconfigured,
        _(
            "The secret key has expired or was replaced. "
            "Ask a manager to copy the new one from Stripe's dashboard to the payment provider."
        ),
        "api_key_expired platform_api_key_expired",
    ),
    (
        Kind.misconfigured,
        _(
            "The Stripe key lacks a permission that card payments need. "
            "Ask a manager to add it to the key in Stripe's dashboard."
        ),
        "more_permissions_required permission_missing",
    ),
    (
        Kind.misconfigured,
        _(
            "The Stripe account does not know this card reader. Ask a manager to check the serial "
            "number of the payment method and that the reader is registered in the account."
        ),
        "reader_unknown",
    ),
    (
        Kind.misconfigured,
        _(
            "The Stripe account does not know this card reader or payment. Ask a manager to check "
            "that the reader and the key belong to the same account."
        ),
        "resource_missing",
    ),
    (
        Kind.misconfigured,
        _(
            "The card reader and the Stripe key do not belong together: one is for tests, the "
            "other for real payments. Ask a manager to check the key and the reader."
        ),
        "livemode_mismatch",
    ),
    (
        Kind.misconfigured,
        _(
            "The Stripe account cannot take real payments yet. "
            "Ask a manager to finish its activation in Stripe's dashboard."
        ),
        "account_invalid capability_not_active testmode_charges_only",
    ),
    (
        Kind.misconfigured,
        _(
            "The card reader cannot take this payment where it is registered. "
            "Ask a manager to check the reader's location and the currency."
        ),
        """
        terminal_location_country_unsupported
        terminal_reader_invalid_location_for_activation
        terminal_reader_invalid_location_for_payment
        """,
    ),
    # --- Refunds.
    (
        Kind.declined,
        _("This card payment is fully refunded already."),
        "charge_already_refunded",
    ),
    (
        Kind.declined,
        _("The customer has disputed this payment at the bank, so it cannot be refunded."),
        "charge_disputed refund_disputed_payment",
    ),
    (
        Kind.misconfigured,
        _("The shop's balance at Stripe is too low. Ask a manager to look at Stripe's dashboard."),
        "balance_insufficient",
    ),
    (
        Kind.declined,
        _(
            "More was asked for than is left of this card payment. Enter less, and refund the "
            "rest in another way."
        ),
        "refund_exceeds",
    ),
    (
        Kind.declined,
        _("The bank sent the refund back: the card is no longer valid. Refund it in another way."),
        "refund_expired_or_canceled_card refund_lost_or_stolen_card",
    ),
    (
        Kind.declined,
        _(
            "The refund was not carried out. Refund the money in another way, or ask Stripe for "
            "the reason."
        ),
        """
        refund_charge_for_pending_refund_disputed refund_declined refund_insufficient_funds
        refund_merchant_request refund_unknown charge_not_refundable
        """,
    ),
    (
        Kind.declined,
        _("This card was not the one that paid. Ask for the card of the payment, then retry."),
        "refund_wrong_card",
    ),
    (
        Kind.busy,
        _(
            "Another register is refunding this payment. Wait until that is done, then try again "
            "if something is left."
        ),
        "refund_elsewhere",
    ),
    (
        Kind.misconfigured,
        _("Choose the card payment to refund, then refund it."),
        "refund_without_original",
    ),
    (
        Kind.misconfigured,
        _(
            "This payment was made with another Stripe addon. A manager has to adopt it first: "
            "in the backend, on the order, tab Payments, “Adopt Stripe Payment”."
        ),
        "refund_not_adopted",
    ),
    (
        Kind.misconfigured,
        _("The payment was made in another currency, so it cannot be refunded here."),
        "refund_other_currency",
    ),
    (
        Kind.declined,
        _(
            "The card was not charged yet for this payment, so there is nothing to refund. Try "
            "again after the session with that sale is closed."
        ),
        "refund_not_captured",
    ),
    (
        Kind.misconfigured,
        _(
            "The Stripe account does not know this payment: it was made with another account, or "
            "with a test key. Refund it in that account's dashboard."
        ),
        "refund_not_found",
    ),
    # --- Ours.
    (
        Kind.misconfigured,
        _("Only an amount above zero can be paid by card."),
        "amount_not_positive",
    ),
    (
        Kind.misconfigured,
        _("This is more than what is left to pay. Nothing was sent to the reader."),
        "amount_above_due",
    ),
    (
        Kind.misconfigured,
        _("This order is paid already. Nothing was sent to the reader."),
        "order_paid",
    ),
    (
        Kind.misconfigured,
        _("This order was canceled. Nothing was sent to the reader."),
        "order_canceled",
    ),
    (
        Kind.misconfigured,
        _("This order is paid by card already. Nothing was sent to the reader."),
        "order_covered",
    ),
    (
        Kind.misconfigured,
        _("A payment of about this amount may be in progress already. Press Retry to ask anyway."),
        "payment_on_its_way",
    ),
    (
        Kind.bug,
        BY_KIND[Kind.bug],
        """
        idempotency_error invalid_request parameter_invalid_empty parameter_invalid_integer
        parameter_invalid_string_blank parameter_invalid_string_empty parameter_missing
        parameter_unknown parameters_exclusive payment_intent_invalid_parameter url_invalid
        """,
    ),
)

PROBLEMS = {code: (kind, text) for kind, text, codes in _MAP for code in codes.split()}
