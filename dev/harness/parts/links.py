"""Folders of links through which pytest imports a test by the name it should have."""

import os

from .. import addon_link, paths

PLAIN = paths.STATE / "plain"


def addon(arguments):
    """Return ``arguments`` with files of this clone seen through the addon's link.

    Odoo and pytest-odoo know an addon by its folder's name, which a clone may not have.
    """
    return _through(addon_link.ensure() / paths.ADDON, paths.ROOT, arguments)


def plain(package, arguments):
    """Return ``arguments`` with files of ``package`` seen through a link beside no ``__init__.py``.

    The addon's own ``__init__.py``, which needs Odoo, then stays out of plain Python tests.

    :param package: the package's folder
    """
    PLAIN.mkdir(parents=True, exist_ok=True)
    link = PLAIN / package.name
    if not link.is_symlink() or link.resolve() != package:
        link.unlink(missing_ok=True)
        link.symlink_to(package, target_is_directory=True)
    return _through(link, package, arguments)


def _through(link, folder, arguments):
    seen = []
    for argument in arguments:
        name, separator, test = str(argument).partition("::")
        path = os.path.realpath(name)
        if os.path.exists(path) and (path + os.sep).startswith(str(folder) + os.sep):
            name = str(link / os.path.relpath(path, folder))
        seen.append(name + separator + test)
    return seen
