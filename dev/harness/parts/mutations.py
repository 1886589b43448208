"""Takes each rule of ``harness/rules`` out of the code in turn: its tests must fail.

First all of these tests run with the code as it is and must pass. A test that fails for another
reason than an assertion about what the code does, such as a name that is missing, proves nothing.
"""

import concurrent.futures
import itertools
import json
import re

from .. import mutation, paths, rules
from ..console import say
from . import Count, odoo_tests, pytest_run, unit

LOGS = paths.LOGS / "rules"
PLUGIN = ["-p", "harness.mutation"]
# So many rules are tried side by side.
PROCESSES = 2
# Files of tests that run in Odoo; the others are plain Python.
ODOO_TESTS = "tests/"
# What is no such error is said by `pytest.raises`.
ASSERTION = re.compile(r"AssertionError|assert |Failed: DID NOT RAISE")


def run(extra):
    """Try all rules, or those with one of the words of ``extra`` in sentence, file or tests."""
    chosen = [rule for rule in rules.ALL if not extra or rule.has_one_of(extra)]
    LOGS.mkdir(parents=True, exist_ok=True)
    odoo = odoo_tests.prepare([odoo_tests.ADDON])
    say(f"The tests of {len(chosen)} rules, with the code as it is (logs: {LOGS})")
    broken = _broken_tests(odoo, chosen)
    for test, why in broken.items():
        say(f"FAILS WITH THE RULE: {test}: {why}")
    say("Each rule taken out in turn")
    whole = [rule for rule in chosen if not broken.keys() & set(rule.tests)]
    passed = _try_all(odoo, whole)
    for rule in chosen:
        if rule not in whole:
            say(f"NOT TRIED: {rule.sentence} ({rule.file})")
    return Count(passed, len(chosen) - passed)


def _try_all(odoo, chosen):
    """Try rules, some side by side, and tell of each; returns how many were missed."""
    passed = 0
    with concurrent.futures.ThreadPoolExecutor(PROCESSES) as pool:
        jobs = {
            pool.submit(_try, odoo, number, rule): (number, rule)
            for number, rule in enumerate(chosen, 1)
        }
        try:
            for job in concurrent.futures.as_completed(jobs):
                kept = job.result()
                passed += not kept
                _tell(*jobs[job], kept)
        except BaseException:
            # Without this, Ctrl-C would first try all the others.
            pool.shutdown(cancel_futures=True)
            raise
    return passed


def _tell(number, rule, kept):
    say(f"{number} {'NOT MISSED' if kept else 'missed'}: {rule.sentence} ({rule.file})")
    for test, why in kept.items():
        say(f"    {test}: {why}")


def _broken_tests(odoo, chosen):
    """Return why tests fail with the code as it is, by test."""
    tests = list(dict.fromkeys(itertools.chain.from_iterable(rule.tests for rule in chosen)))
    found = _run(odoo, "rules_all", tests, processes=PROCESSES)
    return {test: why for test, why in found.items() if why is not pytest_run.PASSED}


def _try(odoo, number, rule):
    """Return what kept tests from proving a rule that was taken out, by test; none is good."""
    told = {"path": str(paths.ROOT / rule.file)}
    told |= {"text": rule.text, "replacement": rule.replacement}
    variables = {mutation.TOLD: json.dumps(told)}
    found = _run(odoo, f"rules_{number}", rule.tests, options=PLUGIN, variables=variables)
    return {test: why for test, why in found.items() if not ASSERTION.match(why)}


def _run(odoo, name, tests, **how):
    """Run tests and return by test: `pytest_run.PASSED`, or the first line of why it failed."""
    found = {}
    of_odoo = [test for test in tests if test.startswith(ODOO_TESTS)]
    plain = [test for test in tests if test not in of_odoo]
    with (LOGS / f"{name}.log").open("w") as output:
        if of_odoo:
            ran = odoo_tests.report_of(
                odoo, odoo_tests.ADDON, name, _absolute(of_odoo), output=output, **how
            )
            found |= _outcomes(of_odoo, *ran)
        if plain:
            ran = unit.report_of(f"{name}_plain", _absolute(plain), output=output, **how)
            found |= _outcomes(plain, *ran)
    return found


def _absolute(tests):
    return [str(paths.ROOT / test) for test in tests]


def _outcomes(tests, report, code):
    """Return how tests ended, see `_run`.

    :param report: path of the JUnit report
    :param int code: pytest's exit code
    """
    if code == mutation.NEVER_LOADED:
        return dict.fromkeys(tests, "the file of the rule was not loaded")
    found = {}
    for place, name, why in pytest_run.cases(report):
        # A test with parameters is several of these.
        found.setdefault(name.partition("[")[0], []).append((place, why))
    return {test: _outcome(test, found) for test in tests}


def _outcome(test, found):
    """Return how a test ended: its first failure that is an assertion, else another one."""
    file, *classes, name = test.split("::")
    place = [file.rpartition("/")[2].removesuffix(".py"), *classes]
    ends = [why for where, why in found.get(name, ()) if where[-len(place) :] == place]
    failures = [why for why in ends if why is not pytest_run.PASSED]
    if not ends:
        return "it did not run (the log tells why)"
    return next(filter(ASSERTION.match, failures), (failures or [pytest_run.PASSED])[0])
