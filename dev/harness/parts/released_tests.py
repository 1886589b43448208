"""The Python suite of the last release against today's addon: no behaviour was lost on the way.

Its files come from git's history and call by today's name what has another one now, which is in
``harness/released_suite/renames.py``. Tests of what has changed on purpose are listed in
``harness/released_suite/changed.py``: these have to fail, and all others to pass.
"""

import os
import shutil

from .. import paths, released
from ..console import Problem, say
from ..released_suite import changed, renames
from . import Count, odoo_tests, pytest_run, unit

FOLDER = paths.STATE / "released"
ADDONS = FOLDER / "addons"
TESTS, PLAIN_TESTS = "tests", "stripe_terminal/tests"
SUITE = odoo_tests.Suite(
    "released", ADDONS / paths.ADDON / TESTS, odoo_tests.OPTIONAL_MODULES, ADDONS
)
# The stories of that version are other ones each time, unless they are told a number.
VARIABLES = {"STORIES_SEED": os.environ.get("STORIES_SEED", "1")}


def prepare():
    """Make what the tests need; returns the :class:`~harness.odoo_source.Odoo` of it."""
    return odoo_tests.prepare([SUITE])


def run(extra):
    """Run the last release's tests, or those of the files with one of the words of ``extra``."""
    odoo = prepare()
    _unpack()
    names = [
        file.relative_to(FOLDER).as_posix()
        for folder in (TESTS, PLAIN_TESTS)
        for file in sorted((FOLDER / folder).glob("test_*.py"))
    ]
    names = [name for name in names if not extra or any(word in name for word in extra)]
    say(f"{len(names)} files of tests of version {renames.VERSION}, against today's addon")
    listed = [one.test for one in changed.CHANGED if one.test.partition("::")[0] in names]
    return tell(_run(odoo, names), listed)


def tell(found, listed):
    """Say which tests ended otherwise than they should; returns the count.

    :param found: how each test ended, by its id
    :param listed: what has changed on purpose, by the id of the test
    """
    failed = 0
    for test, why in sorted(found.items()):
        if why is not pytest_run.PASSED and test not in listed:
            say(f"FAILS: {test}: {why}")
            failed += 1
    for test in listed:
        if found.get(test) is pytest_run.PASSED:
            say(f"listed without need: {test}")
            failed += 1
        elif test not in found:
            say(f"listed, but not there: {test}")
            failed += 1
    good = sum(why is pytest_run.PASSED and test not in listed for test, why in found.items())
    say(f"{good} tests pass as they were; {len(listed)} are listed, as changed on purpose")
    return Count(good, failed)


def _unpack():
    """Make an addons folder with today's addon, in which only the tests are those of then."""
    released.unpack(renames.VERSION, FOLDER, [TESTS, PLAIN_TESTS])
    files = sorted(FOLDER.glob("**/*.py"))
    sources = {file.relative_to(FOLDER).as_posix(): file.read_text() for file in files}
    for rename in renames.RENAMES:
        renamed = {name: rename.apply(name, source) for name, source in sources.items()}
        if renamed == sources:
            raise Problem(f"Nothing is renamed by: {rename.before}")
        sources = renamed
    for name, source in sources.items():
        (FOLDER / name).write_text(source)
    for name in renames.TODAYS:
        shutil.copy(paths.ROOT / name, FOLDER / name)
    (ADDONS / paths.ADDON).mkdir(parents=True)
    for file in paths.ROOT.iterdir():
        if file.name[0] != ".":
            source = FOLDER if file.name == TESTS else paths.ROOT
            (ADDONS / paths.ADDON / file.name).symlink_to(source / file.name)


def _run(odoo, names):
    """Run files of tests and return how each test ended, by its id."""
    plain = [FOLDER / name for name in names if name.startswith(PLAIN_TESTS)]
    of_odoo = [ADDONS / paths.ADDON / name for name in names if name.startswith(f"{TESTS}/")]
    found = {}
    if plain:
        found |= outcomes(*unit.report_of("released_plain", (), plain, root=FOLDER))
    if of_odoo:
        how = {"processes": pytest_run.spread((), per_core=2), "variables": VARIABLES}
        found |= outcomes(*odoo_tests.report_of(odoo, SUITE, "released", (), of_odoo, **how))
    return found


def outcomes(report, code):
    """Return how the tests of a JUnit report ended, by their ids.

    :param int code: pytest's exit code
    """
    found = {}
    if code not in pytest_run.EXPECTED:
        found[report.stem] = f"error: pytest ended with {code}"
    for place, name, why in pytest_run.cases(report):
        test = _id(place, name)
        if found.get(test, pytest_run.PASSED) is pytest_run.PASSED:
            found[test] = why
    return found


def _id(place, name):
    """Return pytest's id of a test, from the root of the addon; of a broken file its module."""
    if "tests" not in place:
        return name
    place = place[place.index(paths.ADDON) + 1 :] if paths.ADDON in place else place
    file = place.index("tests") + 2
    return "::".join(["/".join(place[:file]) + ".py", *place[file:], name])
