"""A first answer to a small change: what is likely to notice it, in a few minutes.

Whoever reads the list of what is run should be able to say why: a change of Python or data runs the
core list, and the test files that use most of what the changed files alone define or have a word of
their name, then those of the files that import them; a change of the pages runs all of hoot. Tours
are named, and not run.
"""

import functools
import os
import re

from .. import commands, paths
from ..console import Problem, say
from . import Step, hoot, lint, odoo_tests, unit

# What each change of the addon is tried with: a payment and a refund, what went half-way, the
# journal whatever the order of imports, and the contract with Odoo.
CORE = (
    "tests/test_payment.py",
    "tests/test_refund.py",
    "tests/test_recovery.py",
    "tests/test_journal_classes.py",
    "tests/test_core_contract.py",
    "tests/test_translations.py",
)
KIOSK = f"kiosk/{paths.KIOSK_ADDON}/"
KIOSK_CORE = (
    f"{KIOSK}tests/test_kiosk_flow.py",
    f"{KIOSK}tests/test_kiosk_translations.py",
)
# The ones that read the pages' sources.
PAGE_CORE = ("tests/test_core_contract.py", "tests/test_translations.py")
# What every test of Odoo's talks to.
SIMULATOR = "dev/stripe_simulator/"
# Further tests than the core list's, by their number.
MOST_TESTS = 80
# A word of the file's name tells more than a name that it defines.
WORTH_OF_A_WORD = 5
# In too many names to tell anything.
COMMON_WORDS = {
    *("models", "views", "wizards", "flows", "controllers", "tests", "test"),
    *("pos", "stripe", "terminal", "payment", "config", "init"),
}

DEFINED = re.compile(
    r"(?m)^\s*(?:async )?(?:def|class) (\w+)|^([A-Z_]{3,}) = |^    (\w+) = fields\."
)
SOURCE = re.compile(r"(?!dev/|benchmarks/|docs/|.*static/|.*/?i18n/).*\.(?:py|xml|csv)")
PAGE = re.compile(r".*static/.*\.(?:js|xml|scss)")
TEST = re.compile(r"(?:.*/)?tests/test_\w+\.py")
TEST_FUNCTION = re.compile(r"(?m)^ *def test_")


def steps(arguments):
    """Return the `Step` of each part to run for a change.

    :param arguments: paths of changed files or folders; without any, what git says has changed
    :raises Problem: nothing has changed, or a path is not there
    """
    changed = _named(arguments) or changed_files()
    if not changed:
        raise Problem("Nothing has changed, and no file was named.")
    say(f"Changed: {_some(changed)}")
    chosen = [
        Step("lint", functools.partial(lint.run, [], changed)),
        Step("unit", functools.partial(unit.run, [])),
    ]
    tests = odoo_files(changed)
    if tests:
        say(f"Odoo's Python tests: {', '.join(tests)}")
        files = [paths.ROOT / name for name in tests]
        run = functools.partial(odoo_tests.run_files, files)
        chosen.append(Step("odoo", run, functools.partial(odoo_tests.prepare_files, files)))
    if any(PAGE.fullmatch(name) for name in changed):
        chosen.append(Step("hoot", functools.partial(hoot.run, []), hoot.prepare))
    tours = [name for name in changed if name.startswith("dev/e2e/test_")]
    tours += best(changed, _tests_in("dev/e2e"), but=tours, most=20)
    say(f"Not run here: tours{f', such as {_some(tours)}' if tours else ''}.")
    return chosen


def _some(names, most=8):
    left = len(names) - most
    return ", ".join(names[:most]) + (f" and {left} more" if left > 0 else "")


def _named(arguments):
    """Return the files of the repository that paths name, relative to it."""
    files = []
    for argument in map(os.path.abspath, arguments):
        found = _git("ls-files", "--cached", "--others", "--exclude-standard", "--", argument)
        if not found:
            raise Problem(f"There is no file “{argument}” in this repository.")
        files += found
    return files


def changed_files():
    """Return the files that differ from the branch `main`.

    On it those that differ from the last commit, or that the last commit changed.
    """
    base = _git("merge-base", "HEAD", "main") or ["HEAD"]
    return _changed_since(base[0]) or _changed_since("HEAD~1")


def _changed_since(revision):
    changed = _git("diff", "--name-only", "--no-renames", revision)
    return [*changed, *_git("ls-files", "--others", "--exclude-standard")]


def _git(*arguments):
    """Return the lines of a command of git, with paths from the repository's root."""
    return (commands.output(["git", "-C", paths.ROOT, *arguments]) or "").splitlines()


def odoo_files(changed):
    """Return the files of Odoo's Python tests to run, for changed files of the repository."""
    chosen = [name for name in changed if re.match(rf"({KIOSK})?tests/test_\w+\.py", name)]
    sources = [name for name in changed if SOURCE.fullmatch(name) and not TEST.fullmatch(name)]
    of_kiosk = [name for name in sources if name.startswith(KIOSK)]
    of_addon = [name for name in sources if name not in of_kiosk]
    if of_addon:
        chosen += [*CORE, *best(of_addon, _tests_in("tests"), but=CORE)]
    elif any(name.startswith(SIMULATOR) for name in changed):
        chosen += CORE
    if of_kiosk:
        chosen += [*KIOSK_CORE, *best(of_kiosk, _tests_in(f"{KIOSK}tests"), but=KIOSK_CORE)]
    pages = [name for name in changed if PAGE.fullmatch(name)]
    if pages:
        chosen += PAGE_CORE
    if any(name.startswith(KIOSK) for name in pages):
        chosen += KIOSK_CORE
    return [name for name in dict.fromkeys(chosen) if (paths.ROOT / name).is_file()]


def _tests_in(folder):
    found = sorted((paths.ROOT / folder).glob("test_*.py"))
    return [file.relative_to(paths.ROOT).as_posix() for file in found]


def best(changed, tests, but=(), most=MOST_TESTS):
    """Return the test files that have most to do with changed files, the best first.

    :param changed: names of source files
    :param tests: names of test files
    :param but: those that are run anyway
    :param int most: of the tests in them, beside those of the first
    """
    first = _about(changed, set(tests).difference(but))
    chosen = []
    for test in [*first, *_about(_importers(changed), set(tests).difference(but, first))]:
        count = _count(test)
        # Tests that are made in a loop have no line of their own, and take long.
        if count and (count <= most or not chosen):
            chosen.append(test)
            most -= count
    return chosen


def _count(test):
    return len(TEST_FUNCTION.findall(_text(test)))


def _about(changed, tests):
    """Return the test files that have something to do with changed files, the best first."""
    names = {name for source in changed for name in defined(_text(source)) if len(name) > 4}
    names -= _defined_elsewhere(changed)
    words = {word for source in changed for word in words_of(source)}
    worths = {}
    for test in sorted(tests):
        used = set(re.findall(r"\w+", _text(test)))
        worths[test] = len(names & used) + WORTH_OF_A_WORD * len(words & words_of(test))
    best_first = sorted(worths, key=worths.get, reverse=True)
    return [test for test in best_first if worths[test]]


def words_of(name):
    """Return the words of a file's name and folder that say what it is about."""
    words = set(re.split("[_/]", name.partition(".")[0])) - COMMON_WORDS
    return {word.removesuffix("s") for word in words}


def defined(text):
    """Return what a file of Python defines: functions, classes, constants and fields."""
    return {name for names in DEFINED.findall(text) for name in names if name}


def _defined_elsewhere(changed):
    """Return what other files of Python define too, so that its use tells of no file."""
    others = set(_modules(changed)).difference(changed)
    return set().union(*(defined(_text(name)) for name in others))


def _importers(changed):
    """Return the files of Python that import one of some others."""
    stems = "|".join(re.escape(name.rpartition("/")[2].partition(".")[0]) for name in changed)
    line = re.compile(rf"(?m)^(?:from|import) .*\b(?:{stems})\b")
    return [name for name in _modules(changed) if name not in changed and line.search(_text(name))]


def _modules(changed):
    """Return the files of Python of the addon that changed files are of, but for its tests."""
    of_kiosk = any(name.startswith(KIOSK) for name in changed)
    return [
        name
        for name in _git("ls-files", "*.py")
        if name.startswith(KIOSK) == of_kiosk
        and SOURCE.fullmatch(name)
        and not TEST.fullmatch(name)
    ]


@functools.cache
def _text(name):
    file = paths.ROOT / name
    return file.read_text(errors="replace") if file.is_file() else ""
