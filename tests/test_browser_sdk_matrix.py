"""The fault matrix for payments that a till's browser collects."""

from odoo.tests import tagged

from .browser_sdk_case import BrowserSdkCase
from .test_fault_matrix import INTENT, INTENTS, READERS, KilledWorker, NetworkFaults, Step, add_cell

STEPS = {
    "pay_create": Step("nothing", "send", "create_intent", "POST", INTENTS, "paid"),
    "pay_find_reader": Step("nothing", "send", "find_reader", "GET", READERS, "paid"),
    "pay_collect": Step("nothing", "send", "collect_by_browser_sdk", "GET", INTENT, "paid"),
    "pay_read_waiting": Step("collecting", "look", "read", "GET", INTENT, "paid"),
    "pay_read_paid": Step("tapped", "look", "read", "GET", INTENT, "paid"),
    "pay_read_declined": Step("refused", "look", "read", "GET", INTENT, "paid"),
    "retry_collect": Step("declined", "retry", "collect_by_browser_sdk", "GET", INTENT, "paid"),
    "retry_other_amount": Step(
        "declined", "retry_other_amount", "update_intent", "POST", INTENT, "paid"
    ),
    "retry_after_cancel": Step("canceled", "retry", "create_intent", "POST", INTENTS, "paid"),
    "cancel_read": Step("collecting", "cancel", "read", "GET", INTENT, "canceled"),
    "cancel_intent": Step(
        "collecting", "cancel", "cancel_intent", "POST", f"{INTENT}/cancel", "canceled"
    ),
    "cancel_tapped": Step("tapped", "cancel", "read", "GET", INTENT, "paid"),
    "force_paid": Step("forced_and_tapped", "look", "read", "GET", INTENT, "paid"),
    "force_unpaid": Step("forced", "look", "read", "GET", INTENT, "settled"),
}
NETWORK = {
    "lost_request": ("drop_before", 1),
    "lost_answer": ("drop_after", 1),
    "lost_answers_for_long": ("drop_after", None),
    "500_after": ("500_after", 1),
    "late_answer": ("delay_after", 1),
}


class GivenBrowserSdk(BrowserSdkCase):
    """What has happened before the step, with the page that collects."""

    def given_tapped(self):
        self.given_collecting()
        self.tap()

    def given_refused(self):
        self.given_collecting()
        self.reader.decline("insufficient_funds")
        self.page.go_on()

    def given_forced_and_tapped(self):
        self.given_forced()
        self.tap()


@tagged("post_install", "-at_install")
class TestBrowserSdkNetworkFaults(GivenBrowserSdk, NetworkFaults):
    pass


@tagged("post_install", "-at_install")
class TestBrowserSdkKilledWorker(GivenBrowserSdk, KilledWorker):
    pass


for step_name, step in STEPS.items():
    for fault_name, (kind, times) in NETWORK.items():
        add_cell(TestBrowserSdkNetworkFaults, f"{step_name}__{fault_name}", step, kind, times)
    for asked, moment in ((False, "before_asking"), (True, "before_applying")):
        add_cell(TestBrowserSdkKilledWorker, f"{step_name}__killed_{moment}", step, asked, True)
