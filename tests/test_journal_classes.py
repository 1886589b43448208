import ast
import random
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

from odoo.tests import tagged

from .. import models
from . import test_payment
from .refund_case import RefundCase

ADDON = "odoo.addons.pos_payment_stripe."
# What each class says of itself, for Odoo.
OF_A_CLASS = {"_name", "_inherit", "_module", "_field_definitions", "_table_object_definitions"}


def own_classes(journal):
    """Return the classes of this addon that the journal's model is made of."""
    return [base for base in journal._base_classes__ if base.__module__.startswith(ADDON)]


def shuffled(journal, seed):
    """Return the bases of the journal's model as if its files were imported in another order."""
    # The one that defines the model is always the first to be imported, and the last base.
    *extensions, definition = own_classes(journal)
    own = {*extensions, definition}
    random.Random(seed).shuffle(extensions)
    order = iter([*extensions, definition])
    return tuple(next(order) if base in own else base for base in journal._base_classes__)


def rebuild(env, bases):
    """Make the journal's model of some bases."""
    env.registry["pos.stripe.payment"]._base_classes__ = bases
    env.registry._setup_models__(env.cr, ["pos.stripe.payment"])


@tagged("post_install", "-at_install")
class TestJournalClasses(RefundCase):
    """The journal's model is written in many files, and none of them depends on another's place."""

    def test_no_class_overrides_another(self):
        names = Counter(
            name
            for base in own_classes(self.registry["pos.stripe.payment"])
            for name in vars(base)
            if not name.startswith("__") and name not in OF_A_CLASS
        )
        self.assertGreater(len(names), 200)
        self.assertEqual([name for name, count in names.items() if count > 1], [])

    def test_no_file_has_to_be_imported_before_another(self):
        graph = {}
        for path in Path(models.__file__).parent.glob("*.py"):
            nodes = ast.parse(path.read_text(encoding="utf-8")).body
            graph[path.stem] = {
                node.module
                for node in nodes
                if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module
            }
        self.assertGreater(len(graph), 50)
        # Raises where files import each other in a circle.
        TopologicalSorter(graph).prepare()

    def test_refunds_do_not_depend_on_the_order_of_imports(self):
        journal = self.registry["pos.stripe.payment"]
        bases = journal._base_classes__
        self.addCleanup(rebuild, self.env, bases)
        for seed in range(3):
            with self.subTest(seed=seed):
                rebuild(self.env, shuffled(journal, seed))
                self.assertNotEqual(journal._base_classes__, bases)
                sale = self.sell(12.0)
                refund = self.refund(sale, 5.0)
                self.assertEqual((refund.state, refund.amount), ("paid", -5.0))
                self.assertEqual(refund._till_data()["transaction_id"], refund.refund)
                self.finish(refund)
                self.run_cron()
                self.assertFalse(sale.carry_due or refund.carry_due)


@tagged("post_install", "-at_install")
class TestPaymentInAnotherOrder(test_payment.TestPayment):
    """All that is tested of payments holds whichever file was imported first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        journal = cls.registry["pos.stripe.payment"]
        bases = journal._base_classes__
        cls.addClassCleanup(rebuild, cls.env, bases)
        rebuild(cls.env, shuffled(journal, seed=7))
