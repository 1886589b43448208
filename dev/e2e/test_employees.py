"""Where employees log in at the till, only those with advanced rights may force a payment."""

import pytest

from harness.rpc import OdooError
from support.counter import Counter


def test_only_advanced_rights_may_force(start_server, make_shop, simulator):
    server = start_server(modules=("pos_hr",))
    basic = server.admin.create("hr.employee", name="Bo Basic")
    advanced = server.admin.create("hr.employee", name="Ada Advanced")
    shop = make_shop(
        server=server,
        module_pos_hr=True,
        basic_employee_ids=[(6, 0, [basic])],
        advanced_employee_ids=[(6, 0, [advanced])],
    )
    counter = Counter(shop)
    simulator.faults.add("*", "*", "drop_before", times=None)
    line = counter.line()
    counter.send(line)
    counter.wait_for(line, "unknown")
    for employee in (None, basic):
        with pytest.raises(OdooError, match="advanced rights"):
            counter.force_done(line, employee)
    counter.force_done(line, advanced)
    (row,) = shop.journal(("forced_by", "unverified"))
    assert (row["forced_by"], row["unverified"]) == ("Ada Advanced", True)
    simulator.faults.clear()
