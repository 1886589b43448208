"""The kinds of faults: a test of each looks for new instances, of which one is put in here."""

from .rule import Rule

FIELDS = "new instances: fields that choose objects"
LOOPS = "new instances: loops over rows without a guard"
EVIDENCE = "new instances: writes of other models inside the evidence transaction"
LOGS = "new instances: log growth"
KEYS = "new instances: keys dropped while unanswered"

SUBJECTS = (FIELDS, LOOPS, EVIDENCE, LOGS, KEYS)

_LIST = "tests/test_security_list.py::TestSecurityList::"
_MOVES = "tests/test_queue.py::TestEveryRowMovesOn::"
_LATE = "tests/test_unanswered.py::"

RULES = (
    Rule(
        FIELDS,
        "a parameter of a route is listed",
        "controllers/terminal.py",
        "def accept(self, session_id, keys, employee_id=None, pin=None):",
        "def accept(self, session_id, keys, employee_id=None, pin=None, charge=None):",
        (_LIST + "test_every_route_and_parameter_is_listed",),
    ),
    Rule(
        FIELDS,
        "a key of a till's line is listed",
        "models/pos_stripe_payment_refund.py",
        'self._original(session.company_id, line.get("refunded_uuid"))',
        'self._original(session.company_id, line.get("charge") or line.get("refunded_uuid"))',
        (_LIST + "test_every_key_of_a_line_is_listed",),
    ),
    Rule(
        FIELDS,
        "a method that a browser can call is listed",
        "models/pos_session.py",
        "    def _stripe_terminal_comparison(self):\n",
        "    def stripe_terminal_refund(self, charge):\n        return charge\n\n"
        "    def _stripe_terminal_comparison(self):\n",
        (_LIST + "test_every_method_and_field_is_listed",),
    ),
    Rule(
        FIELDS,
        "a field of ours on what cashiers write is guarded",
        "models/pos_payment_settled.py",
        '    "stripe_refunded_uuid",\n',
        "",
        (_LIST + "test_fields_of_ours_on_what_cashiers_write",),
    ),
    Rule(
        FIELDS,
        "no route reaches another company's payment",
        "controllers/terminal.py",
        "            list(request.env.user._get_company_ids()),\n",
        '            request.env["res.company"].sudo().search([]).ids,\n',
        (_LIST + "test_each_route_as_a_cashier",),
    ),
    Rule(
        LOOPS,
        "a loop of the scheduled action has a guard",
        "models/pos_stripe_payment_carry.py",
        "            try:\n"
        "                runner.carry_over(self.env.registry, row.id, row.carry_due)\n"
        "            except Exception:\n"
        "                # The others must not wait for it.\n"
        '                _logger.exception("%s could not be carried over", row)\n',
        "            runner.carry_over(self.env.registry, row.id, row.carry_due)\n",
        ("tests/test_loops.py::TestLoops::test_loops_that_nobody_sees_have_a_guard",),
    ),
    Rule(
        LOOPS,
        "a loop over payments, orders or managers goes on after one that raises",
        "guard.py",
        "        except Exception as error:\n            failed |= record\n",
        "        except Exception as error:\n            return records\n",
        (
            "tests/test_loops.py::TestLoops::"
            "test_a_payment_that_cannot_be_linked_keeps_no_other_from_it",
        ),
    ),
    Rule(
        EVIDENCE,
        "storing a state writes no payment",
        "flows/flow.py",
        "            row._tell_till_after()\n",
        "            row._tell_till_after()\n            row.payment_id.ticket = state\n",
        ("tests/test_evidence_alone.py::TestEvidenceAlone::test_forced_payments",),
    ),
    Rule(
        LOGS,
        "whatever repeats is written down once, in each state",
        "models/pos_stripe_payment_event.py",
        "WHERE is_new OR NOT EXISTS (",
        "WHERE TRUE OR NOT EXISTS (",
        (_MOVES + "test_nothing_that_repeats_is_written_down_twice",),
    ),
    Rule(
        KEYS,
        "an answer drops the key of its own request only, whatever was asked for",
        "flows/unanswered.py",
        'elif not problem or (status != 429 and not asked.get("lost")):',
        "elif True:",
        (
            _LATE + "TestLateRefund::test_same_amount__500__when_its_time_is_over",
            _LATE + "TestLateCapture::test_a_tip_that_may_still_be_taken_is_not_left_out",
            _LATE + "TestLatePayment::test_what_may_still_be_refunded_is_not_told_as_refused",
        ),
    ),
)
