"""Odoo 19's source: a checkout the user names, else Debian's package, else a shallow clone."""

import dataclasses
import hashlib
import os
import re
import shutil
from pathlib import Path

from . import debian, paths
from .commands import run
from .console import Problem, say
from .locks import exclusive

REPOSITORY = "https://github.com/odoo/odoo.git"
SERIES = "19.0"
PACKAGE = "odoo-19"
SUITE = "sid"
# What the relative links inside Debian's package point to.
LINKED_PACKAGES = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-montserrat",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
    "fonts-ocr-b",
)


@dataclasses.dataclass(frozen=True)
class Odoo:
    """An Odoo source tree: where Python finds it and where its addons are."""

    python_path: Path
    addons: tuple

    @property
    def fingerprint(self):
        """A text that changes when another Odoo is used (its path, version and age)."""
        release = self.python_path / "odoo" / "release.py"
        seen = f"{self.python_path} {release.stat().st_mtime_ns} {_git_head(self.python_path)}"
        return hashlib.sha256(seen.encode()).hexdigest()

    def with_kiosk(self):
        """Return the same Odoo with the folder of the kiosk's addon on its addons path."""
        return dataclasses.replace(self, addons=(*self.addons, paths.KIOSK))


def ensure():
    """Return the :class:`Odoo` to use; fetches it when there is none yet.

    :raises Problem: ``ODOO_PATH`` names no Odoo 19, or none can be fetched
    """
    named = os.environ.get("ODOO_PATH")
    if named:
        return _checkout(Path(named).expanduser().resolve(), "ODOO_PATH")
    with exclusive("odoo", "it fetches Odoo"):
        unpacked = paths.ODOO_DEBIAN / "usr/lib/python3/dist-packages"
        if (unpacked / "odoo" / "release.py").is_file():
            return _debian(unpacked)
        if (paths.ODOO_CLONE / "odoo" / "release.py").is_file():
            return _checkout(paths.ODOO_CLONE, "the shallow clone of Odoo")
        if debian.mirrors():
            try:
                return _fetch_debian(unpacked)
            except Problem as problem:
                say(f"Debian's package {PACKAGE} is out of reach ({problem}).")
        return _fetch_clone()


def _fetch_debian(unpacked):
    say(f"Fetching Debian's package {PACKAGE} (about 130 MB) …")
    partial = paths.STATE / "odoo.partial"
    shutil.rmtree(partial, ignore_errors=True)
    debian.unpack([PACKAGE, *LINKED_PACKAGES], SUITE, partial)
    partial.rename(paths.ODOO_DEBIAN)
    return _debian(unpacked)


def _fetch_clone():
    say("Cloning Odoo 19 from its public repository (about 400 MB) …")
    partial = paths.STATE / "odoo-clone.partial"
    shutil.rmtree(partial, ignore_errors=True)
    run(
        ["git", "clone", "--quiet", "--depth", "1", "--branch", SERIES, REPOSITORY, partial],
        log="odoo-clone",
        purpose="Cloning Odoo (or name a checkout in ODOO_PATH)",
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
    )
    partial.rename(paths.ODOO_CLONE)
    return _checkout(paths.ODOO_CLONE, "the shallow clone of Odoo")


def _debian(root):
    addons = root / "odoo" / "addons"
    # Debian leaves this file out for its licence; the unit-test bundle names it.
    left_out = addons / "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    if not left_out.exists():
        left_out.parent.mkdir(parents=True, exist_ok=True)
        left_out.touch()
    # The font's package has moved it since the link was made; the till asks for it.
    font = addons / "point_of_sale/static/src/fonts/Inconsolata.otf"
    moved = root.parents[2] / "share/fonts/opentype/inconsolata/Inconsolata-Regular.otf"
    if not font.exists() and moved.is_file():
        font.unlink(missing_ok=True)
        shutil.copyfile(moved, font)
    return Odoo(root, (addons,))


def _checkout(root, named_by):
    release = root / "odoo" / "release.py"
    if not release.is_file():
        raise Problem(f"{named_by} is {root}, which is no checkout of Odoo {SERIES}.")
    if not re.search(r"^version_info = \(19, 0,", release.read_text(), re.MULTILINE):
        raise Problem(f"{named_by} is {root}, which is another version than Odoo {SERIES}.")
    addons = [root / "addons", root / "odoo" / "addons"]
    return Odoo(root, tuple(folder for folder in addons if folder.is_dir()))


def _git_head(root):
    head = root / ".git" / "HEAD"
    if not head.is_file():
        return ""
    text = head.read_text().strip()
    ref = root / ".git" / text.removeprefix("ref: ")
    return ref.read_text().strip() if text.startswith("ref: ") and ref.is_file() else text
