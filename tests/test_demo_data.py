from odoo.tests import TransactionCase, tagged
from odoo.tools import convert_file

FILE = "data/pos_payment_method_demo.xml"


@tagged("post_install", "-at_install")
class TestDemoData(TransactionCase):
    """What `--with-demo` shows, on whatever the Point of Sale's own demo data left."""

    def load(self, mode="init"):
        convert_file(self.env, "pos_payment_stripe", FILE, None, mode, noupdate=True)
        return self.env.ref("pos_payment_stripe.payment_method_demo")

    def furniture_shop(self):
        """Return the register that the Point of Sale's demo data would have made."""
        self.env["pos.config"].load_onboarding_furniture_scenario(with_demo_data=False)
        return self.env.ref("point_of_sale.pos_config_main")

    def test_needs_no_register_and_no_key(self):
        register = self.env.ref("point_of_sale.pos_config_main", raise_if_not_found=False)
        self.assertFalse(register)
        method = self.load()
        self.assertEqual(method.use_payment_terminal, "stripe_terminal")
        self.assertTrue(method.stripe_reader_id.device_type.startswith("simulated_"))
        self.assertEqual(method.stripe_serial_number, method.stripe_reader_id.serial_number)
        self.assertFalse(method.config_ids)
        self.assertFalse(method._stripe_terminal_provider().stripe_secret_key)

    def test_is_in_the_furniture_shop(self):
        register = self.furniture_shop()
        others = register.payment_method_ids
        self.assertTrue(others)
        method = self.load()
        self.assertEqual(register.payment_method_ids, others | method)

    def test_leaves_an_open_register_alone(self):
        register = self.furniture_shop()
        register.open_ui()
        self.assertFalse(self.load().config_ids)

    def test_an_update_changes_nothing_of_it(self):
        register = self.furniture_shop()
        method = self.load()
        register.payment_method_ids -= method
        method.name = "Card at the counter"
        self.assertEqual(self.load("update").name, "Card at the counter")
        self.assertNotIn(method, register.payment_method_ids)
