"""The addons folder in which a link with the addon's name stands for this clone."""

from . import paths


def ensure():
    """Return the addons folder that holds the link, which is made or corrected first."""
    link = paths.ADDONS / paths.ADDON
    paths.ADDONS.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink() or link.resolve() != paths.ROOT:
        link.unlink(missing_ok=True)
        link.symlink_to(paths.ROOT, target_is_directory=True)
    return paths.ADDONS
