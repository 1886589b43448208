"""Run pytest and count from its JUnit report."""

import os
import sys
import xml.etree.ElementTree as ElementTree

from .. import commands, paths
from ..console import say
from . import Count

# pytest's exit codes: all passed, some failed (which the report tells), none was found.
EXPECTED = (0, 1, 5)
MOST_PROCESSES = 8
# What is said of a test that passed.
PASSED = "it passed"


def spread(extra, *, per_core=1):
    """Return in how many processes to run; one when ``extra`` shows that a person looks closely.

    :param per_core: more than one when the tests mostly wait
    """
    return 1 if extra else min(int(per_core * (os.cpu_count() or 1)), MOST_PROCESSES)


def run(part, root, targets, extra, **how):
    """Run pytest on ``targets`` as `report_of` does, and return the :class:`Count`.

    A skipped test counts as failed: what did not run has proved nothing.
    """
    return count(*report_of(part, root, targets, extra, **how))


def report_of(
    part,
    root,
    targets,
    extra,
    *,
    processes=1,
    dist="worksteal",
    options=(),
    variables=None,
    output=None,
):
    """Run pytest on ``targets`` and return its JUnit report's path and its exit code.

    :param part: the part's name, also that of the report in ``.dev/reports``
    :param root: pytest's root folder; the addon's own folder would make every test its package
    :param targets: paths, used unless ``extra`` names files itself
    :param extra: arguments of the person who started the command
    :param processes: how many processes share the tests
    :param dist: how, see https://pytest-xdist.readthedocs.io/en/stable/distribution.html
    :param options: pytest options of this part
    :param variables: the environment variables to add
    :param output: a file for what pytest prints, or None for the terminal
    """
    paths.REPORTS.mkdir(parents=True, exist_ok=True)
    paths.RUN.mkdir(parents=True, exist_ok=True)
    report = paths.REPORTS / f"{part}.xml"
    report.unlink(missing_ok=True)
    named = any(os.path.exists(argument.split("::")[0]) for argument in extra)
    command = [sys.executable, "-m", "pytest", "-c", paths.ROOT / "pyproject.toml"]
    command += ["--rootdir", root, "--confcutdir", root, "--junitxml", report, *options]
    if processes > 1:
        command += ["-n", processes, "--dist", dist]
    command += ["-o", f"cache_dir={paths.STATE / 'pytest_cache'}"]
    command += [*extra, *(() if named else targets)]
    environment = {
        **os.environ,
        "HYPOTHESIS_STORAGE_DIRECTORY": str(paths.STATE / "hypothesis"),
        **(variables or {}),
    }
    # Not in the addon's folder, whose packages would then hide others of their name.
    return report, commands.call(command, env=environment, cwd=paths.RUN, stdout=output)


def count(report, code):
    """Return the :class:`Count` of a JUnit report.

    No report is a failure, and so is a pytest that ended with ``code`` for another reason than its
    tests.
    """
    if not report.is_file():
        say("pytest ended without a report.")
        return Count(failed=1)
    passed = failed = skipped = 0
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif (
            case.find("skipped") is not None and case.find("skipped").get("type") != "pytest.xfail"
        ):
            skipped += 1
        else:
            passed += 1
    if skipped:
        say(f"{skipped} skipped tests count as failed.")
    failed += skipped
    return Count(passed, failed or int(code not in EXPECTED))


def cases(report):
    """Yield each test of a JUnit report: its module and classes, its name, and how it ended.

    That is `PASSED` or the first line of why it failed.
    """
    for case in ElementTree.parse(report).iter("testcase") if report.is_file() else ():
        yield case.get("classname").split("."), case.get("name"), _why(case)


def _why(case):
    for kind in ("failure", "error", "skipped"):
        element = case.find(kind)
        if element is not None:
            line = (element.get("message") or "").strip().partition("\n")[0]
            return line if kind == "failure" else f"{kind}: {line}"
    return PASSED
