"""Which Odoo is taken, and what is said of a wrong one."""

import pytest

from harness import odoo_source
from harness.console import Problem

RELEASE = "version_info = ({}, 0, 0, FINAL, 0, '')\n"


def checkout(folder, version):
    (folder / "odoo" / "addons").mkdir(parents=True)
    (folder / "addons").mkdir()
    (folder / "odoo" / "release.py").write_text(RELEASE.format(version))
    return folder


def test_a_named_checkout_is_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_PATH", str(checkout(tmp_path, 19)))
    found = odoo_source.ensure()
    assert found.python_path == tmp_path
    assert found.addons == (tmp_path / "addons", tmp_path / "odoo" / "addons")


@pytest.mark.parametrize(
    ("version", "words"), [(18, "another version"), (None, "no checkout of Odoo")]
)
def test_a_wrong_one_is_refused_in_a_sentence(tmp_path, monkeypatch, version, words):
    if version:
        checkout(tmp_path, version)
    monkeypatch.setenv("ODOO_PATH", str(tmp_path))
    with pytest.raises(Problem, match=words):
        odoo_source.ensure()


def test_the_fingerprint_changes_with_the_checkout(tmp_path, monkeypatch):
    seen = set()
    for name in ("one", "two"):
        monkeypatch.setenv("ODOO_PATH", str(checkout(tmp_path / name, 19)))
        seen.add(odoo_source.ensure().fingerprint)
    assert len(seen) == 2
