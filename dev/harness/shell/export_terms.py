"""Run in ``odoo shell``: write the addon's terms into the file that ``TERMS_FILE`` names."""

import os
from unittest.mock import patch

from odoo.addons.pos_payment_stripe.dev.harness import addon_files
from odoo.tools.translate import trans_export

# ``env`` comes from odoo shell.
with open(os.environ["TERMS_FILE"], "wb") as file, patch.object(os, "walk", addon_files.walk):
    trans_export(None, [addon_files.ADDON], file, "po", env)
