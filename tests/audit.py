from collections import defaultdict

SETTLED = ("paid", "canceled", "declined")


def audit(case):
    """Compare everything that Stripe has with everything that the journal says.

    :param case: a `StripeTerminalCase`; its simulator's current account is compared
    :raise AssertionError: with both sides, when they differ
    """
    differences = list(_differences(case))
    if differences:
        raise AssertionError("\n".join([*differences, *_tell(case)]))


def _differences(case):
    intents = intents_by_line(case)
    rows = {row.line_uuid: row for row in rows_of(case)}
    yield from (f"Odoo knows no line {line}" for line in intents.keys() - rows.keys())
    for line, row in rows.items():
        if row.kind == "refund":
            yield from _refund_differences(case, row)
        else:
            yield from _line_differences(case, row, intents.get(line, []))
    yield from _overdrawn(case)
    yield from _reader_differences(case)


def _line_differences(case, row, intents):
    charges = [charge for intent in intents for charge in paid_charges(case, intent)]
    taken = sum(charge["amount_captured"] for charge in charges)
    live = [intent for intent in intents if intent["status"] != "canceled"]
    if len(charges) > 1:
        yield f"{row.line_uuid} was charged {len(charges)} times"
    if len(live) > 1:
        yield f"{row.line_uuid} has {len(live)} live PaymentIntents"
    if live and live[0]["id"] != row.payment_intent:
        yield f"{row.line_uuid} does not know its live PaymentIntent"
    if bool(charges) != (row.state == "paid"):
        yield f"{row.line_uuid} is {row.state} with {len(charges)} charges"
    if row.state == "paid":
        told = round(row._till_data()["amount"] * 100)
        if not taken == row.amount_received == told:
            yield (
                f"{row.line_uuid}: Stripe took {taken}, the journal has {row.amount_received}, "
                f"the till is told {told}"
            )
        if charges and row.charge != charges[0]["id"]:
            yield f"{row.line_uuid} has not the charge {charges[0]['id']}"
    if row.state not in SETTLED or row.wanted or row.lease_until or row.holds_reader:
        yield f"{row.line_uuid} is not at rest"
    if row.forced_at and row.state != "paid" and not (row.unverified or row.unpaid):
        yield f"{row.line_uuid} was forced, is {row.state}, and nobody is told"


def _refund_differences(case, row):
    made = refunds_by_line(case).get(row.line_uuid, [])
    refunded = sum(refund["amount"] for refund in made)
    if len(made) > 1:
        yield f"{row.line_uuid} was refunded {len(made)} times"
    if bool(made) != (row.state == "paid"):
        yield f"{row.line_uuid} is {row.state} with {len(made)} refunds"
    if made and (row.refund, row._till_data()["amount"]) != (made[0]["id"], -refunded / 100):
        yield f"{row.line_uuid}: Stripe refunded {refunded} with {made[0]['id']}"
    if row.state not in SETTLED or row.wanted or row.lease_until or row.holds_reader:
        yield f"{row.line_uuid} is not at rest"
    if row.forced_at and row.state != "paid" and not (row.unverified or row.unpaid):
        yield f"{row.line_uuid} was forced, is {row.state}, and nobody is told"


def _overdrawn(case):
    for intent in case.simulator.ledger(case.account)["intents"]:
        if intent["refunded"] > intent["amount_received"]:
            yield f"{intent['id']} refunded {intent['refunded']} of {intent['amount_received']}"


def refunds_by_line(case):
    """Return the account's Refunds that were made, as lists by the line of their metadata."""
    found = defaultdict(list)
    with case.simulator.lock:
        for refund in case.account.test.all("refund"):
            if refund["status"] in ("succeeded", "pending"):
                found[refund["metadata"].get("pos_payment_line_uuid")].append(dict(refund))
    return dict(found)


def _reader_differences(case):
    if case.reader.screen["state"] == "amount" and case.reader.screen.get("kind") != "refund":
        intent = case.reader.screen["payment_intent"]
        # A reader that was off when its payment was canceled asks for a card in vain.
        if case.account.intent(intent)["status"] != "canceled":
            yield f"The reader still asks for a card for {intent}"


def intents_by_line(case):
    """Return the account's PaymentIntents as lists by the payment line of their metadata.

    Those of others have none.
    """
    found = defaultdict(list)
    with case.simulator.lock:
        for intent in case.account.test.all("payment_intent"):
            if line_uuid := intent["metadata"].get("pos_payment_line_uuid"):
                found[line_uuid].append(dict(intent))
    return dict(found)


def paid_charges(case, intent):
    """Return the charges of a PaymentIntent that took money."""
    with case.simulator.lock:
        return [
            dict(charge)
            for charge in case.account.test.all("charge")
            if charge["payment_intent"] == intent["id"] and charge["amount_captured"]
        ]


def rows_of(case):
    """Return the journal's rows of the test."""
    return case.Payment.search([("line_uuid", "in", list(case.line_uuids))])


def _tell(case):
    for line, intents in intents_by_line(case).items():
        for intent in intents:
            yield f"Stripe: {line} {intent['id']} {intent['status']} {intent['amount_received']}"
    for row in rows_of(case):
        yield (
            f"Odoo: {row.line_uuid} {row.payment_intent} {row.state} wanted={row.wanted} "
            f"amount={row.amount_minor} received={row.amount_received} {row.failure_code}"
        )
        for event in row.event_ids:
            yield f"    {event.kind} {event.verb} {event.data}"
    yield f"The reader shows {case.reader.screen}"
