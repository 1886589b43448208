"""The till's files: patches of core in one kind of room, no file of ours patched by another."""

import re
from xml.etree import ElementTree

import pytest

from harness import core_names

MOST_LINES = 350
# What can be patched of Odoo's without a class: page.component and pos are pos_restaurant's.
PATCHED = re.compile(r"(?m)^ *patch\(([\w.]+?)(?:\.prototype)?, \{")


@pytest.mark.parametrize("file", core_names.scripts())
def test_a_file_is_read_at_a_sitting(file):
    assert len(core_names.scripts()[file].splitlines()) <= MOST_LINES


def test_core_is_patched_in_rooms_for_it():
    patching = {file for file, text in core_names.scripts().items() if PATCHED.search(text)}
    assert patching
    assert {file for file in patching if "/core/" not in file} == set()
    extending = {file for file, _template in core_names.xpaths() if "/backend/" not in file}
    assert extending
    assert {file for file in extending if "/core/" not in file} == set()


def test_a_room_of_patches_has_nothing_else():
    for file, text in core_names.scripts().items():
        if "/core/" in file:
            assert PATCHED.search(text), file
    for path in core_names.SOURCES.rglob("core/*.xml"):
        for template in ElementTree.parse(path).getroot():
            assert template.get("t-inherit"), path.name


def test_none_of_our_classes_is_patched():
    scripts = core_names.scripts().values()
    own = {name for text in scripts for name in re.findall(r"class (\w+)", text)}
    patched = [name for text in scripts for name in PATCHED.findall(text)]
    assert own & set(patched) == set()
