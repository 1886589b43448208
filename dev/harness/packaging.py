"""``dev/package``: the archive of the addons that a server needs, without tests and documentation.

What is left out stands in ``.gitattributes`` (``export-ignore``, see ``git help attributes``).
"""

import ast

from . import paths
from .commands import run
from .console import clear_ending, say

USAGE = """\
usage: dev/package

Writes the last commit, as far as a server needs it, into .dev/packages: unpack it in a folder of
Odoo's addons path."""


def main(arguments):
    """Run ``dev/package``; its only argument asks for help."""
    if arguments:
        print(USAGE)
        return
    with clear_ending("dev/package"):
        archive = make()
        say(f"{archive} ({archive.stat().st_size // 1024} kB)")


def make():
    """Write the archive of the last commit and return its path.

    :raises Problem: git is missing, or this is no clone
    """
    manifest = ast.literal_eval((paths.ROOT / "__manifest__.py").read_text())
    archive = paths.STATE / "packages" / f"{paths.ADDON}-{manifest['version']}.zip"
    archive.parent.mkdir(parents=True, exist_ok=True)
    git = ["git", "-C", paths.ROOT, "archive", f"--prefix={paths.ADDON}/", "--output", archive]
    run([*git, "HEAD"], log="package", purpose="Packaging the addon")
    return archive
