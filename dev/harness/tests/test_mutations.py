"""A rule is taken out in the test's process only, and only an assertion misses it."""

import json
import os
import subprocess
import sys

import pytest

from harness import mutation, paths
from harness.parts import mutations, pytest_run

SOURCE = "def limit():\n    return 5\n"
TESTS = """
import inspect
from pathlib import Path

import shop


class TestShop:
    def test_limit(self):
        assert shop.limit() == 5

    def test_source(self):
        assert "5" in inspect.getsource(shop.limit)

    def test_text(self):
        assert "5" in Path(shop.__file__).read_text()


def test_name():
    assert shop.limit
"""
FAILED = [f"test_shop.py::TestShop::{name}" for name in ("test_limit", "test_source", "test_text")]


@pytest.fixture
def shop(tmp_path):
    """Return a function that runs the tests of a program with something replaced."""
    (tmp_path / "shop.py").write_text(SOURCE)
    (tmp_path / "test_shop.py").write_text(TESTS)

    def run(text, replacement, file="shop.py"):
        told = {"path": str(tmp_path.resolve() / file), "text": text, "replacement": replacement}
        report = tmp_path / "report.xml"
        code = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:odoo", "-p", "no:cacheprovider"]
            + [*mutations.PLUGIN, "--rootdir", tmp_path, "--junitxml", report, tmp_path],
            env={
                **os.environ,
                mutation.TOLD: json.dumps(told),
                "PYTHONPATH": f"{tmp_path}{os.pathsep}{paths.DEV}",
            },
            stdout=subprocess.DEVNULL,
            check=False,
        ).returncode
        assert (tmp_path / "shop.py").read_text() == SOURCE
        return mutations._outcomes([*FAILED, "test_shop.py::test_name"], report, code)

    return run


def test_the_rule_is_gone(shop):
    for _again in range(2):
        found = shop("return 5", "return 6")
        assert found.pop("test_shop.py::test_name") == pytest_run.PASSED
        assert all(map(mutations.ASSERTION.match, found.values())), found


def test_a_crash_is_no_proof(shop):
    found = shop("return 5", "return five")
    assert found[FAILED[0]].startswith("NameError")
    assert not mutations.ASSERTION.match(found[FAILED[0]])


def test_a_file_that_no_test_loads(shop):
    assert "not loaded" in shop("return 5", "return 6", "other.py")[FAILED[0]]


def test_a_test_that_is_not_there():
    report = paths.REPORTS / "there_is_none.xml"
    for why in mutations._outcomes(FAILED, report, 0).values():
        assert why.startswith("it did not run")


@pytest.mark.parametrize("text", ["return 6", "r"])
def test_a_text_that_is_not_there_once(text):
    with pytest.raises(ValueError, match="not once"):
        mutation.replaced(SOURCE, text, "")
