"""The addon as it was released before, from the history of this clone."""

import shutil
import subprocess

from . import paths
from .commands import run
from .console import Problem
from .locks import exclusive

# By version: the commit that was released.
COMMITS = {"19.0.1.0.0": "ad6676bf4315ff832c5598d866fe75af16121a0a"}
LEFT_OUT = ("benchmarks", "dev", "docs", "tests")


def ensure(version):
    """Return an addons folder that holds a released version, which is unpacked first.

    :param version: one of ``COMMITS``
    :raises Problem: the history of this clone does not go back to it
    """
    folder = paths.STATE / "versions" / version
    with exclusive("versions", "it unpacks a version"):
        if not (folder / paths.ADDON / "__manifest__.py").is_file():
            partial = folder.with_suffix(".partial")
            left_out = [f":(exclude){name}" for name in LEFT_OUT]
            unpack(version, partial / paths.ADDON, [".", *left_out])
            shutil.rmtree(folder, ignore_errors=True)
            partial.rename(folder)
    return folder


def unpack(version, folder, names):
    """Unpack what was released into a folder, which is emptied first.

    :param version: one of ``COMMITS``
    :param names: of files and folders, as git's pathspecs
    :raises Problem: the history of this clone does not go back to it
    """
    commit = COMMITS[version]
    git = ["git", "-C", str(paths.ROOT)]
    known = subprocess.run([*git, "cat-file", "-e", f"{commit}^{{commit}}"], capture_output=True)
    if known.returncode:
        raise Problem(
            f"Version {version} is commit {commit[:10]}, which this clone does not have. "
            "If it is shallow, “git fetch --unshallow” fetches its history."
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    archive = folder / "version.tar"
    purpose = f"Unpacking version {version}"
    archiving = ["archive", "--output", str(archive), commit, "--", *names]
    run([*git, *archiving], log="version", purpose=purpose)
    run(["tar", "-xf", archive, "-C", folder], log="version", purpose=purpose)
    archive.unlink()
