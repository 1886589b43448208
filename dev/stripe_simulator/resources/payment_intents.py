"""PaymentIntents: https://docs.stripe.com/api/payment_intents."""

import re

from .. import ids, money, payments, versions
from ..errors import invalid
from ..metadata import merge
from ..pagination import PAGES, created_matches, page
from ..routing import route

URL = "/v1/payment_intents"
NAME = "payment_intent"
IN_PERSON = ("card_present", "interac_present")
PLAIN = (
    "description",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
# What can still be changed when the money has moved.
ALWAYS_CHANGEABLE = frozenset(["description", "metadata", "receipt_email", "shipping"])
TYPE_PARAMS = frozenset(
    [versions.NAME, versions.OLD_NAME, "payment_method_options", "capture_method"]
)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
UPDATE_TAKES = " ".join(["amount currency metadata", *PLAIN, *TYPE_PARAMS])
CREATE_TAKES = f"confirm {UPDATE_TAKES}"
UNPAID = ("requires_payment_method", "requires_confirmation", "requires_action")


@route("POST", URL, NAME, "_payment_intent_create_params", NAME, takes=CREATE_TAKES)
def create(call):
    """Create a PaymentIntent; confirming is the reader's business, so `confirm` is refused."""
    params = call.params
    if params.get("confirm"):
        raise invalid("The simulator confirms PaymentIntents on readers only.", param="confirm")
    currency = money.check_currency(params["currency"])
    money.check_amount(params["amount"], currency)
    _check_email(params)
    intent = call.environment.new(NAME)
    intent.update(
        amount=params["amount"],
        amount_capturable=0,
        amount_details={"tip": {}},
        amount_received=0,
        application=None,
        application_fee_amount=None,
        automatic_payment_methods=None,
        canceled_at=None,
        cancellation_reason=None,
        capture_method=params.get("capture_method", versions.default_capture_method(call.version)),
        client_secret=ids.new_client_secret(intent["id"]),
        confirmation_method="automatic",
        currency=currency,
        customer=None,
        customer_account=None,
        excluded_payment_method_types=None,
        last_payment_error=None,
        managed_payments=None,
        latest_charge=None,
        metadata=merge({}, params.get("metadata")),
        next_action=None,
        on_behalf_of=None,
        payment_method=None,
        payment_method_configuration_details=None,
        payment_method_options={},
        payment_record=None,
        processing=None,
        review=None,
        source=None,
        status="requires_payment_method",
        transfer_data=None,
        **{name: params.get(name) for name in PLAIN},
    )
    _set_types(call, intent)
    call.environment.add(intent)
    call.emit("payment_intent.created", intent)
    return intent


@route("GET", URL, NAME, "_payment_intent_list_params", NAME, takes=f"created {PAGES}")
def list_all(call):
    """List the PaymentIntents."""
    params = call.params
    intents = [
        intent
        for intent in call.environment.all(NAME)
        if created_matches(intent, params.get("created"))
    ]
    return page(call, intents, URL)


@route("GET", f"{URL}/<intent_id>", NAME, "_payment_intent_retrieve_params", NAME, takes="")
def retrieve(call, intent_id):
    """Return a PaymentIntent."""
    return call.environment.get(NAME, intent_id, "intent")


@route(
    "POST",
    f"{URL}/<intent_id>",
    NAME,
    "_payment_intent_update_params",
    NAME,
    takes=UPDATE_TAKES,
)
def update(call, intent_id):
    """Change a PaymentIntent; amount, currency and types only while it is unpaid."""
    intent = call.environment.get(NAME, intent_id, "intent")
    params = call.params
    payments.check_not_authorizing(call.environment, intent)
    _check_changeable(call, intent)
    _check_email(params)
    draft = call.simulator.copy(intent)  # an update that is refused changes nothing
    draft["currency"] = money.check_currency(params.get("currency") or intent["currency"])
    if "amount" in params or "currency" in params:
        money.check_amount(params.get("amount", intent["amount"]), draft["currency"])
    for name in ("amount", "capture_method"):
        if name in params:
            draft[name] = params[name]
    for name in PLAIN:
        if name in params:
            draft[name] = params[name] or None
    if "metadata" in params:
        draft["metadata"] = merge(intent["metadata"], params["metadata"])
    if TYPE_PARAMS & set(params):
        _set_types(call, draft)
    intent.update(draft)
    return intent


@route(
    "POST",
    f"{URL}/<intent_id>/capture",
    NAME,
    "_payment_intent_capture_params",
    NAME,
    takes="amount_to_capture metadata",
)
def capture(call, intent_id):
    """Capture an authorized PaymentIntent: all, a part, or more where that is supported."""
    intent = call.environment.get(NAME, intent_id, "intent")
    params = call.params
    payments.capture(call.environment, intent, params.get("amount_to_capture"), call)
    if "metadata" in params:
        intent["metadata"] = merge(intent["metadata"], params["metadata"])
    return intent


@route(
    "POST",
    f"{URL}/<intent_id>/increment_authorization",
    NAME,
    "_payment_intent_increment_authorization_params",
    NAME,
    takes="amount",
)
def increment_authorization(call, intent_id):
    """Authorize more for an authorized PaymentIntent."""
    intent = call.environment.get(NAME, intent_id, "intent")
    payments.increment(call.environment, intent, call.params["amount"], call)
    return intent


@route("POST", f"{URL}/<intent_id>/cancel", NAME, "_payment_intent_cancel_params", NAME)
def cancel(call, intent_id):
    """Cancel a PaymentIntent that is not paid."""
    intent = call.environment.get(NAME, intent_id, "intent")
    payments.cancel(call.environment, intent, call.params.get("cancellation_reason"), call)
    return intent


def _check_changeable(call, intent):
    changes = set(call.params)
    if intent["status"] in UNPAID:
        return
    if intent["status"] == "canceled" or changes - ALWAYS_CHANGEABLE:
        raise payments.unexpected_state(
            call.environment,
            intent,
            f"This PaymentIntent's {', '.join(sorted(changes)) or 'values'} could not be updated "
            f"because it has a status of {intent['status']}.",
        )


def _set_types(call, intent):
    """Set which methods an intent accepts, and their options."""
    params = call.params
    wanted = params.get(versions.NAME, params.get(versions.OLD_NAME))
    if wanted is None and "payment_method_types" not in intent:
        intent.update(
            allowed_payment_method_types=None,
            automatic_payment_methods={"allow_redirects": "always", "enabled": True},
            payment_method_types=["card", "link"],
        )
    elif wanted is not None:
        types = [name for name in wanted if _is_possible(call, intent, name)]
        if not types or (versions.OLD_NAME in params and len(types) < len(wanted)):
            param = versions.OLD_NAME if versions.OLD_NAME in params else versions.NAME
            raise invalid(
                f"These payment method types cannot be used with {intent['currency']} by this "
                f"account: {', '.join(wanted)}.",
                "payment_intent_invalid_parameter",
                param,
            )
        intent.update(
            allowed_payment_method_types=list(wanted),
            automatic_payment_methods=None,
            payment_method_types=types,
        )
    _set_options(intent, params.get("payment_method_options") or {})
    _check_capture(intent)


def _is_possible(call, intent, method_type):
    return method_type != "interac_present" or (
        call.account.country == "CA" and intent["currency"] == "cad"
    )


def _set_options(intent, wanted):
    known = intent["payment_method_options"] or {}
    options = {}
    if "card_present" in intent["payment_method_types"]:
        options["card_present"] = {
            "request_extended_authorization": False,
            "request_incremental_authorization_support": False,
            **known.get("card_present", {}),
            **(wanted.get("card_present") or {}),
        }
    if "interac_present" in intent["payment_method_types"]:
        options["interac_present"] = {}
    intent["payment_method_options"] = options


def _check_email(params):
    email = params.get("receipt_email")
    if email and not EMAIL.fullmatch(email):
        raise invalid(f"Invalid email address: {email}", "email_invalid", "receipt_email")


def _check_capture(intent):
    in_person = (intent["payment_method_options"] or {}).get("card_present") or {}
    manual = in_person.get("capture_method") or intent["capture_method"]
    if "interac_present" in intent["payment_method_types"] and manual == "manual":
        raise invalid(
            "interac_present cannot be captured later: use capture_method automatic, or "
            "payment_method_options[card_present][capture_method] manual_preferred.",
            "payment_intent_invalid_parameter",
            "capture_method",
        )
