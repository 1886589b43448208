import types

import pytest

from benchmarks import report
from benchmarks.support.figures import Figure
from benchmarks.support.tables import Table

PAGE = (
    "Before\n<!-- figures of dev/bench: begin -->\nold\n<!-- figures of dev/bench: end -->\nAfter\n"
)


def test_a_text_between_marks_is_replaced_again_and_again():
    once = report.between(PAGE, "figures", "\nnew\n")
    assert once == PAGE.replace("old", "\nnew\n")
    assert report.between(once, "figures", "new") == once
    with pytest.raises(ValueError, match="tables of dev/bench"):
        report.between(PAGE, "tables", "new")


def _measurement():
    return types.SimpleNamespace(
        TITLE="Send to reader",
        figures=lambda result: [
            Figure("Time, ms", "≤ 0.5 × core", 100.0, result["ours"], result["ours"] <= 50, 0.4),
            Figure("Start, ms", "", None, 1.0, None, 1.0, "without"),
        ],
        tables=lambda result: [Table("Times", ("", "ours"), [("warm", result["ours"])])],
    )


def test_what_missed_its_target_says_so():
    text = report.figures({"send": _measurement()}, {"send": {"ours": 60.0}})
    assert "≤ 0.5 × core (missed)" in text
    assert "0.40 × core" in text
    assert "1.00 × without" in text
    assert "`./dev/bench send`" in text
    assert "missed" not in report.figures({"send": _measurement()}, {"send": {"ours": 40.0}})


def test_pages_are_made_from_what_there_is():
    made = {"date": "2026-01-31", "revision": "abc", "cores": 2, "seconds": 120}
    measurements = {"send": _measurement(), "tills": _measurement()}
    text = report.details(measurements, {"send": {"ours": 40.0, "made": made}})
    assert text.startswith(
        "### Send to reader\n\n`./dev/bench send`, 2026-01-31, revision abc, 2 cores, 2 minutes."
    )
    assert "| warm | 40.0 |" in text
    assert "dev/bench tills" not in text
