"""What became of each of Odoo's tests, as one line of JSON each."""

import json

from odoo.tests.result import OdooTestResult

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


def record(path):
    """Have Odoo append each test's ``{"test", "outcome", "why"}`` to the file ``path``.

    A class whose preparation fails is recorded as one failed test.
    """
    start, stop = OdooTestResult.startTest, OdooTestResult.stopTest
    skip = OdooTestResult.addSkip
    current = {}

    def write(**row):
        with open(path, "a") as file:
            file.write(json.dumps(row) + "\n")

    def start_test(result, test):
        start(result, test)
        current.update(test=test.id(), outcome=PASSED, why="")

    def stop_test(result, test):
        stop(result, test)
        write(**current)
        current.clear()

    def add_skip(result, test, reason):
        skip(result, test, reason)
        current.update(outcome=SKIPPED, why=reason)

    def failing(original):
        def add(result, test, error):
            # Odoo tries some tests again, and then only the last time counts.
            is_last = not result._soft_fail
            original(result, test, error)
            if not is_last:
                return
            found = {"outcome": FAILED, "why": f"{error[0].__name__}: {str(error[1])[:600]}"}
            if current:
                current.update(found)
            else:
                write(test=str(test), **found)

        return add

    OdooTestResult.startTest, OdooTestResult.stopTest = start_test, stop_test
    OdooTestResult.addSkip = add_skip
    for name in ("addError", "addFailure"):
        setattr(OdooTestResult, name, failing(getattr(OdooTestResult, name)))
