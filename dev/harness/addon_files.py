"""An addon's files as Odoo's translation exporter should see them."""

import functools
import os

ADDON = "pos_payment_stripe"
# Folders without a sentence that a person reads in Odoo. The link that stands for this clone in
# `.dev` contains itself, so that the exporter, which follows links, would never come to an end.
LEFT_OUT = {"dev", "tests", "benchmarks", "docs", "kiosk", "node_modules", "__pycache__"}

_walk = os.walk


def walk_of(addon):
    """Return what stands in for `os.walk` while the terms of ``addon`` are exported."""
    return functools.partial(walk, addon=addon)


def walk(top, *_arguments, addon=ADDON, **_keywords):
    """Stand in for `os.walk` while terms are exported: the addon below ``top``, and no other."""
    for root, folders, files in _walk(os.path.join(top, addon)):
        folders[:] = [name for name in folders if name not in LEFT_OUT and name[0] != "."]
        yield root, folders, files
