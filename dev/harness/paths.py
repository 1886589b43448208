"""Where everything lives. All state is below the ignored folder ``.dev``."""

import hashlib
from pathlib import Path

ADDON = "pos_payment_stripe"
# The addon for kiosks, which Odoo installs by itself where it is on the addons path.
KIOSK_ADDON = "pos_payment_stripe_kiosk"

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "dev"
KIOSK = ROOT / "kiosk"
STATE = ROOT / ".dev"

LOCK_FILE = DEV / "requirements.lock"
VENV = STATE / "venv"
NODE = STATE / "node"
NPM = STATE / "npm"
ADDONS = STATE / "addons"
APT = STATE / "apt"
DEBS = STATE / "debs"
ODOO_DEBIAN = STATE / "odoo"
ODOO_CLONE = STATE / "odoo-clone"
POSTGRES = STATE / "postgres"
DATA = STATE / "data"
LOCKS = STATE / "locks"
LOGS = STATE / "logs"
PYCACHE = STATE / "pycache"
RUN = STATE / "run"
REPORTS = STATE / "reports"
SCREENSHOTS = STATE / "screenshots"


def clone_id():
    """Return eight hex digits that tell this clone from others on one PostgreSQL server."""
    return hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]


def venv_bin(name):
    """Return the path of the program ``name`` in the project's virtual environment."""
    return VENV / "bin" / name
