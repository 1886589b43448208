import ast
from pathlib import Path
from unittest.mock import patch

from odoo.addons.pos_payment_stripe import hooks
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_queue import QueueCase

ROOT = Path(__file__).parent.parent
GUARD = "odoo.addons.pos_payment_stripe.guard"


def background_functions():
    """Yield what runs with nobody there to see that it stopped: file name and function."""
    for path in (ROOT / "hooks.py", *sorted((ROOT / "models").glob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and (
                path.name == "hooks.py"
                or node.name.startswith("_cron")
                or any("autovacuum" in ast.unparse(one) for one in node.decorator_list)
            ):
                yield path.name, node


def unguarded(function):
    """Yield the loops of a function whose work may stop them."""
    for loop in ast.walk(function):
        calls = [
            node.func.attr
            for node in ast.walk(loop)
            if isinstance(loop, ast.For)
            and isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
        ]
        is_guarded = any(isinstance(node, ast.Try) for node in ast.walk(loop))
        # These write and ask nothing, or have the guard in them.
        if set(calls) - HARMLESS and not is_guarded:
            yield f"{loop.lineno}: {sorted(set(calls) - HARMLESS)}"


HARMLESS = {
    "_commit_progress",
    "_cron_carry_out",
    "_cron_domains",
    "_read_group",
    "filtered",
    "get",
    "message_post",  # of one order, see `_post`
    "monotonic",
    "note",
    "search",
    "setdefault",
    "silent",
    "union",
    "warning",
}


@tagged("post_install", "-at_install")
class TestLoops(QueueCase):
    """One row that raises stops no other, wherever rows are gone through with nobody there."""

    def test_loops_that_nobody_sees_have_a_guard(self):
        found = [
            f"{name}:{loop}"
            for name, function in background_functions()
            for loop in unguarded(function)
        ]
        self.assertFalse(found)

    def test_the_uninstallation_goes_on_after_a_row_that_raises(self):
        payments = [self.row()[0] for _row in range(3)]
        broken, take_back = payments[1], hooks._take_back

        def fail_for_one(payment):
            if payment.id == broken.id:
                raise ValueError("out of order")
            return take_back(payment)

        self.env.flush_all()
        with (
            patch.object(hooks, "_take_back", fail_for_one),
            mute_logger("odoo.addons.pos_payment_stripe.hooks"),
        ):
            hooks._settle_payments(self.registry)
        self.env.invalidate_all()
        states = [payment.state for payment in payments]
        self.assertEqual(states, ["canceled", "collecting", "canceled"])

    def test_a_manager_who_cannot_be_told_keeps_it_from_no_other(self):
        payment = self.tapped()
        self.look(payment)
        order = self.draft_order(payment, payment_method_id=self.config.payment_method_ids.id)
        schedule, manager = type(order).activity_schedule, self.env.user

        def fail_for_one(record, *args, user_id=None, **values):
            if user_id == self.manager.id:
                raise ValueError("out of order")
            return schedule(record, *args, user_id=user_id, **values)

        self.patch(self.registry["pos.order"], "activity_schedule", fail_for_one)
        with mute_logger(GUARD):
            order._stripe_tell_managers("Summary", "Note")
        self.assertIn(manager, order.activity_ids.user_id)
        self.assertNotIn(self.manager, order.activity_ids.user_id)

    def test_a_payment_that_cannot_be_linked_keeps_no_other_from_it(self):
        payments = [self.tapped() for _row in range(3)]
        for payment in payments:
            self.look(payment)
        method = self.config.payment_method_ids
        orders = [self.draft_order(row, payment_method_id=method.id) for row in payments]
        lines = self.env["pos.payment"].union(*(order.payment_ids for order in orders))
        broken, link = orders[1].payment_ids, type(lines)._link_stripe_payment

        def fail_for_one(line, row):
            if line == broken:
                raise ValueError("out of order")
            return link(line, row)

        self.patch(self.registry["pos.payment"], "_link_stripe_payment", fail_for_one)
        with mute_logger(GUARD):
            lines._link_stripe_payments()
        linked = [bool(payment.payment_id) for payment in payments]
        self.assertEqual(linked, [True, False, True])
