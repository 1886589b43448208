from benchmarks import tills
from benchmarks.support.phase import RAMP
from benchmarks.support.shop import CORE, OURS

NEEDED = {CORE: 0.4, OURS: 0.6}


def _phase(side, count=50, paid=100, **values):
    return {
        "side": side,
        "tills": count,
        "seconds": RAMP + 10,
        # Evenly, from when they are counted.
        "ended": [RAMP + 10 * number / paid for number in range(paid)],
        "overheads": [NEEDED[side] + 0.1] * paid,
        "waited": 5.0 - NEEDED[side],
        "failed": 0,
        "failed_requests": 0,
        "probes": [0.01] * 19 + [0.05],
        "calls": 3 * paid,
        "busiest_second": 40,
        "wrong": 0,
        **values,
    }


def _figures(core, ours):
    sizes = {"stripe": 0.2, "rate_limit": 100}
    return tills.figures({"phases": [core, ours], "sizes": sizes})


def test_a_phase_in_a_few_numbers():
    result = {"phases": [_phase(OURS)], "sizes": {"stripe": 0.2}}
    found = tills.summary(result, 50, OURS)
    assert found["rate"] == 10.0
    assert found["allowed"] == 10.0
    assert round(found["overhead_p50"]) == round(found["overhead_p95"]) == 100
    assert found["unrelated_p50"] == found["unrelated_p95"] == 10.0
    assert found["calls"] == 3.0
    assert tills.summary(result, 200, OURS) is None


def test_targets():
    assert [one.met for one in _figures(_phase(CORE), _phase(OURS))] == [True, True, True]
    # Neither five times as fast nor as fast as can be.
    slow = _figures(_phase(CORE, paid=20), _phase(OURS, paid=80))
    assert [one.met for one in slow] == [False, True, True]
    fast = _figures(_phase(CORE, paid=15), _phase(OURS, paid=80))
    assert fast[0].met
    broken = _phase(OURS, paid=0, failed_requests=3, probes=[0.2])
    assert [one.met for one in _figures(_phase(CORE, paid=0), broken)] == [False, False, False]
    assert not tills.figures({"phases": [_phase(OURS)], "sizes": {"stripe": 0.2}})


def test_money_that_is_known_differently():
    core, ours = _phase(CORE, count=200), _phase(OURS, count=200, wrong=1)
    assert [one.met for one in _figures(core, ours)] == [True, False]
