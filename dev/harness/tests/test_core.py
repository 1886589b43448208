"""What dev/test core makes of Odoo's own tests with and without the addon."""

import json

from harness.parts import core


def rows(**outcomes):
    return {test: {"test": test, "outcome": outcome} for test, outcome in outcomes.items()}


def test_what_fails_on_both_sides_is_odoos():
    found = {
        core.WITH: rows(good="passed", ours="failed", theirs="failed", new="failed"),
        core.WITHOUT: rows(good="passed", ours="passed", theirs="failed"),
    }
    assert core.suspects(found) == ["ours", "new"]


def test_a_suspect_is_believed_when_it_fails_again_and_only_with_the_addon():
    again = {
        core.WITH: rows(guilty="failed", shaky="passed", theirs="failed"),
        core.WITHOUT: rows(guilty="passed", shaky="passed", theirs="failed"),
    }
    assert core.still_guilty(["guilty", "shaky", "theirs", "gone"], again) == ["guilty"]


def test_each_test_of_hoot_counts():
    lines = [json.dumps({"test": "a.b.TestC.test_d", "outcome": "passed", "why": ""})]
    log = (
        '… INFO … browser: [HOOT] Test "@pos_hr/models/one" passed (assertions: 2 / time: 5 ms)\n'
        '… ERROR … browser: [HOOT] Test "@pos_hr/models/two" failed:\n'
    )
    found = core.results(lines, log)
    assert {test: row["outcome"] for test, row in found.items()} == {
        "a.b.TestC.test_d": "passed",
        "@pos_hr/models/one": "passed",
        "@pos_hr/models/two": "failed",
    }
