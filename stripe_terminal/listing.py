"""Lists an account's PaymentIntents and Refunds, whatever the journal knows, a page at a time.

See https://docs.stripe.com/api/payment_intents/list, https://docs.stripe.com/api/refunds/list and
https://docs.stripe.com/api/pagination
"""

import itertools
from typing import NamedTuple

from .closing import Intent
from .reading import charge_values
from .refunding import MADE

# The metadata that names a PaymentIntent's payment line.
LINE_UUID = "pos_payment_line_uuid"
# A bound against an endless list: with a hundred on each page far more than a line's account has.
MAX_PAGES = 500


class Listed(NamedTuple):
    """What is kept of a PaymentIntent or Refund: its facts, and whose it says that it is."""

    intent: Intent
    database: str
    session: str


class Page(NamedTuple):
    """A page of a list: list of `Listed`, the id that the next page begins after, or None, and
    Stripe's id of the request."""

    found: list
    cursor: str | None
    request_id: str


def read_page(read, since, cursor):
    """Return one `Page` of an account's PaymentIntents or Refunds, newest first.

    :param read: `Gateway.list_payment_intents` or `Gateway.list_refunds`
    :param int since: Unix time from which on they are listed
    :param str | None cursor: of the page before, None for the first one
    :raise StripeProblem: Stripe could not be asked
    """
    params = {"created": {"gte": since}}
    page = read({**params, "starting_after": cursor} if cursor else params)
    found = [listed(data) for data in page.data["data"]]
    return Page(found, found[-1].intent.id if page.data["has_more"] else None, page.request_id)


def read_one(gateway, object_id):
    """Return the `Page` with a single PaymentIntent or Refund.

    :param gateway: `Gateway` of the account
    :param str object_id: `pi_…` or `re_…`
    :raise StripeProblem: Stripe could not be asked, or does not know it (`resource_missing`)
    """
    is_refund = object_id.startswith("re_")
    read = gateway.retrieve_refund if is_refund else gateway.retrieve_payment_intent
    reply = read(object_id)
    return Page([listed(reply.data)], None, reply.request_id)


def listed(data):
    """Return what is kept of a PaymentIntent or Refund, as in the API.

    :rtype: Listed
    """
    metadata = data.get("metadata") or {}
    return Listed(
        intent_of_refund(data) if data["object"] == "refund" else intent_of(data),
        metadata.get("odoo_database") or "",
        metadata.get("pos_session") or "",
    )


def find_intents(gateway, since, line_uuid):
    """Return the last page's `Reply` with all PaymentIntents of one payment line, newest first.

    :param int since: Unix time from which on the account's PaymentIntents are listed
    :param str line_uuid: the line's uuid, as in the metadata
    :raise StripeProblem: Stripe could not be asked
    """
    found = []
    for page in _pages(gateway.list_payment_intents, since):
        found += [
            intent
            for intent in page.data["data"]
            if (intent.get("metadata") or {}).get(LINE_UUID) == line_uuid
        ]
    return page._replace(data={**page.data, "data": found})


def _pages(read, since):
    return itertools.islice(pages(read, {"created": {"gte": since}}), MAX_PAGES)


def pages(read, params):
    """Yield the pages of a list, each when it is needed.

    :param read: function that returns the `Reply` to parameters, such as `Gateway.list_readers`
    :param dict params: of the first page, as in the API
    :raise StripeProblem: Stripe could not be asked
    """
    while True:
        page = read(params)
        yield page
        if not page.data["has_more"]:
            return
        params = {**params, "starting_after": page.data["data"][-1]["id"]}


def intent_of(intent):
    """Return what a comparison needs of a PaymentIntent with `latest_charge` expanded.

    :param dict intent: as in the API
    :rtype: Intent
    """
    charge = intent.get("latest_charge")
    charge = charge if isinstance(charge, dict) else {}
    values = charge_values(charge) if charge else {}
    metadata = intent.get("metadata") or {}
    is_reserved = intent["status"] == "requires_capture"
    return Intent(
        id=intent["id"],
        status=intent["status"],
        received=intent["amount_capturable" if is_reserved else "amount_received"] or 0,
        refunded=_refunded_of(charge),
        currency=intent["currency"].upper(),
        line_uuid=metadata.get(LINE_UUID, ""),
        order=metadata.get("pos_order", ""),
        card=" ".join(
            part for part in (values.get("card_brand"), values.get("card_last4")) if part
        ),
        created=intent["created"],
    )


def _refunded_of(charge):
    """Return how much of a charge was refunded; what a capture released was never taken."""
    if not charge.get("captured"):
        return 0
    released = max(charge["amount"] - charge["amount_captured"], 0)
    return max((charge.get("amount_refunded") or 0) - released, 0)


def intent_of_refund(refund):
    """Return what a comparison needs of a Refund: money that was received below zero.

    :param dict refund: as in the API
    :rtype: Intent
    """
    metadata = refund.get("metadata") or {}
    is_made = refund["status"] in MADE
    return Intent(
        id=refund["id"],
        status="succeeded" if is_made else refund["status"],
        received=-refund["amount"] if is_made else 0,
        refunded=0,
        currency=refund["currency"].upper(),
        line_uuid=metadata.get(LINE_UUID, ""),
        order=metadata.get("pos_order", ""),
        created=refund["created"],
        payment=refund.get("payment_intent") or "",
    )
