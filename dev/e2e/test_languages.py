"""A cashier sells, meets a decline and refunds in another language; Arabic begins at the right.

``LANGUAGES=fr_FR,de_DE ./dev/test tours dev/e2e/test_languages.py`` does it in others.
"""

import os

import polib
import pytest
from playwright.sync_api import expect

from harness import debian, node, npm, odoo_source, paths
from support.audit import audit
from support.looks import look_at
from support.refunding import choose_card, refund, refund_order
from support.till import PATIENCE

LANGUAGES = os.environ.get("LANGUAGES", "sv_SE,ar_001").split(",")
NO_FUNDS = "4000000000009995"
DECLINED = "The card was declined: insufficient funds. Ask for another card or another way to pay."
# With which Odoo mirrors its pages; without it Arabic begins at the left.
RTLCSS = ("rtlcss", "4.3.0")
# Where Odoo's own pages get an Arabic font, if they can.
FONTS = "https://fonts.odoocdn.com/"
# In a shop the system has one; here Japanese would be empty boxes.
JAPANESE_FONT = "fonts-vlgothic"
OF_CORE = "point_of_sale/i18n"


class Language:
    """What the addon and core's Point of Sale say in a language.

    :param code: of Odoo's ``res.lang``
    """

    def __init__(self, code):
        self.code = code
        folders = [addons / OF_CORE for addons in odoo_source.ensure().addons]
        self._catalogs = [
            polib.pofile(str(folder / f"{name}.po"))
            for folder in [paths.ROOT / "i18n", *folders]
            for name in [code, code.split("_")[0]]
            if (folder / f"{name}.po").exists()
        ]

    def say(self, sentence):
        """Return a sentence in the language.

        :raises LookupError: nobody has translated it
        """
        for catalog in self._catalogs:
            entry = catalog.find(sentence)
            if entry and entry.msgstr:
                return entry.msgstr
        raise LookupError(f"{self.code}: {sentence}")

    @property
    def is_from_the_right(self):
        """Whether it is written from right to left."""
        return self.code.startswith("ar")

    def variables(self):
        """Return the environment of a server whose pages are in the language."""
        if not self.is_from_the_right:
            return {}
        tools = npm.ensure(*RTLCSS).parent / ".bin"
        return {"PATH": os.pathsep.join([str(tools), node.environment()["PATH"]])}

    def use(self, server):
        """Load the language into a server's database, and have its people read it."""
        admin = server.admin
        language = admin.call(
            "res.lang", "search", [("code", "=", self.code)], context={"active_test": False}
        )
        wizard = admin.create("base.language.install", lang_ids=[(6, 0, language)])
        admin.call("base.language.install", "lang_install", [wizard])
        people = admin.search("res.users", [("login", "in", ["admin", "cashier"])])
        admin.write("res.users", people, lang=self.code)


# A language is loaded into the database first.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="session", autouse=True)
def fonts():
    """Install what the pictures need before the browser starts, which looks for fonts once."""
    if "ja_JP" in LANGUAGES:
        debian.install(JAPANESE_FONT, "A picture in Japanese")


@pytest.fixture(params=LANGUAGES)
def language(request):
    """One of the languages."""
    return Language(request.param)


def test_pay_decline_and_refund(language, start_server, make_shop, open_till, open_office):
    server = start_server(variables=language.variables())
    language.use(server)
    shop = make_shop(server=server)
    till = open_till(shop).sell("Espresso", "Croissant").choose_method(shop.card)
    till.wait_for_status(language.say("Waiting for card")).wait_for_reader("amount")
    problems = look_at(till, f"{language.code}_waiting")
    shop.reader.tap(NO_FUNDS)
    till.wait_for_status(language.say(DECLINED))
    problems += look_at(till, f"{language.code}_declined")
    till.retry().wait_for_reader("amount")
    shop.reader.tap()
    till.wait_for_receipt().screenshot(f"{language.code}_receipt")
    slip = till.page.locator(".pos-receipt")
    expect(slip).to_contain_text(f"{language.say('Amount')}: ")
    till.next_order()

    refund_order(till, {"Espresso": 1}, paid=language.say("Paid"))
    choose_card(till, shop, "-2.40")
    problems += look_at(till, f"{language.code}_refund")
    refund(till)
    till.wait_for_receipt(timeout=PATIENCE)
    audit(shop)
    assert not problems
    till.tolerate(FONTS)
    till.foreign_requests = [it for it in till.foreign_requests if not it.startswith(FONTS)]
    direction = till.page.evaluate("getComputedStyle(document.querySelector('.pos')).direction")
    assert direction == ("rtl" if language.is_from_the_right else "ltr")

    office = open_office(server)
    office.open("pos_payment_stripe.pos_stripe_payment_action")
    office.picture(f"{language.code}_journal")
    office.open_settings()
    office.picture(f"{language.code}_settings")
    server.close()
