"""Balance transactions: what payments and refunds do to the account's balance."""

FEE_PERCENT = 2.7
FEE_FIXED = 5  # minor units
PAYOUT_DELAY = 2 * 24 * 3600  # seconds


def fee_of(amount):
    """Return what Stripe keeps of an in-person payment, in minor units (a made-up price)."""
    return round(amount * FEE_PERCENT / 100) + FEE_FIXED


def add_charge_transaction(environment, charge):
    """Give a captured charge its balance transaction, perhaps some seconds later.

    With a delay the charge stays without one, and `charge.updated` tells when it is there.
    """
    delay = environment.simulator.balance_transaction_delay
    environment.simulator.later(delay, _add_charge_transaction, environment, charge, bool(delay))


def _add_charge_transaction(environment, charge, tell):
    amount = charge["amount_captured"]
    transaction = _new(environment, charge, amount, fee_of(amount), "charge", "charge")
    charge["balance_transaction"] = transaction["id"]
    if tell:
        environment.emit("charge.updated", charge, {"balance_transaction": None})


def add_refund_transaction(environment, refund):
    """Return the balance transaction of a refund; fees are not refunded."""
    return _new(environment, refund, -refund["amount"], 0, "refund", "refund")


def add_refund_failure_transaction(environment, refund):
    """Return the balance transaction that brings the money of a failed refund back."""
    return _new(environment, refund, refund["amount"], 0, "refund_failure", "refund_failure")


def _new(environment, source, amount, fee, kind, category):
    transaction = environment.new("balance_transaction")
    del transaction["livemode"]
    details = []
    if fee:
        details.append(
            {
                "amount": fee,
                "application": None,
                "currency": source["currency"],
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        )
    transaction.update(
        amount=amount,
        available_on=environment.now + PAYOUT_DELAY,
        balance_type="payments",
        currency=source["currency"],
        description=source.get("description"),
        exchange_rate=None,
        fee=fee,
        fee_details=details,
        net=amount - fee,
        reporting_category=category,
        source=source["id"],
        status="pending",
        type=kind,
    )
    return environment.add(transaction)
