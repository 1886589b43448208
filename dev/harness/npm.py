"""Packages of npm that no other tool brings along, one folder for each version."""

import shutil

from . import node, paths
from .commands import run
from .console import say
from .locks import exclusive


def ensure(name, version):
    """Return the folder of a package, which is fetched when it is missing.

    :param name: the package's name, without a scope
    :param version: the one version that is wanted
    :raises Problem: it cannot be fetched
    """
    home = paths.NPM / f"{name}-{version}"
    with exclusive("npm", f"it fetches {name}"):
        if not home.is_dir():
            say(f"Fetching {name} {version} from npm …")
            partial = home.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            options = ("--no-save", "--ignore-scripts", "--no-audit", "--no-fund")
            run(
                ["npm", "install", "--prefix", partial, *options, f"{name}@{version}"],
                log="npm",
                purpose=f"Fetching {name}",
                env=node.environment(),
            )
            partial.rename(home)
    return home / "node_modules" / name
