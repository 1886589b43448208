"""A register that takes no cards costs what it costs without the addon."""

import json

import pytest

from harness import database, odoo_source, template

SCRIPT = template.SHELL / "till_costs.py"
# Templates may have to be made first.
pytestmark = pytest.mark.timeout(600)

MORE_QUERIES = 1
MORE_BYTES = 0.01
# Which fields there are is told once, and tills that take cards need some.
MORE_BYTES_TOLD = 0.02
TOLD = "which fields there are"


def costs(folder, addon):
    """Return queries and bytes of each request of a till, by its name."""
    odoo = odoo_source.ensure()
    name, file = database.temporary_name("costs"), folder / f"{addon}.json"
    template.copy(odoo, name, addon=addon, bundles=None)
    try:
        template.shell(odoo, name, SCRIPT, COSTS_FILE=str(file))
    finally:
        database.drop(name)
    return json.loads(file.read_text())


def test_a_till_without_cards_costs_no_more_than_without_the_addon(tmp_path):
    core, ours = (costs(tmp_path, addon) for addon in (False, True))
    above = []
    for name, cost in core.items():
        told = f"{name}: {ours[name]} with the addon, {cost} without"
        print(told)
        more = MORE_BYTES_TOLD if name.endswith(TOLD) else MORE_BYTES
        if ours[name]["queries"] > cost["queries"] + MORE_QUERIES or ours[name]["bytes"] > cost[
            "bytes"
        ] * (1 + more):
            above.append(told)
    assert not above
