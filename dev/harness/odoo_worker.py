"""pytest plugin: each of several test processes gets the Odoo configuration made for it.

pytest-odoo would copy the database for each itself, but names it in a form that Odoo 19 refuses.
Loaded with ``-p harness.odoo_worker``, before pytest-odoo reads the configuration.
"""

import os

_worker = os.environ.pop("PYTEST_XDIST_WORKER", None)
if _worker:
    os.environ["ODOO_RC"] = os.environ["ODOO_RC_OF_WORKER"].format(worker=_worker)
