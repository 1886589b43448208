"""Reads all of a session's PaymentIntents and Refunds from Stripe, whatever the journal knows.

See https://docs.stripe.com/api/payment_intents/list, https://docs.stripe.com/api/refunds/list and
https://docs.stripe.com/api/pagination
"""

import itertools

from .closing import Intent
from .errors import StripeProblem
from .reading import charge_values
from .refunding import MADE

# The metadata that names a PaymentIntent's payment line.
LINE_UUID = "pos_payment_line_uuid"
# A bound against an endless list: with a hundred on each page far more than a session has.
MAX_PAGES = 500


def read_intents(gateway, since, is_ours, wanted):
    """Return the PaymentIntents of a session, by id.

    :param gateway: `Gateway` of the account
    :param int since: Unix time from which on the account's PaymentIntents are listed
    :param is_ours: function that tells by a PaymentIntent's metadata whether it is the session's
    :param set wanted: ids to be read in any case, also when they are older
    :return: dict of `Intent` by id; those that Stripe does not know are left out
    :raise StripeProblem: Stripe could not be asked
    """
    found = {}
    for page in _pages(gateway.list_payment_intents, since):
        for intent in page.data["data"]:
            if intent["id"] in wanted or is_ours(intent.get("metadata") or {}):
                found[intent["id"]] = intent_of(intent)
    for intent_id in sorted(_of_kind(wanted, "pi_") - found.keys()):
        try:
            found[intent_id] = intent_of(gateway.retrieve_payment_intent(intent_id).data)
        except StripeProblem as problem:
            if problem.code != "resource_missing":
                raise
    return found


def read_refunds(gateway, since, is_ours, wanted):
    """Return the Refunds of a session, by id; the parameters are those of `read_intents`.

    :raise StripeProblem: Stripe could not be asked
    """
    found = {}
    for page in _pages(gateway.list_refunds, since):
        for refund in page.data["data"]:
            if refund["id"] in wanted or is_ours(refund.get("metadata") or {}):
                found[refund["id"]] = intent_of_refund(refund)
    for refund_id in sorted(_of_kind(wanted, "re_") - found.keys()):
        try:
            found[refund_id] = intent_of_refund(gateway.retrieve_refund(refund_id).data)
        except StripeProblem as problem:
            if problem.code != "resource_missing":
                raise
    return found


def _of_kind(ids, start):
    return {found for found in ids if found.startswith(start)}


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
        refunded=charge.get("amount_refunded") or 0,
        currency=intent["currency"].upper(),
        line_uuid=metadata.get(LINE_UUID, ""),
        order=metadata.get("pos_order", ""),
        card=" ".join(
            part for part in (values.get("card_brand"), values.get("card_last4")) if part
        ),
        created=intent["created"],
    )


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
    )
