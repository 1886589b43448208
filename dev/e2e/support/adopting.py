"""Payments of core's ``pos_stripe``, which a manager adopts."""

from playwright.sync_api import expect

ORDERS = "point_of_sale.action_pos_pos_form"
ADOPT = "Adopt Stripe Payment"


def leave_as_core(shop):
    """Leave the shop's one card payment as core's addon does: no row, no metadata at Stripe.

    :return: dict with its ``id``, ``pos_order_id`` and ``transaction_id``
    """
    shop.settle()
    (row,) = [row for row in shop.journal() if row["state"] == "paid"]
    shop.server.sql(f"DELETE FROM pos_stripe_payment WHERE line_uuid = '{row['line_uuid']}'")
    name(shop, row["payment_intent"], {})
    fields = ("id", "pos_order_id", "transaction_id")
    (payment,) = [
        payment
        for payment in shop.card_payments(fields)
        if payment["transaction_id"] == row["payment_intent"]
    ]
    return payment


def name(shop, intent_id, metadata):
    """Give a PaymentIntent and its charge other metadata."""
    account = shop.simulator.account
    with shop.simulator.lock:
        intent = account.test.get("payment_intent", intent_id)
        for part in (intent, account.test.get("charge", intent["latest_charge"])):
            part["metadata"] = dict(metadata)


def open_adoption(office, payment):
    """Open the dialog of an old payment from its order; returns its locator."""
    office.open(ORDERS, payment["pos_order_id"][0])
    office.page.get_by_role("tab", name="Payments").click()
    office.page.get_by_role("button", name=ADOPT).click(timeout=30_000)
    dialog = office.page.locator(".modal")
    expect(dialog).to_contain_text(payment["transaction_id"])
    return dialog
