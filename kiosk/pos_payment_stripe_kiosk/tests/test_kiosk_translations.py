import os
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import polib

from odoo.addons.pos_payment_stripe.dev.harness import addon_files
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

ADDON = "pos_payment_stripe_kiosk"
TEMPLATE = Path(__file__).parent.parent / "i18n" / f"{ADDON}.pot"


@tagged("post_install", "-at_install")
class TestKioskTranslations(TransactionCase):
    """Each sentence that a customer reads can be translated."""

    def test_the_template_has_each_sentence(self):
        terms = BytesIO()
        with patch.object(os, "walk", addon_files.walk_of(ADDON)):
            trans_export(None, [ADDON], terms, "po", self.env)
        wanted = {entry.msgid for entry in polib.pofile(terms.getvalue().decode())}
        known = {entry.msgid for entry in polib.pofile(str(TEMPLATE))}
        self.assertGreater(len(wanted), 30)
        self.assertEqual(sorted(wanted - known), [], "Run ./dev/translate.")
