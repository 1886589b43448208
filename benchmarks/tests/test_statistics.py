from benchmarks.support import statistics


def test_percentiles_are_values_that_were_measured():
    values = [5, 1, 4, 2, 3]
    assert statistics.percentile(values, 50) == 3
    assert statistics.percentile(values, 95) == 5
    assert statistics.percentile(values, 20) == 1
    assert statistics.percentile(values, 0) == 1
    assert statistics.p95(range(1, 101)) == 95


def test_nothing_measured_is_nothing_said():
    assert statistics.summary([]) == {"count": 0, "median": None, "p95": None}
    assert statistics.ratio(None, 2.0) is None
    assert statistics.ratio(1.0, 0.0) is None
    assert statistics.ratio(1.0, None) is None


def test_summary_and_ratio():
    assert statistics.summary([3.0, 1.0, 2.0, 10.0]) == {"count": 4, "median": 2.5, "p95": 10.0}
    assert statistics.ratio(1.0, 4.0) == 0.25
    assert statistics.ratio(0.0, 4.0) == 0.0
