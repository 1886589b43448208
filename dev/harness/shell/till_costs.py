"""Run in ``odoo shell``: count what a till without cards costs, with or without the addon.

Writes queries and bytes of each request to the file that ``COSTS_FILE`` names; rolled back.
"""

import json
import os
from uuid import uuid4

from odoo import Command
from odoo.tools import json_default

PRICE = 2.4
DRAFTS = 20
# Counted are the last ones, when all caches are warm.
WARM_UP = 2


def open_register():
    """Return a session with cash as its only way to pay."""
    journal = env["account.journal"].create({"name": "Till", "type": "cash", "code": "TILL"})
    cash = env["pos.payment.method"].create({"name": "Cash", "journal_id": journal.id})
    config = env["pos.config"].create(
        {"name": "Register", "payment_method_ids": [Command.set(cash.ids)]}
    )
    config.with_user(env.ref("base.user_admin")).open_ui()
    config.current_session_id.set_opening_control(0, None)
    return config.current_session_id


def order_of(session, product, **values):
    """Return what a till sends of a new order."""
    return {
        "uuid": str(uuid4()),
        "access_token": str(uuid4()),
        "session_id": session.id,
        "state": "draft",
        "amount_total": PRICE,
        "amount_paid": 0,
        "amount_tax": 0,
        "amount_return": 0,
        "lines": [
            Command.create(
                {
                    "uuid": str(uuid4()),
                    "product_id": product.id,
                    "qty": 1,
                    "price_unit": PRICE,
                    "price_subtotal": PRICE,
                    "price_subtotal_incl": PRICE,
                    "tax_ids": [Command.set([])],
                }
            )
        ],
        **values,
    }


def paid(session):
    """Return what an order has that was paid in cash."""
    payment = {
        "uuid": str(uuid4()),
        "amount": PRICE,
        "payment_method_id": session.payment_method_ids.id,
    }
    return {"state": "paid", "amount_paid": PRICE, "payment_ids": [Command.create(payment)]}


def counted(work):
    """Return the queries and the bytes of the answer of a request that `work` carries out."""
    env.flush_all()
    env.cr.flush()
    env.invalidate_all()
    before = env.cr.sql_log_count
    answer = work()
    env.flush_all()
    env.cr.flush()
    queries = env.cr.sql_log_count - before
    return answer, {
        "queries": queries,
        "bytes": len(json.dumps(answer, default=json_default)),
    }


def costs_of(session, product):
    """Yield each request's name and what it costs."""
    orders = session.env["pos.order"]
    _answer, cost = counted(session.load_data_params)
    yield "which fields there are", cost
    order = order_of(session, product)
    answer, cost = counted(lambda: orders.sync_from_ui([order]))
    yield "new draft", cost
    draft = answer["pos.order"][0]
    again = {**order_of(session, product), "id": draft["id"], "uuid": draft["uuid"]}
    again["lines"] = [Command.update(draft["lines"][0], {"qty": 2})]
    _answer, cost = counted(lambda: orders.sync_from_ui([again]))
    yield "changed draft", cost
    finish = {**again, **paid(session), "lines": [], "access_token": str(uuid4())}
    finish["uuid"] = draft["uuid"]
    _answer, cost = counted(lambda: orders.sync_from_ui([finish]))
    yield "paid draft", cost
    order = order_of(session, product, **paid(session))
    _answer, cost = counted(lambda: orders.sync_from_ui([order]))
    yield "paid order", cost
    orders.sync_from_ui([order_of(session, product) for _number in range(DRAFTS)])
    _answer, cost = counted(lambda: session.load_data([]))
    yield "load_data", cost


# ``env`` comes from odoo shell.
session = open_register()
product = env["product.product"].create({"name": "Espresso", "available_in_pos": True})
costs = {}
for group in ("user", "manager"):
    groups = env.ref("base.group_user") + env.ref(f"point_of_sale.group_pos_{group}")
    who = env["res.users"].create(
        {
            "name": group,
            "login": f"costs {group}",
            "group_ids": [Command.set(groups.ids)],
        }
    )
    for _round in range(WARM_UP):
        for name, cost in costs_of(session.with_user(who), product):
            costs[f"{group}, {name}"] = cost
with open(os.environ["COSTS_FILE"], "w") as file:
    json.dump(costs, file)
env.cr.rollback()
