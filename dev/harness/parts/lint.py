"""pre-commit's hooks on every file that git knows or would take, or on some."""

import re
import subprocess
import sys

from .. import commands, node, paths
from ..console import Problem
from . import Count

# “name......(no files to check)Skipped” and its like.
VERDICT = re.compile(r"^(?P<hook>.+?)\.{3,}.*?(?P<verdict>Passed|Failed|Skipped)$", re.MULTILINE)


def run(extra, files=None):
    """Run the hooks that look, or with ``--fix`` those that repair, or the one ``extra`` names.

    A hook that finds no file of its kind is not counted.

    :param files: names of files from the repository's root; all when there are none
    """
    present = [name for name in files or _all_files() if (paths.ROOT / name).is_file()]
    stage = "pre-commit"
    if "--fix" in extra:
        extra = [argument for argument in extra if argument != "--fix"]
        stage = "manual"
    command = [sys.executable, "-m", "pre_commit", "run", "--color", "never"]
    done = subprocess.run(
        [*command, "--hook-stage", stage, *extra, "--files", *present],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=paths.ROOT,
        env={**node.environment(), "PRE_COMMIT_HOME": str(paths.STATE / "pre-commit")},
        check=False,
    )
    print(done.stdout, end="", flush=True)
    return count(done.stdout, done.returncode)


def _all_files():
    files = commands.output(
        ["git", "-C", paths.ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    )
    if files is None:
        raise Problem("lint needs git, and this folder to be a clone.")
    return files.rstrip("\0").split("\0")


def count(output, code):
    """Return the :class:`Count` of what pre-commit wrote before it ended with ``code``."""
    verdicts = [match["verdict"] for match in VERDICT.finditer(output)]
    failed = verdicts.count("Failed")
    return Count(verdicts.count("Passed"), failed or int(code != 0))
