"""What has changed on purpose since the last release, by the test of then that says otherwise."""

from typing import NamedTuple


class Changed(NamedTuple):
    """A test of the last release that has to fail.

    :ivar str file: of the test
    :ivar str name: of the test of that version, with its class
    :ivar str why: what is otherwise now, and on purpose
    :ivar str name_today: of the test of that, unless it has the same
    :ivar str file_today: of that, unless it has the same
    """

    file: str
    name: str
    why: str
    name_today: str = ""
    file_today: str = ""

    @property
    def test(self):
        """The id of the test that has to fail, from the repository's root."""
        return f"{self.file}::{self.name}"

    @property
    def today(self):
        """The id of today's test."""
        return f"{self.file_today or self.file}::{self.name_today or self.name}"


CHANGED = (
    Changed(
        "stripe_terminal/tests/test_closing.py",
        "test_given_back",
        "What is refunded outside the Point of Sale is a difference, also of a recorded payment.",
        "test_fully_refunded",
    ),
    Changed(
        "tests/test_company_models.py",
        "TestCompanyModels::test_each_model_is_looked_at",
        "There are more models, such as the adoption of a payment of Odoo's own pos_stripe.",
    ),
    Changed(
        "tests/test_company_models.py",
        "TestCompanyMethods::test_each_method_is_called",
        "There are more methods that a browser can call.",
    ),
    Changed(
        "tests/test_company_routes.py",
        "TestCompanyRoutes::test_each_route_is_called",
        "There are more routes, such as the one that restores an order on another register.",
    ),
    Changed(
        "tests/test_payment_method.py",
        "TestCheck::test_a_self_order_kiosk",
        "A kiosk that takes no cards with the method is not saved, where its addon is missing.",
        "TestCheck::test_a_self_order_kiosk_is_not_saved",
    ),
    Changed(
        "tests/test_refund.py",
        "TestRefund::test_a_cancel_waits_until_nothing_can_arrive_any_more",
        "A request without an answer may be carried out for 100 s, and not for 60 s.",
    ),
    Changed(
        "tests/test_refund_in_till.py",
        "TestRefundInTill::test_by_choice",
        "A till's word does not choose the way of a refund: only Interac needs the card.",
        "TestRefundBrowserSdk::test_other_cards_are_not_asked_for_whatever_a_till_wants",
        "tests/test_refund_browser_sdk.py",
    ),
    Changed(
        "tests/test_refund_in_till.py",
        "TestRefundInTill::test_without_reader",
        "A payment of Odoo's own pos_stripe is refunded once a manager has adopted it.",
        "TestRefundBrowserSdk::test_without_reader",
        "tests/test_refund_browser_sdk.py",
    ),
    Changed(
        "tests/test_refund_old.py",
        "TestRefundOld::test_by_payment_intent_and_by_charge",
        "A payment of Odoo's own pos_stripe is refunded once a manager has adopted it.",
    ),
    Changed(
        "tests/test_refund_old.py",
        "TestRefundOld::test_not_of_this_account",
        "A payment of Odoo's own pos_stripe is refunded once a manager has adopted it.",
    ),
    Changed(
        "tests/test_refund_old.py",
        "TestRefundOld::test_plan",
        "A payment of Odoo's own pos_stripe is offered once a manager has adopted it.",
    ),
    Changed(
        "tests/test_refund_old.py",
        "TestRefundOld::test_newest_payment_first",
        "A finished order takes no second card: both pay before it is finished.",
    ),
    Changed(
        "tests/test_refund_reader.py",
        "TestRefundReader::test_by_choice",
        "A till's word does not choose the way of a refund: only Interac needs the card.",
        "TestRefundReader::test_other_cards_are_not_asked_for_whatever_a_till_wants",
    ),
    Changed(
        "tests/test_terminal_test.py",
        "TestTerminalTest::test_a_payment_that_begins_meanwhile_is_not_taken_away",
        "A test reserves its reader: a payment that begins meanwhile is told so.",
        "TestDiagnosis::test_a_till_reads_that_the_reader_is_tested",
        "tests/test_diagnosis.py",
    ),
    Changed(
        "tests/test_terminal_test.py",
        "TestTerminalTest::test_the_card_is_held_to_our_own_payment_only",
        "A test reserves its reader: a till takes it only when the test is long silent.",
        "TestDiagnosis::test_the_card_is_held_to_our_own_payment_only",
        "tests/test_diagnosis.py",
    ),
    Changed(
        "tests/test_uninstall.py",
        "TestUninstall::test_a_settled_sale_is_not_talked_about",
        "A payment shows its card, which it has from the journal and which goes with the addon.",
    ),
    Changed(
        "tests/test_webhook.py",
        "TestWebhookSetup::test_from_the_tap_to_the_journal",
        "A webhook that is created now is told of an approval once, and not by the reader too.",
    ),
    Changed(
        "tests/test_webhook.py",
        "TestWebhookSetup::test_forged_and_unsigned_over_the_wire",
        "A webhook that is created now is told of an approval once, and not by the reader too.",
    ),
)
