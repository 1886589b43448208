from odoo.tests import tagged

from .common import OwnAccountCase

DAY = 24 * 3600 * 1000  # milliseconds


@tagged("post_install", "-at_install")
class TestReaderAdvice(OwnAccountCase):
    """A reader that is silent or old is pointed out, where something honest can be said."""

    def add(self, version, device_type="bbpos_wisepos_e"):
        """Return a further reader of the simulator with a software version."""
        reader = self.account.add_reader(device_type=device_type)
        reader.object["device_sw_version"] = version
        return reader

    def advice(self, device):
        """Return what is said of a reader of the simulator, to a cashier."""
        readers = self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        reader = readers.filtered(lambda reader: reader.stripe_id == device.id)
        # Each request computes it anew.
        reader.invalidate_recordset(["advice"])
        return reader.with_user(self.cashier).advice

    def test_all_is_well(self):
        self.assertFalse(self.advice(self.reader))

    def test_silent(self):
        self.reader.go_offline()
        self.reader.object["last_seen_at"] -= 3 * DAY
        self.assertIn("Silent since", self.advice(self.reader))

    def test_never_seen(self):
        self.reader.go_offline()
        self.reader.object["last_seen_at"] = None
        self.assertIn("never heard from it", self.advice(self.reader))

    def test_the_oldest_of_its_model(self):
        self.reader.object["device_sw_version"] = "2.36.0.2"
        self.add("2.42.0.0")
        self.add("2.9.0.0")
        self.assertIn("readers of this model have 2.42.0.0", self.advice(self.reader))

    def test_an_older_generation(self):
        self.reader.object["device_sw_version"] = "1.99.0.0"
        self.add("2.0.0.0")
        self.assertIn("software is old", self.advice(self.reader))

    def test_one_version_behind_is_no_news(self):
        self.reader.object["device_sw_version"] = "2.41.9.0"
        newest = self.add("2.42.0.0")
        self.assertFalse(self.advice(self.reader))
        self.assertFalse(self.advice(newest))

    def test_other_models_have_other_versions(self):
        self.reader.object["device_sw_version"] = "2.36.0.2"
        self.add("9.1.0.0", "stripe_s700")
        self.assertFalse(self.advice(self.reader))

    def test_readers_that_are_gone_do_not_count(self):
        self.reader.object["device_sw_version"] = "2.36.0.2"
        gone = self.add("2.42.0.0")
        self.assertTrue(self.advice(self.reader))
        self.account.test.objects["terminal.reader"].pop(gone.id)
        self.assertFalse(self.advice(self.reader))

    def test_versions_of_another_form(self):
        for version in ("", "2.01.00.20-SZZZ_Prod_US_v5-480001", "soon"):
            self.reader.object["device_sw_version"] = version
            self.add("2.42.0.0")
            self.assertFalse(self.advice(self.reader))

    def test_simulated_readers_need_no_advice(self):
        simulated = self.add("1.0.0.0", "simulated_wisepos_e")
        self.add("2.42.0.0", "simulated_wisepos_e")
        simulated.go_offline()
        self.assertFalse(self.advice(simulated))

    def test_what_the_help_page_tells(self):
        facts = self.env["pos.stripe.reader"].with_user(self.cashier).stripe_help_facts()
        self.assertEqual(facts, {"minimum": self.company.currency_id.format(0.5)})
