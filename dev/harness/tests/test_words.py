"""Each thing has one word, in every sentence and in the manual: `docs/WORDS.md` tells which."""

import re

import polib
import pytest

from harness import paths

GLOSSARY = paths.ROOT / "docs" / "WORDS.md"
TEMPLATES = [
    *(paths.ROOT / "i18n").glob("*.pot"),
    *(paths.KIOSK / paths.KIOSK_ADDON / "i18n").glob("*.pot"),
]
MANUAL = [paths.ROOT / "README.md", *sorted((paths.ROOT / "docs").glob("[0-9O]*.md"))]
# Odoo's own, for each terminal.
CORE = {"Transaction cancelled"}


def avoided():
    """Return what no sentence says, of the last column of the glossary."""
    rows = re.findall(r"^\|.*\|.*\|([^|]*)\|$", GLOSSARY.read_text(), re.MULTILINE)
    return [word for row in rows for word in re.findall(r"`([^`]+)`(?! as a button)", row)]


def test_the_glossary_names_words():
    assert len(avoided()) > 20


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_sentences_use_the_words(template):
    sentences = [entry.msgid for entry in polib.pofile(str(template))]
    assert sentences
    wrong = [
        f"{word}: {sentence}"
        for sentence in sentences
        for word in avoided()
        if sentence not in CORE and re.search(rf"\b{word}\b", sentence, re.IGNORECASE)
    ]
    assert not wrong


@pytest.mark.parametrize("page", MANUAL, ids=lambda path: path.name)
def test_the_manual_uses_the_words(page):
    text = re.sub(r"\s+", " ", page.read_text())
    assert not [word for word in avoided() if re.search(rf"\b{word}\b", text, re.IGNORECASE)]
