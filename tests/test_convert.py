import os
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SERIAL_NUMBER, OwnAccountCase


@tagged("post_install", "-at_install")
class TestConvert(OwnAccountCase):
    """Payment methods go over from core's `pos_stripe` and back; the addon itself is not needed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        PaymentMethod = cls.registry["pos.payment.method"]
        selection = PaymentMethod._get_payment_terminal_selection
        cls.startClassPatcher(
            patch.object(
                PaymentMethod,
                "_get_payment_terminal_selection",
                lambda self: [("stripe", "Stripe"), *selection(self)],
            )
        )

    def setUp(self):
        super().setUp()
        self.method.use_payment_terminal = "stripe"
        self.convertible = self.method.with_user(self.manager)

    def facts(self):
        """Return what a conversion leaves alone."""
        return self.method.read(
            ["name", "journal_id", "outstanding_account_id", "receivable_account_id", "config_ids"]
            + ["stripe_serial_number", "payment_method_type", "company_id", "active"]
        )

    def test_there_and_back(self):
        before = self.facts()
        notification = self.convertible.action_stripe_terminal_convert()["params"]
        self.assertEqual(notification["type"], "success")
        self.assertEqual(notification["message"], "Converted: Set-up.")
        self.assertEqual(self.method.use_payment_terminal, "stripe_terminal")
        self.assertEqual(self.method.stripe_reader_id.stripe_id, self.reader.id)
        self.assertEqual(self.facts(), before)
        notification = self.convertible.action_stripe_terminal_convert_back()["params"]
        self.assertEqual(notification["message"], "Converted: Set-up.")
        self.assertEqual(self.method.use_payment_terminal, "stripe")
        self.assertEqual(self.facts(), before)

    def test_known_readers_are_not_asked_for(self):
        self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        with patch.dict(os.environ, STRIPE_API_BASE="http://127.0.0.1:1"):
            self.convertible.action_stripe_terminal_convert()
        self.assertEqual(self.method.use_payment_terminal, "stripe_terminal")

    def test_unknown_reader(self):
        other = self._create_method("Lost reader", "WSC000000000000")
        other.use_payment_terminal = "stripe"
        notification = (self.convertible | other).action_stripe_terminal_convert()["params"]
        self.assertEqual(notification["type"], "warning")
        self.assertEqual(
            notification["message"],
            "Converted: Set-up. The Stripe account has no card reader for Lost reader "
            "(WSC000000000000): compare the serial numbers, or pair the readers, then convert "
            "again.",
        )
        self.assertEqual(other.use_payment_terminal, "stripe")

    def test_stripe_unreachable(self):
        with (
            patch.dict(os.environ, STRIPE_API_BASE="http://127.0.0.1:1"),
            self.assertRaisesRegex(UserError, "Stripe cannot be reached"),
        ):
            self.convertible.action_stripe_terminal_convert()
        self.assertEqual(self.method.use_payment_terminal, "stripe")

    def test_open_session(self):
        config = self._create_register("Terrace", self.method)
        session = self._open_session(config)
        with self.assertRaisesRegex(
            UserError, rf"Close these sessions first, then convert: Terrace \({session.name}\)"
        ):
            self.convertible.action_stripe_terminal_convert()
        self.assertEqual(self.method.use_payment_terminal, "stripe")

    def test_several_at_once_there_and_back(self):
        self.account.add_reader(serial_number="WSC222222222222")
        methods = self.convertible | self._create_method("Bar", "WSC222222222222")
        methods.write({"use_payment_terminal": "stripe"})
        self.assertIn("Set-up, Bar", methods.action_stripe_terminal_convert()["params"]["message"])
        answer = methods.action_stripe_terminal_convert_back()["params"]
        self.assertEqual(answer["message"], "Converted: Set-up, Bar.")

    def test_methods_of_self_order_kiosks_stay(self):
        self._create_register("Kiosk", self.method).self_ordering_mode = "kiosk"
        notification = self.convertible.action_stripe_terminal_convert()["params"]
        self.assertEqual(notification["type"], "warning")
        self.assertEqual(
            notification["message"],
            "No payment method was converted. Left with Odoo's own Stripe addon, because "
            "self-order kiosks know no other: Set-up.",
        )
        self.assertEqual(self.method.use_payment_terminal, "stripe")

    def test_other_terminals_stay(self):
        others = self.other_method
        notification = others.action_stripe_terminal_convert()["params"]
        self.assertEqual(notification["message"], "No payment method was converted.")
        self.assertFalse(others.use_payment_terminal)

    def test_all_from_the_settings(self):
        settings = self.env["res.config.settings"].with_company(self.company).create({})
        self.assertEqual(settings.stripe_terminal_core_method_count, 1)
        settings.action_stripe_terminal_convert()
        self.assertEqual(self.method.use_payment_terminal, "stripe_terminal")
        self.assertEqual(self.method.stripe_serial_number, SERIAL_NUMBER)

    def test_is_for_managers(self):
        for action in ("action_stripe_terminal_convert", "action_stripe_terminal_convert_back"):
            with self.assertRaises(AccessError):
                getattr(self.method.with_user(self.cashier), action)()


@tagged("post_install", "-at_install")
class TestConvertBackWithoutCore(OwnAccountCase):
    def test_says_what_is_missing(self):
        if "stripe" in dict(self.method._get_payment_terminal_selection()):
            return
        with self.assertRaisesRegex(UserError, "Odoo's own Stripe addon is not installed"):
            self.method.action_stripe_terminal_convert_back()
