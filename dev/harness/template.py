"""Template databases: made once, copied in a second, made anew when their ingredients change."""

import contextlib
import hashlib
import os
import shutil
import sys
from pathlib import Path

from . import database, odoo_config, paths
from .commands import run
from .console import Problem, say
from .locks import exclusive

CORE_MODULES = ("point_of_sale", "payment_stripe")
SHELL = paths.DEV / "harness" / "shell"
# Which bundles a database brings along; Odoo makes the others when a page asks for them.
TILL = SHELL / "till_bundles.py"
ALL = SHELL / "all_bundles.py"
KIOSK = SHELL / "kiosk_bundles.py"
# Tests of Python open no page.
COMPANY = SHELL / "shared_company.py"
# Folders of the addon that leave no trace in a database.
NO_TRACE = {"dev", "tests", "benchmarks", "docs", "kiosk", "__pycache__", "node_modules"}
# PostgreSQL's names have 63 characters, and ours an end of 14.
LONGEST_PREFIX = 45
INSTALLED_FILES = {".py", ".xml", ".csv", ".po", ".js", ".css", ".scss"}


def ensure(odoo, *, addon=True, modules=(), bundles=TILL):
    """Return the name of a template database, which is made first if there is none that fits.

    :param odoo: the :class:`~harness.odoo_source.Odoo` to run
    :param addon: whether ``pos_payment_stripe`` is installed in it
    :param modules: further modules to install
    :param bundles: the script in ``harness/shell`` that builds the pages' bundles in it, or what
        else is needed once; or None
    :raises Problem: a module cannot be installed
    """
    with _template(odoo, addon, modules, bundles) as name:
        return name


def copy(odoo, name, *, addon=True, modules=(), bundles=TILL):
    """Make the database ``name`` a fresh copy of the template that :func:`ensure` describes."""
    with _template(odoo, addon, modules, bundles) as template:
        database.create(name, template)


@contextlib.contextmanager
def _template(odoo, addon, modules, bundles):
    """Yield the name of a template database, which nobody replaces meanwhile."""
    with exclusive("template", "it prepares a database"):
        database.drop_leftovers()
        kind, name = _without_bundles(odoo, addon, modules)
        fingerprint = addon_fingerprint() if addon else ""
        if paths.KIOSK_ADDON in modules:
            odoo, fingerprint = odoo.with_kiosk(), fingerprint + kiosk_fingerprint()
        if not bundles:
            yield name
            return
    # Whoever needs no pages goes on beside it.
    with exclusive("bundles", "it builds the pages' bundles"):
        yield _with_bundles(odoo, kind, name, bundles, fingerprint)


def _without_bundles(odoo, addon, modules):
    kind, name = "core", _core(odoo)
    if addon:
        kind = "addon"
        name = _with_modules(odoo, kind, name, [paths.ADDON], addon_fingerprint(static=False))
    if modules:
        kind, fingerprint = "_".join([kind, *modules]), ""
        if paths.KIOSK_ADDON in modules:
            # Only here: Odoo would install it into the others by itself.
            odoo, kind, fingerprint = odoo.with_kiosk(), "kiosk", kiosk_fingerprint(static=False)
        name = _with_modules(odoo, kind, name, modules, fingerprint)
    return kind, name


def addon_fingerprint(*, static=True):
    """Return a text that changes with any file of the addon that shapes its database.

    :param static: whether the files count that only shape the browser's bundles
    """
    return _fingerprint(paths.ROOT, static)


def kiosk_fingerprint(*, static=True):
    """Return the same of the kiosk's addon."""
    return _fingerprint(paths.KIOSK, static)


def _fingerprint(root, static):
    digest = hashlib.sha256()
    left_out = NO_TRACE if static else {*NO_TRACE, "static"}
    for folder, folders, names in os.walk(root):
        # Not into what changes while we look, such as PostgreSQL's files.
        folders[:] = sorted({name for name in folders if name[0] != "."} - left_out)
        for path in (Path(folder, name) for name in sorted(names) if name[0] != "."):
            if path.suffix in INSTALLED_FILES:
                name = path.relative_to(root).as_posix()
                digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _core(odoo):
    script = SHELL / "base.py"

    def fill(name):
        say("Preparing a database with Odoo's Point of Sale (about a minute, once) …")
        install(odoo, name, CORE_MODULES)
        shell(odoo, name, script)

    return _keep("core", script.read_text() + odoo.fingerprint, fill)


def _with_modules(odoo, kind, template, modules, fingerprint):
    def fill(name):
        say(f"Preparing a database with {', '.join(modules)} …")
        database.create(name, template)
        install(odoo, name, modules)

    return _keep(kind, f"{template} {fingerprint}", fill)


def _with_bundles(odoo, kind, template, script, fingerprint):
    def fill(name):
        say("Building what its copies share …")
        database.create(name, template)
        shell(odoo, name, script)

    fingerprint = f"{template} {fingerprint} {script.read_text()}"
    return _keep(f"{kind}_{script.stem}", fingerprint, fill)


def _keep(kind, fingerprint, fill):
    """Return the template ``kind`` for ``fingerprint``; older ones of its kind are dropped."""
    mark = hashlib.sha256(fingerprint.encode()).hexdigest()[:10]
    prefix = _prefix(kind)
    name = f"{prefix}{mark}"
    if not database.exists(name):
        making = f"{prefix}tmp{os.getpid()}"
        fill(making)
        # Odoo's own copies of what is now in the database.
        shutil.rmtree(paths.DATA / "filestore" / making, ignore_errors=True)
        database.rename(making, name)
        for other in database.names():
            if other[: -len(mark)] == prefix and other != name:
                database.drop(other)
    return name


def _prefix(kind):
    """Return what the names of a kind's databases begin with, no matter how many modules it has."""
    prefix = database.name(f"template_{kind}")
    if len(prefix) > LONGEST_PREFIX:
        mark = hashlib.sha256(kind.encode()).hexdigest()[:8]
        prefix = f"{prefix[: LONGEST_PREFIX - len(mark) - 1]}_{mark}"
    return prefix + "_"


def update(odoo, name, modules=()):
    """Bring the addon in the database ``name`` up to date with the clone.

    :param modules: of this clone, which are in it besides
    :raises Problem: the update failed
    """
    install(odoo, name, (paths.ADDON, *modules), how="-u")
    shell(odoo, name, TILL)


def install(odoo, name, modules, *, how="-i", demo=False):
    """Install modules in the database ``name``, which is created first if there is none.

    What Odoo warns of is then in ``install.log``, or with demo data in ``install-demo.log``.

    :param how: ``"-u"`` updates them
    :param demo: with demo data, which only an empty database can have
    :raises Problem: a module was not installed
    """
    log = "install-demo" if demo else "install"
    configuration = odoo_config.write(odoo, name)
    if not database.exists(name):
        database.create(name)
    run(
        [*command(odoo), "-c", configuration, how, ",".join(modules)]
        + ["--with-demo" if demo else "--without-demo"]
        + ["--stop-after-init", "--no-http", "--log-level", "warn"],
        log=log,
        purpose=f"Installing {', '.join(modules)}",
        env=environment(odoo),
    )
    configuration.unlink()
    missing = set(modules) - database.installed_modules(name)
    if missing:
        raise Problem(
            f"Odoo did not install {', '.join(sorted(missing))}"
            f" (its output is in {paths.LOGS / f'{log}.log'})."
        )


def shell(odoo, name, script, **variables):
    """Run ``script`` in ``odoo shell`` on the database ``name``.

    :param variables: further environment variables for the script
    """
    configuration = odoo_config.write(odoo, name, file_name=f"shell_{name}")
    run(
        [*command(odoo, "shell"), "-c", configuration, "--no-http", "--log-level", "warn"],
        log=f"shell-{script.stem}",
        purpose=f"Running {script.name} in odoo shell",
        env={**environment(odoo), **variables},
        stdin=script,
    )
    configuration.unlink()


def command(odoo, *words):
    """Return the command line that starts ``odoo`` with ``words`` as its first arguments."""
    return [sys.executable, str(paths.DEV / "harness" / "bin" / "odoo-bin"), *words]


def environment(odoo):
    """Return the environment in which ``odoo`` runs."""
    # Odoo would take the first ones before the configuration file; the last are for us to give.
    ours = ("ODOO_RC", "PGDATABASE", "PGAPPNAME", "STRIPE_API_BASE", "STRIPE_SECRET_KEY")
    variables = {key: value for key, value in os.environ.items() if key not in ours}
    # Scripts and programs of the harness, which Odoo runs, use its other files.
    python_path = os.pathsep.join([str(odoo.python_path), str(paths.DEV)])
    return {**variables, "PYTHONPATH": python_path, "PYTHONUNBUFFERED": "1"}
