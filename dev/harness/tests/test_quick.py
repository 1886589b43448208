"""What `dev/test quick` runs for a change."""

import subprocess

import pytest

from harness import paths, testing
from harness.console import Problem
from harness.parts import quick


def test_a_model_is_tried_with_the_core_list_and_its_own_tests():
    chosen = quick.odoo_files(["models/pos_stripe_payment_basket.py"])
    assert set(quick.CORE) <= set(chosen)
    assert "tests/test_basket.py" in chosen


@pytest.mark.parametrize(
    ("source", "test"),
    [
        ("consequences.py", "tests/test_evidence.py"),
        ("hooks.py", "tests/test_uninstall.py"),
        ("flows/payment.py", "tests/test_queue.py"),
        ("flows/unanswered.py", "tests/test_unanswered.py"),
        ("stripe_terminal/receipts.py", "tests/test_receipts.py"),
        ("wizards/pos_stripe_pairing_views.xml", "tests/test_pairing.py"),
        ("tests/tip_case.py", "tests/test_tip_on_reader.py"),
        (f"{quick.KIOSK}controllers/orders.py", f"{quick.KIOSK}tests/test_kiosk_flow.py"),
        ("dev/stripe_simulator/refunding.py", "tests/test_refund.py"),
        ("static/src/app/payments/dues.js", "tests/test_core_contract.py"),
    ],
)
def test_a_file_is_tried_with_what_is_about_it(source, test):
    assert test in quick.odoo_files([source])


def test_a_test_is_tried_alone():
    assert quick.odoo_files(["tests/test_pin.py"]) == ["tests/test_pin.py"]


def test_a_page_for_people_needs_no_odoo():
    assert [step.part for step in quick.steps([paths.ROOT / "README.md"])] == ["lint", "unit"]


def test_a_till_is_tried_in_the_browser():
    steps = quick.steps([paths.ROOT / "static/src/app"])
    assert [step.part for step in steps] == ["lint", "unit", "odoo", "hoot"]


def test_any_change_stays_small():
    chosen = quick.odoo_files(["models/pos_stripe_payment.py", "flows/payment.py"])
    further = [name for name in chosen if name not in quick.CORE]
    assert 0 < sum(map(quick._count, further)) <= quick.MOST_TESTS


def test_the_lists_name_files():
    for name in (*quick.CORE, *quick.KIOSK_CORE, *quick.PAGE_CORE):
        assert quick._text(name), name


def test_what_is_not_there_is_told():
    with pytest.raises(Problem, match="no_such_file"):
        quick.steps(["no_such_file.py"])


def test_paths_follow_it():
    assert testing.split(["quick", "lint"]) == (["quick"], ["lint"])


def test_with_nothing_new_it_is_about_the_last_commit(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    git = ["git", "-C", tmp_path, "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.check_call([*git, "init", "-q", "-b", "main"])
    for name in ("first.py", "second.py"):
        (tmp_path / name).touch()
        subprocess.check_call([*git, "add", name])
        subprocess.check_call([*git, "commit", "-q", "-m", name])
    assert quick.changed_files() == ["second.py"]
    (tmp_path / "third.py").touch()
    assert quick.changed_files() == ["third.py"]
