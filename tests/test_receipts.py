from odoo.tests import tagged

from ..stripe_terminal import receipts
from .common import StripeTerminalCase

CHIP_CARD = "4001000360000005"
REQUIRED = ("application_preferred_name", "dedicated_file_name")
OPTIONAL = (
    "authorization_code",
    "authorization_response_code",
    "application_cryptogram",
    "terminal_verification_results",
    "transaction_status_information",
)


@tagged("post_install", "-at_install")
class TestReceipts(StripeTerminalCase):
    """Slips hold what the charge at Stripe says, and come from what is stored."""

    def charge_of(self, payment):
        """Return the card facts of a payment's last charge as the simulator has them."""
        intent = self.account.intent(payment.payment_intent)
        charge = self.account.charge(intent["latest_charge"])
        details = charge["payment_method_details"]
        return charge, details[details["type"]]

    def assertSlip(self, slip, card):
        """Assert that a slip holds each field that Stripe names for receipts of this card."""
        lines = slip.split("\n")
        receipt = card["receipt"]
        for name in (*REQUIRED, *OPTIONAL):
            if receipt[name]:
                self.assertTrue(
                    any(line.endswith(f": {receipt[name]}") for line in lines), (name, slip)
                )
        account = receipts.ACCOUNT_TYPES[receipt["account_type"]]
        self.assertIn(f"Account: {account}", lines)
        self.assertIn(f"Entry: {receipts.ENTRY_METHODS[card['read_method']]}", lines)
        self.assertIn(f"**** {card['last4']}", lines[1])
        self.assertIn(receipts.brand_name(card["brand"]), lines[1])

    def test_each_kind_of_card(self):
        """The fields are those of the charge, whatever the card."""
        seen = set()
        for card, present in (
            ("4242424242424242", self.reader.tap),
            (CHIP_CARD, self.reader.insert),
            ("5200828282828210", self.reader.insert),
            ("378282246310005", self.reader.tap),
            ("6280000360000978", self.reader.insert),
            ("4000050360000001", self.reader.tap),
        ):
            with self.subTest(card=card):
                payment = self.pay(12.0)
                present(card=card)
                self.look(payment)
                slip = payment._ticket()
                self.assertSlip(slip, self.charge_of(payment)[1])
                self.assertEqual(slip.split("\n")[0], "CARD PAYMENT - APPROVED")
                self.assertIn("12.00", slip)
                self.assertIn(payment.payment_intent, slip)
                seen.add(slip)
        self.assertEqual(len(seen), 6)

    def test_eftpos_is_told_by_its_network(self):
        payment = self.pay(5.0)
        self.reader.insert(card="4000050360000001")
        self.look(payment)
        self.assertEqual(payment.card_network, "eftpos_au")
        self.assertIn("Visa (eftpos) **** 0001", payment._ticket())

    def test_no_slip_before_the_card_is_charged(self):
        payment = self.pay(5.0)
        self.assertFalse(payment._ticket())
        self.assertFalse(payment.slip)
        payment._cancel()
        self.carry_out(payment)
        self.assertEqual(payment.state, "canceled")
        self.assertFalse(payment._ticket())

    def test_the_order_keeps_the_slip(self):
        """Reprints and the backend's order read core's stored field, written by the server."""
        payment = self.pay(12.0)
        order = self.draft_order(payment, ticket="what a till may have sent", card_no="0000")
        self.reader.insert(card=CHIP_CARD)
        self.look(payment)
        order.payment_ids._link_stripe_payments()
        pos_payment = order.payment_ids
        asked = len(self.sent())
        self.assertSlip(pos_payment.ticket, self.charge_of(payment)[1])
        self.assertEqual(pos_payment.card_no, CHIP_CARD[-4:])
        self.assertEqual(pos_payment.payment_method_authcode, payment.auth_code)
        loaded = pos_payment._load_pos_data_read(pos_payment, self.config)
        self.assertEqual(loaded[0]["ticket"], payment._ticket())
        self.assertEqual(payment.slip, pos_payment.ticket)
        self.assertEqual(len(self.sent()), asked, "Stripe was asked for a stored slip")

    def test_a_decline_slip(self):
        line = self.line(12.0)
        payment = self.send(line)
        self.carry_out(payment)
        self.reader.insert(card=CHIP_CARD, decline="insufficient_funds")
        self.look(payment)
        charge, card = self.charge_of(payment)
        self.assertEqual(charge["status"], "failed")
        slip = payment._till_data()["decline_slip"]
        self.assertEqual(slip.split("\n")[0], "CARD PAYMENT - DECLINED")
        self.assertSlip(slip, card)
        self.assertIn("12.00", slip)
        self.assertEqual(payment.slip, slip)
        self.assertFalse(payment._ticket(), "a refusal is no receipt")
        self.assertFalse(payment.charge)

        # Another card pays: the receipt is of that one, and the refusal is over.
        self.send(self.again(line))
        self.assertFalse(payment._till_data()["decline_slip"])
        self.carry_out(payment)
        self.reader.tap(card="5555555555554444")
        self.look(payment)
        self.assertFalse(payment._till_data()["decline_slip"])
        self.assertSlip(payment._ticket(), self.charge_of(payment)[1])
        self.assertIn("Mastercard **** 4444", payment.slip)

    def test_a_cancel_on_the_reader_is_no_decline(self):
        line = self.line(12.0)
        payment = self.send(line)
        self.carry_out(payment)
        self.reader.decline("insufficient_funds")
        self.look(payment)
        self.assertTrue(payment._till_data()["decline_slip"])
        self.send(self.again(line))
        self.carry_out(payment)
        self.reader.customer_cancel()
        self.look(payment)
        self.assertEqual(payment.failure_code, "customer_canceled")
        self.assertFalse(payment._till_data()["decline_slip"])

    def test_a_refund_slip(self):
        """A row that refunds prints the card that gets it, and the refund."""
        payment = self.pay(12.0)
        self.reader.insert(card=CHIP_CARD)
        self.look(payment)
        self.draft_order(payment)
        refund = self.send(self.line(-5.0, refunded_uuid=payment.line_uuid))
        self.carry_out(refund)
        with self.simulator.lock:
            (made,) = self.account.test.all("refund")
        card = self.charge_of(payment)[1]
        # The card was not there again: what was read from it for the sale is the sale's.
        self.assertEqual(
            refund._ticket().split("\n"),
            [
                "CARD REFUND",
                f"Visa **** {card['last4']}",
                "Amount: $\xa05.00",
                f"Account: {receipts.ACCOUNT_TYPES[card['receipt']['account_type']]}",
                f"Application: {card['receipt']['application_preferred_name']}",
                f"AID: {card['receipt']['dedicated_file_name']}",
                made["id"],
            ],
        )

    def test_in_the_language_of_the_till(self):
        """The runner has no language of its own."""
        self.env["res.lang"]._activate_lang("fr_FR")
        payment = self.pay(1234.5)
        payment.user_id.lang = "fr_FR"
        self.reader.tap()
        self.look(payment)
        slip = payment.with_context(lang="en_US")._ticket()
        self.assertIn("234,50", slip)
