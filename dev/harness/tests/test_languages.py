"""The thirteen languages: complete, with all that is filled in, in the words of the trade."""

import ast
import json
import re

import polib
import pytest

from harness import paths

FOLDERS = {
    paths.ADDON: paths.ROOT / "i18n",
    paths.KIOSK_ADDON: paths.KIOSK / paths.KIOSK_ADDON / "i18n",
}
LANGUAGES = ["ar", "da", "de", "es", "fi", "fr", "it", "ja", "nb", "nl", "pl", "pt_BR", "sv"]
# What each term of the trade is called, as a pattern of its inflected forms.
WORDS = json.loads((paths.DEV / "harness" / "tests" / "words.json").read_text())

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")
TAG = re.compile(r"<[^>]+>")
TITLE = re.compile(r'title="[^"]*"')
QUOTED = re.compile(r"“([^”]+)”")
PRESSED = re.compile(r"[Pp]ress (Retry|Send|Try Again)\b")
# A button or a label, and how much longer than in English it may be.
SHORT = 26

both = pytest.mark.parametrize("addon", FOLDERS)
each = pytest.mark.parametrize("language", LANGUAGES)


def catalog(addon, language):
    """Return the translations of an addon into a language."""
    return polib.pofile(str(FOLDERS[addon] / f"{language}.po"))


def template(addon):
    """Return the sentences of an addon."""
    return polib.pofile(str(FOLDERS[addon] / f"{addon}.pot"))


def one_line(text):
    """Return a sentence without the line breaks of its file."""
    return " ".join(text.split())


def marks(text):
    """Return the placeholders and tags of a sentence, whose titles are translated."""
    tags = [one_line(TITLE.sub("title", tag)) for tag in TAG.findall(text)]
    return sorted(PLACEHOLDER.findall(text)), sorted(tags)


@both
def test_there_are_these_languages(addon):
    assert sorted(path.stem for path in FOLDERS[addon].glob("*.po")) == LANGUAGES


@both
@each
def test_it_is_complete(addon, language):
    translated = catalog(addon, language)
    assert "machine-made" in translated.header
    assert translated.metadata["Language"] == language
    assert not translated.fuzzy_entries() and not translated.obsolete_entries()
    assert [entry.msgid for entry in translated if not entry.msgstr] == []
    missing = {entry.msgid for entry in template(addon)} - {entry.msgid for entry in translated}
    assert not missing, "run ./dev/translate"


@both
@each
def test_what_is_filled_in_stays(addon, language):
    lost = [
        (entry.msgid, entry.msgstr)
        for entry in catalog(addon, language)
        if marks(entry.msgid) != marks(entry.msgstr)
    ]
    assert not lost


@both
@each
def test_a_button_is_named_as_it_reads(addon, language):
    buttons = {
        entry.msgid: one_line(entry.msgstr) for name in FOLDERS for entry in catalog(name, language)
    }
    wrong = [
        (button, buttons[button], entry.msgstr)
        for entry in catalog(addon, language)
        for button in [*QUOTED.findall(entry.msgid), *PRESSED.findall(entry.msgid)]
        if buttons.get(button, "").lower() not in one_line(entry.msgstr).lower()
    ]
    assert not wrong


@both
@each
def test_the_words_of_the_trade_are_used(addon, language):
    assert len(WORDS[language]) >= 5
    wrong = [
        (word, entry.msgid, entry.msgstr)
        for entry in catalog(addon, language)
        for word, pattern in WORDS[language].items()
        if re.search(
            rf"(?<![\w-]){word}s?(?![\w-])", PLACEHOLDER.sub("", entry.msgid), re.IGNORECASE
        )
        and not re.search(pattern, entry.msgstr, re.IGNORECASE)
    ]
    assert not wrong


@both
@each
def test_buttons_and_labels_stay_short(addon, language):
    long = [
        (entry.msgid, entry.msgstr)
        for entry in catalog(addon, language)
        if len(entry.msgid) <= SHORT and len(entry.msgstr) > 2 * len(entry.msgid) + 8
    ]
    assert not long


def said_in_python(addon):
    """Return the sentences that an addon's Python translates, as the interpreter sees them."""
    root = FOLDERS[addon].parent
    folders = ("", "models/", "wizards/", "controllers/", "stripe_terminal/", "flows/")
    files = [path for folder in folders for path in root.glob(f"{folder}*.py")]
    trees = [ast.parse(path.read_text()) for path in files]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if getattr(call.func, "attr", getattr(call.func, "id", None)) == "_"
        and isinstance(call.args[0], ast.Constant)
    }


@both
def test_odoo_finds_what_python_says(addon):
    """Odoo looks for sentences in the text: one within an f-string is not found."""
    found = {entry.msgid for entry in template(addon) if "odoo-python" in entry.comment}
    assert said_in_python(addon) - found == set()
