import os
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import polib

from odoo.addons.pos_payment_stripe.dev.harness import addon_files
from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import trans_export

FOLDER = Path(__file__).parent.parent / "i18n"
CORE_BUTTONS = (
    "Cancel",
    "Close",
    "Confirm",
    "Discard",
    "Force done",
    "Open Register",
    "Payment Successful",
    "Refund",
    "Request sent",
    "Retry",
    "Send",
    "Transaction cancelled",
    "Waiting for card",
)
# Where core's word is another thing: a credit note, a registry, an abort, or “Cancel” once more.
OTHERWISE = {
    ("da", "Refund"),
    ("ja", "Close"),
    ("ja", "Force done"),
    ("nb", "Refund"),
    ("nl", "Refund"),
    ("pl", "Refund"),
    ("pt_BR", "Discard"),
    ("sv", "Open Register"),
    ("sv", "Refund"),
}


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

    def test_buttons_read_as_cores(self):
        core = Path(file_path("point_of_sale/i18n"))
        for path in sorted(FOLDER.glob("*.po")):
            ours, theirs = polib.pofile(str(path)), polib.pofile(str(core / path.name))
            for button in CORE_BUTTONS:
                wanted = theirs.find(button)
                if wanted and wanted.msgstr and (path.stem, button) not in OTHERWISE:
                    with self.subTest(f"{path.name}: {button}"):
                        self.assertEqual(ours.find(button).msgstr, wanted.msgstr)
