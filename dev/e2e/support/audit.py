"""Stripe's money against Odoo's, to the cent."""

# The metadata by which the addon names the register in a PaymentIntent.
REGISTER = "pos_register"
LINE = "pos_payment_line_uuid"
# The metadata of a refund that a test makes as if in Stripe's dashboard.
DASHBOARD = "in_dashboard"


def audit(shop):
    """Compare what Stripe took for ``shop`` with its ``pos.payment`` rows.

    :param shop: the :class:`~support.shop.Shop`, whose server knows its simulator
    :raises AssertionError: with a table of both sides, when they differ by a cent or a payment
    """
    stripe = _taken_by_stripe(shop)
    odoo = _recorded_by_odoo(shop)
    if stripe == odoo:
        return
    lines = [
        f"Stripe's money and Odoo's differ for “{shop.name}”:",
        _row("payment", "Stripe", "Odoo"),
    ]
    for intent in sorted({*stripe, *odoo}):
        mark = "" if stripe.get(intent) == odoo.get(intent) else "   <--"
        lines.append(_row(intent, stripe.get(intent, "-"), odoo.get(intent, "-")) + mark)
    lines.append(_row("total", sum(stripe.values()), sum(odoo.values())))
    lines.append("journal: " + "; ".join(str(row) for row in shop.journal()))
    raise AssertionError("\n".join(lines))


def audit_journal(shop):
    """Compare what Stripe took for ``shop`` with its journal, where no order was synchronised.

    :raises AssertionError: when a payment, an amount or the number of charges differs
    """
    taken = {
        intent["metadata"][LINE]: (intent["id"], intent["amount_received"])
        for intent in intents(shop)
        if intent["amount_received"]
    }
    live = [intent["metadata"][LINE] for intent in intents(shop) if intent["status"] != "canceled"]
    fields = ("line_uuid", "payment_intent", "amount_received", "state", "lease_until")
    rows = shop.journal(fields)
    paid = {
        row["line_uuid"]: (row["payment_intent"], row["amount_received"])
        for row in rows
        if row["state"] == "paid"
    }
    assert taken == paid, f"Stripe took {taken}, the journal has {rows}"
    assert len(live) == len(set(live)), f"a line has two live PaymentIntents: {intents(shop)}"
    assert not [row for row in rows if row["lease_until"]], f"somebody still works: {rows}"


def intents(shop):
    """Return the simulator's ledger rows of the PaymentIntents that ``shop`` asked for."""
    return [
        intent
        for intent in shop.simulator.ledger()["intents"]
        if intent["metadata"].get(REGISTER) == shop.name and intent["id"] not in shop.known_intents
    ]


def _taken_by_stripe(shop):
    """Return the minor units that Stripe kept, by PaymentIntent.

    What was refunded in Stripe's dashboard is no payment of Odoo's.
    """
    taken = {}
    for intent in intents(shop):
        in_dashboard = [item for item in intent["refunds"] if item["metadata"].get(DASHBOARD)]
        kept = intent["amount_received"] - intent["refunded"]
        kept += sum(item["amount"] for item in in_dashboard)
        if kept:
            taken[intent["id"]] = kept
    return taken


def _recorded_by_odoo(shop):
    """Return the minor units that Odoo recorded, by PaymentIntent (or the row's own id).

    A refund counts for the payment that it refunds.
    """
    refunded = {
        refund["id"]: intent["id"] for intent in intents(shop) for refund in intent["refunds"]
    }
    recorded = {}
    for payment in shop.card_payments():
        key = payment["transaction_id"] or f"pos.payment {payment['id']}"
        key = refunded.get(key, key)
        recorded[key] = recorded.get(key, 0) + round(payment["amount"] * 100)
    return {key: amount for key, amount in recorded.items() if amount}


def _row(name, stripe, odoo):
    return f"{name:<34}{stripe!s:>10}{odoo!s:>10}"
