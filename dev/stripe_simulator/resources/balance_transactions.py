"""Balance transactions: https://docs.stripe.com/api/balance_transactions."""

from ..pagination import PAGES, created_matches, page
from ..routing import route

URL = "/v1/balance_transactions"
NAME = "balance_transaction"
PERMISSION = "balance_transaction_source"


@route(
    "GET",
    URL,
    NAME,
    "_balance_transaction_list_params",
    PERMISSION,
    takes=f"created currency source type {PAGES}",
)
def list_all(call):
    """List the balance transactions, filtered by source, type, currency and created."""
    params = call.params
    transactions = [
        transaction
        for transaction in call.environment.all(NAME)
        if all(
            params.get(name) in (None, transaction[name]) for name in ("source", "type", "currency")
        )
        and created_matches(transaction, params.get("created"))
    ]
    return page(call, transactions, URL)


@route("GET", f"{URL}/<transaction_id>", NAME, "_balance_transaction_retrieve_params", PERMISSION)
def retrieve(call, transaction_id):
    """Return a balance transaction."""
    return call.environment.get(NAME, transaction_id, "id")
