"""Payment methods of core's ``pos_stripe`` go over to this addon, with core installed."""

from support import naming

FACTS = ["name", "journal_id", "stripe_serial_number", "config_ids", "payment_method_type"]


def test_there_and_back_and_without_core(start_server, simulator):
    server = start_server(modules=("pos_stripe",))
    admin = server.admin
    serial = naming.unique("STRM26100000")
    simulator.account.add_reader(serial_number=serial, label="Counter")
    method = admin.create(
        "pos.payment.method",
        name="Card",
        payment_method_type="terminal",
        use_payment_terminal="stripe",
        stripe_serial_number=serial,
        journal_id=admin.search("account.journal", [("type", "=", "bank")], limit=1)[0],
    )
    admin.create("pos.config", name="Coffee bar", payment_method_ids=[method])

    def read(names):
        return admin.read("pos.payment.method", [("id", "=", method)], names)[0]

    before = read(FACTS)
    for action, terminal in (
        ("action_stripe_terminal_convert", "stripe_terminal"),
        ("action_stripe_terminal_convert_back", "stripe"),
        ("action_stripe_terminal_convert", "stripe_terminal"),
    ):
        answer = admin.call("pos.payment.method", action, [method])
        assert answer["params"]["type"] == "success", answer
        assert read(["use_payment_terminal"])["use_payment_terminal"] == terminal
        assert read(FACTS) == before

    core = admin.search("ir.module.module", [("name", "=", "pos_stripe")])
    admin.call("ir.module.module", "button_immediate_uninstall", core)
    assert read(FACTS) == before
    after = read(["use_payment_terminal", "stripe_reader_id"])
    assert after["use_payment_terminal"] == "stripe_terminal"
    assert "Counter" in after["stripe_reader_id"][1]
