"""Installed with demo data, an empty database has a card method that can be clicked."""

import shutil

import pytest

from harness import database, odoo_source, paths, template
from support import naming

# All of Odoo's Point of Sale is installed, with its own demo data.
pytestmark = pytest.mark.timeout(900)

METHOD = """
    SELECT method.use_payment_terminal, method.active, journal.type, reader.device_type,
           array_agg(data.name)
      FROM pos_payment_method method
      JOIN account_journal journal ON journal.id = method.journal_id
      JOIN pos_stripe_reader reader ON reader.serial_number = method.stripe_serial_number
      JOIN pos_config_pos_payment_method_rel link ON link.pos_payment_method_id = method.id
      JOIN ir_model_data data ON data.model = 'pos.config' AND data.res_id = link.pos_config_id
     GROUP BY method.id, journal.id, reader.id
"""
MODULES = "SELECT bool_and(demo) FROM ir_module_module WHERE name = ANY(%s)"
KEYS = "SELECT count(*) FROM payment_provider WHERE stripe_secret_key <> ''"


def test_installs_silently_with_a_method_to_click():
    name = database.temporary_name(naming.unique("demo"))
    try:
        template.install(odoo_source.ensure(), name, [paths.ADDON], demo=True)
        with database.connect(name) as connection, connection.cursor() as cursor:
            cursor.execute(MODULES, [[paths.ADDON, *template.CORE_MODULES]])
            assert cursor.fetchone() == (True,)
            cursor.execute(METHOD)
            expected = ("stripe_terminal", True, "bank", "simulated_wisepos_e", ["pos_config_main"])
            assert cursor.fetchall() == [expected]
            cursor.execute(KEYS)
            assert cursor.fetchone() == (0,)
        connection.close()
    finally:
        database.drop(name)
        shutil.rmtree(paths.DATA / "filestore" / name, ignore_errors=True)
    log = (paths.LOGS / "install-demo.log").read_text()
    assert [line for line in log.splitlines() if " WARNING " in line or " ERROR " in line] == []
