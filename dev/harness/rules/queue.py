"""Consequences after evidence: no row waits for another, and people are told in time."""

from .rule import Rule

ROWS = "one row stops no other, and nothing is logged twice"
CAPTURE = "managers are told of a refused capture while there is time"
PENDING = "a refund that waits for the shop's balance is not done"
KILLED = "what a killed worker left is taken up"
RETENTION = "steps and comparisons do not grow for ever"
LATER = "a line that is retried in a later session belongs there"
COLLISIONS = "routine collisions are no errors in the log"

SUBJECTS = (ROWS, CAPTURE, PENDING, KILLED, RETENTION, LATER, COLLISIONS)

_CRON = "models/pos_stripe_payment_cron.py"
_UNCAPTURED = "models/pos_stripe_payment_uncaptured.py"
_OLD = "models/pos_stripe_retention.py"
_QUEUE = "tests/test_queue.py::TestQueue::"
_TOLD = "tests/test_capture_told.py::TestCaptureTold::"
_COLLIDE = "tests/test_collisions.py::TestCollisions::"
_KEPT = "tests/test_retention.py::TestRetention::"

RULES = (
    Rule(
        ROWS,
        "an object that Stripe fails on is not taken for a silent account",
        "silence.py",
        "ENOUGH = 3",
        "ENOUGH = 1",
        (_QUEUE + "test_an_object_that_stripe_fails_on_stops_no_other",),
    ),
    Rule(
        ROWS,
        "a silent account stops its own rows only",
        _CRON,
        "                    if account not in silences.silent():\n",
        "                    if silences.silent():\n                        return\n"
        "                    if True:\n",
        (_QUEUE + "test_a_silent_account_stops_its_own_rows_only",),
    ),
    Rule(
        ROWS,
        "a row that was looked at is looked at later next time, answered or not",
        "flows/flow.py",
        "        row.look_at = now + self._look_pause()\n",
        "",
        (_QUEUE + "test_an_object_that_stripe_fails_on_stops_no_other",),
    ),
    Rule(
        ROWS,
        "an order that raises stops no other capture",
        "guard.py",
        "        except Exception as error:\n            failed |= record\n",
        "        except Exception as error:\n            return records\n",
        (_TOLD + "test_an_order_that_raises_stops_no_other_capture",),
    ),
    Rule(
        ROWS,
        "a row without a key is written down once",
        "models/pos_stripe_payment_event.py",
        "WHERE is_new OR NOT EXISTS (",
        "WHERE TRUE OR NOT EXISTS (",
        (_QUEUE + "test_a_row_without_a_key_is_written_down_once",),
    ),
    Rule(
        CAPTURE,
        "when it is due",
        _UNCAPTURED,
        'Domain("capture_told_at", "=", False) & Domain("capture_due", "<=", now)',
        'Domain("id", "=", 0)',
        (_TOLD + "test_a_refused_capture_is_told_when_due_and_on_the_last_day",),
    ),
    Rule(
        CAPTURE,
        "once more a day before it lapses",
        _UNCAPTURED,
        '            "capture_before", "<=", now + LAST_DAY\n',
        '            "capture_before", "<=", now\n',
        (
            _TOLD + "test_a_refused_capture_is_told_when_due_and_on_the_last_day",
            _TOLD + "test_a_capture_with_a_tip_that_is_refused_is_told_a_day_before_it_lapses",
        ),
    ),
    Rule(
        CAPTURE,
        "with the reason",
        _UNCAPTURED,
        "code = self.capture_refusal if self.reachable else self.failure_code",
        "code = False",
        (_TOLD + "test_what_could_not_be_asked_is_told",),
    ),
    Rule(
        PENDING,
        "the till says that it waits",
        "models/pos_stripe_payment_refund_pending.py",
        "            and bool(self.pending_reason)\n",
        "            and False\n",
        ("tests/test_refund_pending.py::TestRefundPending::test_the_till_says_that_it_waits",),
    ),
    Rule(
        PENDING,
        "managers have an activity",
        "models/pos_stripe_payment_refund_pending.py",
        "        return (REFUND_WAITS,)\n",
        "        return ()\n",
        ("tests/test_refund_pending.py::TestRefundPending::test_managers_are_told_once",),
    ),
    Rule(
        KILLED,
        "the scheduled action finds a settled row that somebody never gave back",
        _CRON,
        'is_abandoned = Domain("lease_owner", "!=", False) & Domain("lease_until", "<", now)',
        'is_abandoned = Domain("id", "=", 0)',
        (_QUEUE + "test_a_settled_row_with_a_killed_workers_lease_is_read_once_more",),
    ),
    Rule(
        RETENTION,
        "Odoo's daily cleaning deletes old steps",
        _OLD,
        "    @api.autovacuum\n    def _gc_events(self):",
        "    def _gc_events(self):",
        (_KEPT + "test_odoos_daily_cleaning_does_it",),
    ),
    Rule(
        RETENTION,
        "old comparisons go",
        _OLD,
        "        comparisons.unlink()\n",
        "",
        (_KEPT + "test_comparisons_go_but_those_that_explain_a_difference",),
    ),
    Rule(
        RETENTION,
        "what is disputed stays",
        _OLD,
        '            Domain("disputed", "=", True),\n',
        "",
        (_KEPT + "test_what_somebody_may_ask_for_stays",),
    ),
    Rule(
        RETENTION,
        "what is unsettled stays",
        _OLD,
        '            Domain("state", "in", settlement.OPEN_STATES)\n'
        '            | Domain("wanted", "!=", False)\n',
        '            Domain("wanted", "!=", False)\n',
        (_KEPT + "test_what_somebody_may_ask_for_stays",),
    ),
    Rule(
        RETENTION,
        "the months are a setting",
        "models/res_config_settings_retention.py",
        "return max(int(value), LEAST_MONTHS) if value.isdigit() else DEFAULT_MONTHS",
        "return DEFAULT_MONTHS",
        (_KEPT + "test_the_months_are_a_setting",),
    ),
    Rule(
        LATER,
        "it takes that session's method and reader",
        "models/pos_stripe_payment.py",
        '                "session_id": session.id,\n'
        '                "payment_method_id": payment_method.id,\n'
        '                "provider_id": provider_id,\n'
        '                "currency_id": session.currency_id.id,\n'
        '                "request_uuid"',
        '                "provider_id": provider_id,\n                "request_uuid"',
        (
            "tests/test_later_session.py::TestLaterSession::test_same_account",
            "tests/test_later_session.py::TestLaterRefund::test_a_refund_follows",
        ),
    ),
    Rule(
        COLLISIONS,
        "two that write one row at once",
        "guard.py",
        "log_exceptions=False",
        "log_exceptions=True",
        (_COLLIDE + "test_a_till_and_the_runner_write_the_same_row",),
    ),
)
