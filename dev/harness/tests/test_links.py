"""Files are seen under the name that imports need, whatever the clone's folder is called."""

from harness import paths
from harness.parts import links


def test_a_file_of_the_addon_is_seen_through_its_link():
    (seen,) = links.addon([paths.ROOT / "tests"])
    assert seen == str(paths.ADDONS / paths.ADDON / "tests")


def test_the_name_of_a_test_is_kept(monkeypatch):
    monkeypatch.chdir(paths.ROOT)
    (seen,) = links.addon(["dev/harness/tests/test_links.py::test_x"])
    assert seen == f"{paths.ADDONS / paths.ADDON}/dev/harness/tests/test_links.py::test_x"


def test_other_arguments_are_left_alone():
    assert links.addon(["-k", "reload", "/nowhere"]) == ["-k", "reload", "/nowhere"]
