"""What the measurement of an hour's payments says of its samples."""

from benchmarks import hour


def result(last_rss, *, pid=1, wrong=0):
    samples = [{"paid": 10, "rss": 50e6, "pid": 1, "threads": 9, "connections": 3}]
    samples += [{**samples[0], "paid": 100 * number, "rss": 100e6} for number in range(1, 11)]
    samples.append({**samples[0], "paid": 1200, "rss": last_rss, "pid": pid})
    return {"samples": samples, "wrong": wrong, "sizes": hour.QUICK}


def test_flat_is_compared_with_a_worker_that_is_warm():
    (figure,) = hour.figures(result(104e6))
    assert (figure.met, round(figure.ratio, 2), figure.to) == (True, 1.04, "200")


def test_growth_a_new_worker_and_a_wrong_payment_are_missed():
    for grown in (result(106e6), result(100e6, pid=2), result(100e6, wrong=1)):
        (figure,) = hour.figures(grown)
        assert figure.met is False


def test_the_table_has_each_sample():
    (table,) = hour.tables(result(100e6))
    assert len(table.rows) == 12
