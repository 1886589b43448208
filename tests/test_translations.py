import os
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import polib

from odoo.addons.pos_payment_stripe.dev.harness import addon_files
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

FOLDER = Path(__file__).parent.parent / "i18n"


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """Each sentence can be translated; what becomes of it is for `test_languages.py`."""

    def test_the_template_has_each_sentence(self):
        terms = BytesIO()
        with patch.object(os, "walk", addon_files.walk):
            trans_export(None, [addon_files.ADDON], terms, "po", self.env)
        wanted = {entry.msgid for entry in polib.pofile(terms.getvalue().decode())}
        pot = polib.pofile(str(FOLDER / f"{addon_files.ADDON}.pot"))
        self.assertGreater(len(wanted), 400)
        self.assertEqual(
            sorted(wanted - {entry.msgid for entry in pot}),
            [],
            "These sentences are not in i18n/pos_payment_stripe.pot: run ./dev/translate.",
        )
