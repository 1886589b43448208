from benchmarks.support.tables import Table, milliseconds, shown


def test_cells():
    assert shown(1234.5) == "1234"
    assert shown(12.345) == "12.3"
    assert shown(0.4567) == "0.46"
    assert shown(-150.0) == "-150"
    assert shown(3) == "3"
    assert shown(None) == "–"
    assert milliseconds(0.25) == 250.0
    assert milliseconds(None) is None


def test_markdown():
    table = Table("Send", ("what", "core", "ours"), [("warm", 1.0, None)], "A note.")
    assert table.markdown() == (
        "**Send**\n\n"
        "| what | core | ours |\n"
        "| ---- | ---: | ---: |\n"
        "| warm | 1.00 |    – |\n\n"
        "A note.\n"
    )
