"""What the measurement of a Stripe that takes few requests says of whose turn it was."""

from benchmarks import limit

LOG = """\
2026-11-28 10:00:00,500 71 DEBUG shop odoo.addons.pos_payment_stripe.runner: send of 0 waited \
for its turn 400 ms: req_a
2026-11-28 10:00:00,501 71 INFO shop odoo.addons.pos_payment_stripe.runner: req_b
2026-11-28 10:00:00,600 72 DEBUG shop odoo.addons.pos_payment_stripe.runner: read of 2 waited \
for its turn 0 ms: req_c
"""


def test_requests_that_both_logs_have():
    calls = [
        {"request": name, "time": 100.0, "status": status}
        for name, status in (("req_a", 200), ("req_b", 200), ("req_c", 429))
    ]
    assert limit.requests_of(calls, LOG) == [
        limit.Request("71", 0, 99.6, 100.0, 200),
        limit.Request("72", 2, 100.0, 100.0, 429),
    ]


def test_who_waited_while_others_were_asked():
    waited = limit.Request("71", 0, 10.0, 11.0, 200)
    early = limit.Request("71", 2, 10.0, 10.5, 200)
    same = limit.Request("71", 0, 10.0, 10.5, 200)
    other = limit.Request("72", 2, 10.0, 10.5, 200)
    on_its_way = limit.Request("71", 2, 9.0, 10.05, 200)
    assert limit.out_of_turn([waited, early, same, other, on_its_way]) == [early]


def test_figures_and_table():
    requests = [("71", 0, 10.0, 11.0, 200), ("71", 3, 10.0, 10.5, 429)]
    result = {
        "sizes": limit.FULL,
        "payments": 2,
        "problems": {"declined": 1},
        "overheads": [1.0, 2.0],
        "wrong": 0,
        "refunds_asked": 30,
        "refunds_made": 29,
        "compared": {"agrees": 3},
        "requests": requests,
    }
    assert [(figure.ours, figure.met) for figure in limit.figures(result)] == [
        (2, False),
        (0, True),
        (1, False),
    ]
    (table,) = limit.tables(result)
    assert table.rows[3] == ("comparisons", 1, 1, 500.0, 500.0, 500.0, 1)
