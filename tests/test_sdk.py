from unittest.mock import patch

from odoo.addons.pos_payment_stripe import sdk
from odoo.tests import tagged

from .common import SERIAL_NUMBER, OwnAccountCase


@tagged("post_install", "-at_install")
class TestSdk(OwnAccountCase):
    """An SDK that the addon does not know is named where the key is checked."""

    def advice(self, version):
        """Return level and sentences of the provider's and of the method's form."""
        self.provider._stripe_terminal_check_account()
        with patch.object(sdk, "VERSION", version):
            self.provider.invalidate_recordset()
            checked = self.method.stripe_terminal_check(SERIAL_NUMBER)
            return (
                (
                    self.provider.stripe_terminal_account_level,
                    self.provider.stripe_terminal_account_advice,
                ),
                (checked["level"], checked["message"]),
            )

    def test_other_versions_are_named(self):
        for version in ("13.2.0", "17.0.0", "17.1.0b1"):
            for level, text in self.advice(version):
                self.assertEqual(level, "warning")
                self.assertIn(f"Version {version} of the Python package stripe", text)
                self.assertIn("from 14.0 to 16", text)

    def test_supported_versions_are_not_mentioned(self):
        for version in ("14.0.0", "15.6.0", "15.7.0b2", "16.1.0", "16.12.0"):
            for level, text in self.advice(version):
                self.assertEqual(level, "success")
                self.assertNotIn("package", text)

    def test_this_one_is_supported(self):
        self.assertTrue(sdk.is_supported(sdk.VERSION))
