"""How the tests of the last release are read, and what is listed as changed since."""

import pytest

from harness import pytest_ids
from harness.parts import Count, pytest_run, released_tests
from harness.released_suite.changed import CHANGED
from harness.released_suite.renames import Rename

REPORT = """<testsuites><testsuite>
<testcase classname="pos_payment_stripe.tests.test_shop.TestShop" name="test_sale"/>
<testcase classname="stripe_terminal.tests.test_money" name="test_sum[EUR]"/>
<testcase classname="stripe_terminal.tests.test_money" name="test_sum[JPY]">
<failure message="assert 1 == 2&#10;more"/></testcase>
<testcase classname="" name="stripe_terminal.tests.test_old"><error message="no"/></testcase>
</testsuite></testsuites>"""
SALE = "tests/test_shop.py::TestShop::test_sale"
EUR, JPY = (f"stripe_terminal/tests/test_money.py::test_sum[{name}]" for name in ("EUR", "JPY"))
BROKEN = "stripe_terminal.tests.test_old"


@pytest.fixture
def found(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    return released_tests.outcomes(report, 1)


def test_how_each_test_ended(found):
    passed = pytest_run.PASSED
    assert found == {SALE: passed, EUR: passed, JPY: "assert 1 == 2", BROKEN: "error: no"}


def test_a_pytest_that_broke_is_a_failure(tmp_path):
    found = released_tests.outcomes(tmp_path / "report.xml", 2)
    assert found == {"report": "error: pytest ended with 2"}


def test_a_failing_test_has_to_be_listed(found, capsys):
    assert released_tests.tell(found, [JPY, BROKEN]) == Count(2, 0)
    assert released_tests.tell(found, [JPY]) == Count(2, 1)
    assert f"FAILS: {BROKEN}: error: no" in capsys.readouterr().out


def test_a_listed_test_has_to_fail(found, capsys):
    assert released_tests.tell(found, [JPY, BROKEN, SALE]) == Count(1, 1)
    assert f"listed without need: {SALE}" in capsys.readouterr().out
    assert released_tests.tell(found, [JPY, BROKEN, "tests/test_shop.py::test_none"]) == Count(2, 1)
    assert "listed, but not there: tests/test_shop.py::test_none" in capsys.readouterr().out


def test_a_rename_is_of_whole_words_and_of_its_file():
    rename = Rename("REFUND", "REFUND_ALL", "tests/test_shop.py")
    assert rename.apply("tests/test_shop.py", "REFUND, REFUND_INTENT") == (
        "REFUND_ALL, REFUND_INTENT"
    )
    assert rename.apply("tests/test_bar.py", "REFUND") == "REFUND"
    assert Rename("REFUND", "REFUND_ALL").apply("tests/test_bar.py", "REFUND") == "REFUND_ALL"


@pytest.mark.parametrize("one", CHANGED, ids=lambda one: one.test)
def test_what_has_changed_is_tested(one):
    assert one.why
    assert pytest_ids.is_there(one.today), one.today


def test_none_is_listed_twice():
    assert len({one.test for one in CHANGED}) == len(CHANGED)
