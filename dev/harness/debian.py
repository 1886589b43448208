"""Debian packages fetched and unpacked without being installed, and installed for root."""

import os
import re
import shutil

from . import paths
from .commands import output, run
from .console import Problem

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def mirrors():
    """Return the addresses of the Debian mirrors this machine's apt uses, or an empty list."""
    found = output(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Identifier: Packages"])
    addresses = dict.fromkeys((found or "").split())
    return [address for address in addresses if re.search(r"/debian/?$", address)]


def unpack(packages, suite, target):
    """Fetch ``packages`` of ``suite`` from the machine's mirror and unpack them into ``target``.

    Nothing is installed and apt's own state is not touched: lists and cache live in ``.dev``.

    :raises Problem: a package cannot be fetched or unpacked
    """
    options = _private_apt(suite)
    shutil.rmtree(paths.DEBS, ignore_errors=True)
    paths.DEBS.mkdir(parents=True)
    run(["apt-get", *options, "update"], log="apt-update", purpose="Reading Debian's package lists")
    run(
        ["apt-get", *options, "download", *packages],
        log="apt-download",
        purpose="Fetching Odoo's Debian packages",
        cwd=paths.DEBS,
    )
    for deb in sorted(paths.DEBS.glob("*.deb")):
        run(["dpkg", "-x", deb, target], log="dpkg", purpose=f"Unpacking {deb.name}")
    shutil.rmtree(paths.DEBS)


def _private_apt(suite):
    """Return apt options for a state of our own whose only source is ``suite``."""
    for folder in ("lists/partial", "cache/archives/partial"):
        (paths.APT / folder).mkdir(parents=True, exist_ok=True)
    source = paths.APT / "sources.list"
    source.write_text(f"deb [signed-by={KEYRING}] {mirrors()[0]} {suite} main\n")
    settings = {
        "Dir::State::Lists": paths.APT / "lists",
        "Dir::Cache": paths.APT / "cache",
        "Dir::Etc::sourcelist": source,
        "Dir::Etc::sourceparts": "/dev/null",
        # As root apt would drop to a user that may not enter this folder.
        "APT::Sandbox::User": "root",
    }
    return [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]


def install(package, purpose):
    """Install ``package`` on this machine with apt, which takes root.

    :param purpose: what it is for, told to a person who has to install it by hand
    :raises Problem: this is no root on Debian or Ubuntu, or apt failed
    """
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        by_hand = f"on Debian, as root: apt-get install {package}"
        raise Problem(f"{purpose} needs {package}: install it ({by_hand}).")
    command = ["apt-get", "install", "-y", "--no-install-recommends", package]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if output(command, env=environment) is not None:
        return
    run(["apt-get", "update"], log="apt-update", purpose="Reading Debian's package lists")
    run(command, log=f"apt-install-{package}", purpose=f"Installing {package}", env=environment)
