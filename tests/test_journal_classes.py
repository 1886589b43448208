import ast
import random
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

from odoo.tests import tagged

from .. import models
from .refund_case import RefundCase

ADDON = "odoo.addons.pos_payment_stripe."
# What each class says of itself, for Odoo.
OF_A_CLASS = {"_name", "_inherit", "_module", "_field_definitions", "_table_object_definitions"}


@tagged("post_install", "-at_install")
class TestJournalClasses(RefundCase):
    """The journal's model is written in many files, and none of them depends on another's place."""

    def own_classes(self):
        """Return the classes of this addon that the journal is made of."""
        bases = self.registry["pos.stripe.payment"]._base_classes__
        return [base for base in bases if base.__module__.startswith(ADDON)]

    def test_no_class_overrides_another(self):
        names = Counter(
            name
            for base in self.own_classes()
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

    def shuffle(self, seed):
        """Have the journal made of its classes in another order, as if they were imported so."""
        journal = self.registry["pos.stripe.payment"]
        own, places = self.own_classes(), []
        for place, base in enumerate(journal._base_classes__):
            if base in own:
                places.append(place)
        bases = list(journal._base_classes__)
        # The one that defines the model is always the first to be imported, and the last base.
        extensions = own[:-1]
        random.Random(seed).shuffle(extensions)
        for place, base in zip(places, [*extensions, own[-1]], strict=True):
            bases[place] = base
        self.rebuild(tuple(bases))

    def rebuild(self, bases):
        self.registry["pos.stripe.payment"]._base_classes__ = bases
        self.registry._setup_models__(self.env.cr, ["pos.stripe.payment"])

    def test_no_rule_depends_on_the_order_of_imports(self):
        bases = self.registry["pos.stripe.payment"]._base_classes__
        self.addCleanup(self.rebuild, bases)
        for seed in range(5):
            with self.subTest(seed=seed):
                self.shuffle(seed)
                self.assertNotEqual(self.registry["pos.stripe.payment"]._base_classes__, bases)
                sale = self.sell(12.0)
                self.assertEqual((sale.state, sale._till_data()["card_no"]), ("paid", "4242"))
                refund = self.give_back(sale, 5.0)
                self.assertEqual((refund.state, refund.amount), ("paid", -5.0))
                declined = self.pay(12.01)
                self.reader.tap()
                self.look(declined)
                self.assertEqual(declined.state, "declined")
                declined._cancel()
                self.carry_out(declined)
                self.assertEqual(declined.state, "canceled")
                self.run_cron()
