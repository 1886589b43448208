"""What the measurement of a chain's tills says of its phases."""

import pytest

from benchmarks import chain
from benchmarks.support.phase import RAMP
from benchmarks.support.processors import GROUPS, shares
from benchmarks.support.shop import OURS


def phase(layout, paid=150, idle=1, **values):
    return {
        "layout": layout,
        "side": OURS,
        "tills": layout.tills,
        "seconds": RAMP + 10,
        "ended": [RAMP + 10 * number / paid for number in range(paid)],
        "overheads": [1.6] * paid,
        "waited": 4.4,
        "failed": 0,
        "failed_requests": 0,
        "probes": [0.01],
        "calls": 3 * paid,
        "busiest_second": 60,
        "processors": {**dict.fromkeys(GROUPS, 0), "Odoo": 20 - idle, "idle": idle},
        "wrong": 0,
        **values,
    }


def result(before, ours):
    return {"sizes": {"stripe": 0.2}, "chain": [before, ours]}


BEFORE, NOW = chain.Layout(300, 2, 1, chain.BEFORE), chain.Layout(300, 2, 1)


def met(before, ours):
    return [figure.met for figure in chain.figures(result(before, ours))]


def test_targets():
    assert met(phase(BEFORE, paid=100), phase(NOW)) == [True] * 4
    assert met(phase(BEFORE, paid=110), phase(NOW)) == [True, True, False, True]
    bad = phase(NOW, failed_requests=1, wrong=2, idle=5)
    assert met(phase(BEFORE, paid=100), bad) == [False, False, True, False]
    # Processors may rest where customers have nothing to wait for.
    assert met(phase(BEFORE, paid=100), phase(NOW, paid=600, idle=9))[3]
    assert not chain.figures(result(phase(BEFORE), phase(chain.Layout(500, 2, 1))))


def test_tables_name_each_layout():
    times, used = chain.tables(result(phase(BEFORE), phase(chain.Layout(500, 4, 2))))
    assert [row[0] for row in times.rows] == [row[0] for row in used.rows]
    assert times.rows[0][0] == "300 tills, 2 workers of a server, 19.0.1.0.0"
    assert times.rows[1][0] == "500 tills, 4 workers of each of 2 servers"
    assert used.rows[0][1:3] == (19000 / 150, 0)
    assert used.rows[0][-1] == 5
    assert not chain.tables({"sizes": {}})


def test_a_layout_in_words():
    assert chain.layout("500,4,2") == chain.Layout(500, 4, 2)
    assert chain.layout(f"300,2,1,{chain.BEFORE}") == BEFORE
    for words in ("", "500,4", "a,b,c", "500,0,1", "5,4,3,2"):
        with pytest.raises(ValueError):
            chain.layout(words)


def test_shares_are_of_the_whole_machine():
    assert sum(shares(phase(NOW)["processors"]).values()) == 100
