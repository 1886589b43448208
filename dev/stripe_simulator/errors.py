"""Errors in the shape that Stripe answers them (page "Errors" of Stripe's API reference)."""

DOC_URL = "https://docs.stripe.com/error-codes/"


class SimulatorError(Exception):
    """The simulator was asked for something senseless, such as a tap on an idle reader."""


class ConnectionDropped(Exception):
    """Close the client's connection without an answer."""


class ApiError(Exception):
    """An answer other than 200 of the simulated API.

    :param int status: HTTP status
    :param str message: for people
    :param str type: `invalid_request_error`, `card_error`, `idempotency_error` or `api_error`
    :param bool executed: whether the endpoint began its work; only such answers are kept under an
        idempotency key
    :param extra: further members of the error object, such as `payment_intent`
    """

    def __init__(
        self,
        status,
        message,
        code=None,
        param=None,
        type="invalid_request_error",
        executed=True,
        **extra,
    ):
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.type = type
        self.executed = executed
        self.extra = extra

    def body(self, request_id, livemode):
        """Return the JSON body; members without a value are left out, as Stripe does."""
        mode = "" if livemode else "test/"
        error = {"type": self.type, "message": self.message}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = DOC_URL + self.code.replace("_", "-")
        if self.param:
            error["param"] = self.param
        error["request_log_url"] = f"https://dashboard.stripe.com/{mode}logs/{request_id}"
        error.update({key: value for key, value in self.extra.items() if value is not None})
        return {"error": error}


# What the object is called in messages, where it is not its `object` itself.
SPOKEN_NAMES = {
    "terminal.reader": "terminal reader",
    "terminal.location": "terminal location",
    "webhook_endpoint": "webhook endpoint",
    "balance_transaction": "balance transaction",
}


def resource_missing(object_name, object_id, param="id", status=404, hint=""):
    """Return the error for an unknown id: 404 for one in the path, 400 for one in a parameter."""
    name = SPOKEN_NAMES.get(object_name, object_name)
    message = f"No such {name}: '{object_id}'{hint}"
    return ApiError(status, message, "resource_missing", param)


def invalid(message, code=None, param=None, **extra):
    """Return a 400 that the endpoint itself gives, after it began to work."""
    return ApiError(400, message, code, param, **extra)


def rejected(message, code=None, param=None):
    """Return a 400 given before the endpoint began to work: not kept under an idempotency key."""
    return ApiError(400, message, code, param, executed=False)


def lock_timeout():
    """Return the error for an object that Stripe itself is working on (code `lock_timeout`)."""
    return ApiError(
        429,
        "Another request or a process of Stripe works on this object right now. Try again later.",
        "lock_timeout",
        executed=False,
    )


def key_in_use(key):
    """Return the error for an idempotency key whose first request is still at work."""
    return ApiError(
        409,
        f"Another request with the idempotency key '{key}' is still being worked on. "
        "Try again later.",
        "idempotency_key_in_use",
        type="idempotency_error",
        executed=False,
    )


def rate_limited():
    """Return the answer to too many requests (page "Rate limits")."""
    return ApiError(429, "Too many requests in a short time.", "rate_limit", executed=False)


def server_error(status=500):
    """Return the answer to a failure on Stripe's side."""
    message = "Something went wrong on Stripe's side (simulated)."
    return ApiError(status, message, type="api_error", executed=False)
