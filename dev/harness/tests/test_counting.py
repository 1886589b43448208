"""What the last line of dev/test counts."""

from harness import testing
from harness.parts import Count, lint, pytest_run

REPORT = """<testsuites><testsuite>
<testcase name="good"/>
<testcase name="bad"><failure message="x"/></testcase>
<testcase name="broken"><error message="x"/></testcase>
<testcase name="left out"><skipped type="pytest.skip" message="x"/></testcase>
<testcase name="known"><skipped type="pytest.xfail" message="x"/></testcase>
</testsuite></testsuites>"""
HOOKS = """ruff.....................................................................Passed
prettier.................................................................Failed
- hook id: prettier
eslint...............................................(no files to check)Skipped
"""


def test_a_skipped_test_counts_as_failed(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert pytest_run.count(report, code=1) == Count(passed=2, failed=3)


def test_a_pytest_that_broke_is_a_failure(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text("<testsuites><testsuite><testcase name='good'/></testsuite></testsuites>")
    assert pytest_run.count(report, code=0) == Count(passed=1)
    assert pytest_run.count(report, code=3) == Count(passed=1, failed=1)


def test_no_report_is_a_failure(tmp_path):
    assert pytest_run.count(tmp_path / "none.xml", code=4) == Count(failed=1)


def test_each_hook_counts_once():
    assert lint.count(HOOKS, code=1) == Count(passed=1, failed=1)


def test_a_crash_of_the_hooks_is_a_failure():
    assert lint.count("InvalidConfigError", code=1) == Count(failed=1)


def test_arguments_after_the_parts_are_passed_on():
    assert testing.split(["odoo", "tours", "-k", "unit"]) == (["odoo", "tours"], ["-k", "unit"])
    assert testing.split(["-x"]) == ([], ["-x"])
    assert testing.split([]) == ([], [])
    assert testing.split(["commands", "core", "dev/demo"]) == (["commands"], ["core", "dev/demo"])
