"""Run in ``odoo shell``: write the terms of ``TERMS_ADDON`` into the file ``TERMS_FILE``."""

import os
from unittest.mock import patch

from odoo.addons.pos_payment_stripe.dev.harness import addon_files
from odoo.tools.translate import trans_export

# ``env`` comes from odoo shell.
addon = os.environ["TERMS_ADDON"]
walk = addon_files.walk_of(addon)
with open(os.environ["TERMS_FILE"], "wb") as file, patch.object(os, "walk", walk):
    trans_export(None, [addon], file, "po", env)
