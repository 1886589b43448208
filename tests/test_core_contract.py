import inspect
import re
from pathlib import Path

from lxml import etree

from odoo import fields, models
from odoo.addons.pos_payment_stripe.dev.harness import core_names, porting
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path
from odoo.tools.template_inheritance import locate_node

ADDON = "odoo.addons.pos_payment_stripe."
EXPORT = r"(?m)^export (?:(?:async )?(?:function|class|const|let) |\{[^}]*)?\b%s\b"
ADVICE = "core_contract.data.js lists what we rely on in Odoo, and why: bring it up to date."


@tagged("post_install", "-at_install")
class TestCoreContract(TransactionCase):
    """Odoo has every name that the addon builds on, and the list has every such name."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = core_names.contract()

    # Python

    def test_each_override_has_its_original(self):
        found = {}
        for model, name, _ours in self._defined_by_us():
            original = self._original(model, name)
            if original is not None:
                found.setdefault(model, {})[name] = self._signature(original)
        self.assertListed(found, self.contract["overridden"])

    def test_what_calls_its_super_has_one(self):
        for model, name, _ours in self._defined_by_us():
            oldest = [one for one in self._classes(model) if name in one.__dict__][-1]
            value = oldest.__dict__[name]
            function = inspect.unwrap(getattr(value, "__func__", value))
            if self._is_ours(oldest) and inspect.isfunction(function):
                with self.subTest(f"{model}.{name}"):
                    self.assertNotIn(f"super().{name}(", inspect.getsource(function))

    def test_no_method_is_extended_in_two_files(self):
        """Which of them comes first would hang on the order of imports."""
        for model in sorted(self.env):
            seen = {}
            for one in filter(self._is_ours, self._classes(model)):
                for name, value in one.__dict__.items():
                    if one._name == model and inspect.isroutine(value):
                        with self.subTest(f"{model}.{name}"):
                            self.assertEqual(seen.setdefault(name, one.__module__), one.__module__)

    def test_each_method_that_is_called_is_there(self):
        called, listed = core_names.calls(), self.contract["called"]
        known = {*self.contract["unrelated"], *core_names.definitions()}
        for builtin in (models.BaseModel, str, dict, list, set):
            known |= set(dir(builtin))
        found = {}
        for model in {*listed, *(model for model, _name, _ours in self._defined_by_us())}:
            for one in self._classes(model):
                names = set(one.__dict__) & set(called) - known
                if one.__module__.startswith("odoo.addons.") and not self._is_ours(one):
                    for name in filter(lambda name: inspect.isroutine(one.__dict__[name]), names):
                        found[name] = self._signature(self._original(model, name))
        wanted = {name: one[0] for names in listed.values() for name, one in names.items()}
        self.assertEqual(found, wanted, ADVICE)
        for model, names in listed.items():
            for name, (_signature, why) in names.items():
                self.assertTrue(why and self._original(model, name), f"{model}.{name}")

    def _defined_by_us(self):
        """Yield model, name and definition of what we have on the models of others."""
        for model in sorted(self.env):
            # Not those of the mixins that it has.
            classes = [one for one in self._classes(model) if one._name == model]
            found = {}
            if not classes or self._is_ours(classes[-1]):
                continue
            for one in filter(self._is_ours, classes):
                for name, value in one.__dict__.items():
                    if isinstance(value, fields.Field) or inspect.isroutine(value):
                        found.setdefault(name, value)
            for name, value in sorted(found.items()):
                yield model, name, value

    def _classes(self, model):
        """Return the classes that are written for a model, the youngest first."""
        written = [one for one in type(self.env[model]).mro() if getattr(one, "pool", None) is None]
        return [one for one in written if one.__module__.startswith("odoo.")]

    def _original(self, model, name):
        """Return what Odoo itself defines under a name, the oldest if several do; or None."""
        for one in reversed(self._classes(model)):
            if name in one.__dict__ and not self._is_ours(one):
                return one.__dict__[name]
        return None

    def _signature(self, original):
        if isinstance(original, fields.Field):
            return original.type
        function = inspect.unwrap(getattr(original, "__func__", original))
        if not inspect.isfunction(function):
            return type(original).__name__
        parameters = inspect.signature(function).parameters.values()
        return f"({', '.join(str(one.replace(annotation=one.empty)) for one in parameters)})"

    def _is_ours(self, base):
        return base.__module__.startswith(ADDON)

    # JavaScript; core_contract.test.js asks the classes themselves

    def test_each_extension_has_its_original(self):
        found, classes = {}, self.contract["classes"]
        for extension in core_names.extensions():
            if extension.target == "Error":
                continue
            self.assertIn(extension.target, classes, f"{extension.file}: {ADVICE}")
            core = self._members(extension.target)
            for name, calls_original in extension.members.items():
                if calls_original or name in core:
                    found.setdefault(extension.target, {})[name] = core.get(name)
        self.assertListed(
            found,
            {name: one["extended"] for name, one in classes.items() if one["extended"]},
        )

    def test_each_mention_is_there(self):
        mentioned, listed = core_names.mentions(), {}
        for target, one in self.contract["classes"].items():
            core = self._members(target)
            for name, (signature, _why) in one["called"].items():
                self.assertEqual(core.get(name), signature, f"{target}.{name}: {ADVICE}")
                self.assertIn(name, mentioned, f"{target}.{name} is not used any more. {ADVICE}")
                listed[name] = target
        for target, one in self.contract["classes"].items():
            known = {*listed, *one["extended"], *self.contract["unrelated"]}
            self.assertFalse(set(self._members(target)) & set(mentioned) - known, ADVICE)

    def test_each_import_is_there(self):
        found = {}
        for text in core_names.scripts().values():
            for module, name in core_names.imports(text):
                found.setdefault(module, set()).add(name)
        listed = {module: set(names) for module, names in self.contract["imports"].items()}
        self.assertEqual(found, listed, ADVICE)
        for module, names in self.contract["imports"].items():
            # OWL is one file without modules; core_contract.test.js asks it.
            exports = "" if module == "@odoo/owl" else self._source(module)
            for name, why in names.items():
                with self.subTest(f"{module} {name}"):
                    self.assertTrue(why)
                    self.assertRegex(exports or f"export const {name}", EXPORT % name)

    def _members(self, target):
        return core_names.members(self._source(self.contract["classes"][target]["module"]))

    def _source(self, module):
        addon, _slash, path = module[1:].partition("/")
        return Path(file_path(f"{addon}/static/src/{path}.js")).read_text()

    # Templates and views

    def test_each_place_of_a_template_is_there(self):
        found = {}
        for (_file, template), places in core_names.xpaths().items():
            found.setdefault(template, set()).update(places)
            core = self._template(template)
            for place in places:
                with self.subTest(f"{template}: {place}"):
                    self.assertIsNotNone(locate_node(core, etree.Element("xpath", expr=place)))
        listed = {name: set(places) for name, places in self.contract["templates"].items()}
        self.assertEqual(found, listed, ADVICE)

    def test_each_place_of_a_view_is_there(self):
        found = {}
        for parent, spec in self._view_specs():
            place = spec.get("expr") or self._selector(spec)
            found.setdefault(parent.xml_id, set()).add(place)
            with self.subTest(f"{parent.xml_id}: {place}"):
                arch = etree.fromstring(parent.with_context(lang=None).get_combined_arch())
                self.assertIsNotNone(locate_node(arch, spec))
        listed = {name: set(places) for name, places in self.contract["views"].items()}
        self.assertEqual(found, listed, ADVICE)

    def _view_specs(self):
        """Yield each view of Odoo's that ours extend, with the nodes that select a place in it."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "pos_payment_stripe"), ("model", "=", "ir.ui.view")]
        )
        for view in self.env["ir.ui.view"].browse(data.mapped("res_id")):
            parent = view.inherit_id
            if parent and not parent.xml_id.startswith("pos_payment_stripe."):
                arch = etree.fromstring(view.arch_db)
                for spec in arch if arch.tag == "data" else [arch]:
                    if isinstance(spec.tag, str):
                        yield parent, spec

    def _selector(self, spec):
        attributes = [f"@{key}='{spec.get(key)}'" for key in spec.attrib if key != "position"]
        return f"//{spec.tag}[{' and '.join(attributes)}]" if attributes else f"//{spec.tag}"

    def _template(self, name):
        addon = name.partition(".")[0]
        folder = Path(file_path(f"{addon}/static/src"))
        quoted = re.compile(rf't-name="{re.escape(name)}"')
        for path in folder.rglob("*.xml"):
            if quoted.search(path.read_text()):
                for node in etree.parse(str(path)).iter("{*}t", "t"):
                    if node.get("t-name") == name:
                        return node
        raise AssertionError(f"Odoo has no template {name}")

    # The page that is made of the list

    def test_porting_is_up_to_date(self):
        self.assertEqual(
            porting.PAGE.read_text(),
            porting.page(),
            "docs/PORTING.md is not what the list says: run ./dev/porting.",
        )

    def assertListed(self, found, listed):
        """Assert that what is found, by class and name, is what the list has, and with a reason."""
        signatures = {
            target: {name: signature for name, (signature, _why) in names.items()}
            for target, names in listed.items()
        }
        self.assertEqual(found, signatures, ADVICE)
        for names in listed.values():
            self.assertTrue(all(why for _signature, why in names.values()))
