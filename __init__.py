# First: it says why the others cannot be imported with too old a package `stripe`.
from . import sdk

# isort: split
from . import controllers, models, wizards
from .hooks import uninstall_hook
