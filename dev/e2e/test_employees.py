"""Where employees log in at the till, only those with advanced rights may force a payment."""

import time
import uuid

import pytest

from harness.rpc import OdooError


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
    cashier = server.client("cashier")
    line_uuid = str(uuid.uuid4())
    simulator.faults.add("*", "*", "drop_before", times=None)
    cashier.post(
        "/pos_payment_stripe/send",
        session_id=shop.session_id,
        payment_method_id=shop.register.card_method_id,
        line={
            "line_uuid": line_uuid,
            "request_uuid": str(uuid.uuid4()),
            "order_uuid": str(uuid.uuid4()),
            "order_ref": shop.name,
            "amount": 4.6,
        },
    )
    deadline = time.monotonic() + 20
    while shop.journal()[0]["state"] != "unknown":
        assert time.monotonic() < deadline, shop.journal()
        time.sleep(0.2)
    for employee in (None, basic):
        with pytest.raises(OdooError, match="advanced rights"):
            cashier.post(
                "/pos_payment_stripe/force_done", line_uuid=line_uuid, employee_id=employee
            )
    cashier.post("/pos_payment_stripe/force_done", line_uuid=line_uuid, employee_id=advanced)
    (row,) = shop.journal(("forced_by", "unverified"))
    assert (row["forced_by"], row["unverified"]) == ("Ada Advanced", True)
    simulator.faults.clear()
