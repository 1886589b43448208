"""What cashiers and customers do, with a moment in each story at which something goes wrong.

A story is called with the till, on the product screen, its shop and a :class:`Fault`. It ends with
the receipt.
"""

PAID = "Payment Successful"
WAITING = "Waiting for card"
CONNECTION_ERROR = "Connection error"


class Fault:
    """What goes wrong in a story: nothing, or what a subclass says."""

    def begin(self):
        """Let things go wrong from now on."""

    def end(self):
        """Wait for what the cashier is told, where it lasts so long, and let all go well again."""


def pay(till, shop, fault):
    """Pay; the request goes wrong."""
    till.sell("Espresso")
    fault.begin()
    till.choose_method(shop.card)
    fault.end()
    have_paid(till, shop)


def tap(till, shop, fault):
    """Pay; things go wrong when the card is read."""
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    fault.begin()
    shop.reader.tap()
    fault.end()
    have_paid(till, shop)


def retry(till, shop, fault):
    """Pay with the second card; its request goes wrong."""
    be_declined(till, shop)
    fault.begin()
    till.retry()
    have_paid(till, shop)


def retry_less(till, shop, fault):
    """Pay less with the second card, and the rest in cash."""
    be_declined(till, shop)
    till.type_amount("2")
    fault.begin()
    till.retry()
    have_paid(till, shop)
    till.choose_method(shop.cash).validate()


def cancel(till, shop, fault):
    """Take the request back, which goes wrong, and take cash."""
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    fault.begin()
    till.cancel()
    fault.end()
    have_canceled(till)
    till.delete_line()
    till.choose_method(shop.cash).validate()


def force_done(till, shop, fault):
    """Pay while Stripe cannot be asked; the reader shows that the card was charged."""
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    fault.begin()
    outage = shop.simulator.faults.add("*", "*", "drop_before", times=None)
    till.wait_for_status(CONNECTION_ERROR, timeout=30_000)
    shop.reader.tap()
    till.force_done().answer("approved").wait_for_receipt()
    shop.simulator.faults.remove(outage)
    fault.end()
    shop.settle()


STORIES = {story.__name__: story for story in (pay, tap, retry, retry_less, cancel, force_done)}
# What the card is charged in the end, in minor units; 240 where nothing is said.
CHARGED = {"retry_less": [200], "cancel": []}


def be_declined(till, shop):
    """Have a card declined."""
    till.sell("Espresso").choose_method(shop.card).wait_for_card()
    shop.reader.decline("insufficient_funds")
    till.wait_for_status("insufficient funds")


def have_paid(till, shop):
    """Go on as a cashier and a customer who want the line paid."""

    def go_on():
        if till.has_receipt() or PAID in till.payment_status():
            return True
        if shop.reader.screen["state"] == "amount":
            shop.reader.tap()
        else:
            till.press_if_there("request")
        return False

    till.wait_until(go_on)


def have_canceled(till):
    """Go on as a cashier who wants the payment taken back."""

    def go_on():
        status = till.payment_status()
        if WAITING in status:
            till.press_if_there("cancel")
        return "canceled" in status

    till.wait_until(go_on)
