"""The addon's files as Odoo's translation exporter should see them."""

import os

ADDON = "pos_payment_stripe"
# Folders without a sentence that a person reads in Odoo. The link that stands for this clone in
# `.dev` contains itself, so that the exporter, which follows links, would never come to an end.
LEFT_OUT = {"dev", "tests", "benchmarks", "docs", "kiosk", "node_modules", "__pycache__"}

_walk = os.walk


def walk(top, *_arguments, **_keywords):
    """Stand in for `os.walk` while terms are exported: the addon below ``top``, and no other."""
    for root, folders, files in _walk(os.path.join(top, ADDON)):
        folders[:] = [name for name in folders if name not in LEFT_OUT and name[0] != "."]
        yield root, folders, files
