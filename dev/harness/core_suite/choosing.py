"""Which tests Odoo runs, and when."""

from odoo import tools
from odoo.tests import loader
from odoo.tests.tag_selector import TagsSelector


def run_after_installing(only=None):
    """Have Odoo run all chosen tests when every module is installed, the addon too.

    Many are meant for the moment when their own module is installed, which knows no addon.

    :param only: names of the only tests to run; of a class that could not be prepared, its own
    """

    def make_suite(module_names, position="at_install"):
        chosen = TagsSelector(tools.config["test_tags"])
        tests = (
            test
            for module in module_names
            for file in loader.get_test_modules(module)
            for test in loader.get_module_test_cases(file)
            if position == "post_install" and chosen.check(test) and _is_wanted(test, only)
        )
        return loader.OdooSuite(sorted(tests, key=lambda test: getattr(test, "test_sequence", 0)))

    loader.make_suite = make_suite


def _is_wanted(test, only):
    prepared = f"setUpClass ({type(test).__module__}.{type(test).__qualname__})"
    return only is None or test.id() in only or prepared in only
