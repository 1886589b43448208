import os
import re
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import polib

from odoo.addons.pos_payment_stripe.dev.harness import addon_files
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

FOLDER = Path(__file__).parent.parent / "i18n"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """Each sentence can be translated, and no translation loses what is filled in."""

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

    def test_translations_keep_the_placeholders(self):
        for path in FOLDER.glob("*.po"):
            for entry in polib.pofile(str(path)).translated_entries():
                with self.subTest(f"{path.name}: {entry.msgid}"):
                    self.assertEqual(
                        sorted(PLACEHOLDER.findall(entry.msgstr)),
                        sorted(PLACEHOLDER.findall(entry.msgid)),
                    )
