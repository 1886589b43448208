"""The simulator's money: what was captured and refunded, to compare a shop's books with."""


def ledger(accounts):
    """Return the sums per currency and the payments behind them, all in minor units.

    :param accounts: the accounts to look at
    :return: {"currencies": {"usd": {"captured", "refunded", "authorized"}}, "intents": [...]}
    """
    currencies, intents = {}, []
    for account in accounts:
        for environment in account.environments.values():
            for intent in environment.objects["payment_intent"].values():
                line = _line(environment, intent)
                intents.append(line)
                sums = currencies.setdefault(
                    line["currency"], {"captured": 0, "refunded": 0, "authorized": 0}
                )
                sums["captured"] += line["amount_received"]
                sums["refunded"] += line["refunded"]
                sums["authorized"] += intent["amount_capturable"]
    return {"currencies": currencies, "intents": intents}


def _line(environment, intent):
    refunds = [
        {name: refund[name] for name in ("id", "amount", "status", "metadata")}
        for refund in environment.objects["refund"].values()
        if refund["payment_intent"] == intent["id"]
    ]
    refunded = sum(
        refund["amount"] for refund in refunds if refund["status"] in ("succeeded", "pending")
    )
    charges = [
        charge["id"]
        for charge in environment.objects["charge"].values()
        if charge["payment_intent"] == intent["id"]
    ]
    return {
        "id": intent["id"],
        "account": environment.account.id,
        "livemode": environment.livemode,
        "status": intent["status"],
        "currency": intent["currency"],
        "amount": intent["amount"],
        "amount_received": intent["amount_received"],
        "refunded": refunded,
        "refunds": refunds,
        "charges": charges,
        "metadata": dict(intent["metadata"]),
        "description": intent["description"],
        "created": intent["created"],
    }
