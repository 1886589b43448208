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
    commit = COMMITS[version]
    folder = paths.STATE / "versions" / version
    with exclusive("versions", "it unpacks a version"):
        if not (folder / paths.ADDON / "__manifest__.py").is_file():
            _unpack(version, commit, folder)
    return folder


def _unpack(version, commit, folder):
    git = ["git", "-C", str(paths.ROOT)]
    known = subprocess.run([*git, "cat-file", "-e", f"{commit}^{{commit}}"], capture_output=True)
    if known.returncode:
        raise Problem(
            f"Version {version} is commit {commit[:10]}, which this clone does not have. "
            "If it is shallow, “git fetch --unshallow” fetches its history."
        )
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / paths.ADDON).mkdir(parents=True)
    archive = partial / "version.tar"
    left_out = [f":(exclude){name}" for name in LEFT_OUT]
    purpose = f"Unpacking version {version}"
    archiving = ["archive", "--output", str(archive), commit, "--", ".", *left_out]
    run([*git, *archiving], log="version", purpose=purpose)
    run(["tar", "-xf", archive, "-C", partial / paths.ADDON], log="version", purpose=purpose)
    archive.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
