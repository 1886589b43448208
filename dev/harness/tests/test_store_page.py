"""The page of the app store shows what is there, and nothing from elsewhere."""

import re

from harness import paths

FOLDER = paths.ROOT / "static" / "description"
MOST_LETTERS_OF_A_NAME = 25


def manifest():
    return (paths.ROOT / "__manifest__.py").read_text()


def test_its_pictures_are_there():
    page = (FOLDER / "index.html").read_text()
    named = re.findall(r'src="([^"]*)"', page)
    assert len(named) >= 6
    assert [name for name in named if not (FOLDER / name).is_file()] == []
    (cover,) = re.findall(r'"images": \["([^"]*)"\]', manifest())
    assert (paths.ROOT / cover).is_file()


def test_nothing_of_it_comes_from_elsewhere():
    page = (FOLDER / "index.html").read_text()
    assert re.findall(r"<script|<link|<iframe|https?://|\bon\w+=", page) == []


def test_the_name_fits():
    (name,) = re.findall(r'"name": "([^"]*)"', manifest())
    assert len(name) <= MOST_LETTERS_OF_A_NAME
