from datetime import datetime, timezone

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SERIAL_NUMBER, OwnAccountCase


@tagged("post_install", "-at_install")
class TestReader(OwnAccountCase):
    """The list of readers follows Stripe, and shows each to those who may see it."""

    @property
    def Reader(self):
        return self.env["pos.stripe.reader"]

    def fetch(self):
        return self.Reader._stripe_fetch(self.provider)

    def test_what_stripe_says_is_stored(self):
        reader = self.fetch()
        self.assertEqual(reader.stripe_id, self.reader.id)
        self.assertEqual(reader.serial_number, SERIAL_NUMBER)
        self.assertEqual(reader.display_name, f"Counter ({SERIAL_NUMBER})")
        self.assertEqual(reader.device_name, "BBPOS WisePOS E")
        self.assertEqual(reader.location_name, "Coffee bar")
        self.assertEqual(reader.status, "online")
        self.assertEqual(reader.software_version, self.reader.object["device_sw_version"])
        self.assertEqual(reader.company_id, self.company)
        self.assertFalse(reader.livemode)
        milliseconds = self.reader.object["last_seen_at"]
        self.assertEqual(
            reader.last_seen_at.replace(tzinfo=timezone.utc),
            datetime.fromtimestamp(milliseconds // 1000, timezone.utc),
        )

    def test_simulated_reader(self):
        simulated = self.account.add_reader(device_type="simulated_wisepos_e")
        reader = self.fetch().filtered(lambda reader: reader.stripe_id == simulated.id)
        self.assertEqual(reader.device_name, "BBPOS WisePOS E (simulated)")

    def test_what_stripe_does_not_tell(self):
        reader = self.Reader._store(
            self.provider,
            [{"id": "tmr_1", "status": "asleep", "device_type": "brand_new", "location": "tml_1"}],
        )
        self.assertFalse(reader.status)
        self.assertFalse(reader.last_seen_at)
        self.assertEqual(reader.display_name, "tmr_1")
        self.assertEqual(reader.device_name, "brand_new")
        self.assertEqual(reader.stripe_location_id, "tml_1")

    def test_changes_and_removal(self):
        second = self.account.add_reader(serial_number="WSC222222222222")
        readers = self.fetch()
        self.assertEqual(len(readers), 2)
        self.reader.object["label"] = "Bar"
        environment = self.account.test
        gone = environment.objects["terminal.reader"].pop(second.id)
        self.assertEqual(self.fetch().label, "Bar")
        self.assertEqual(readers.filtered("active"), self.fetch())
        environment.objects["terminal.reader"][second.id] = gone
        self.assertEqual(self.fetch(), readers)
        self.assertTrue(all(readers.mapped("active")))

    def test_what_is_the_same_is_not_written(self):
        reader = self.fetch()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE pos_stripe_reader SET write_date = '2000-01-01' WHERE id = %s", [reader.id]
        )
        self.env.invalidate_all()
        self.fetch()
        self.assertEqual(reader.write_date.year, 2000)

    def test_many_readers_take_no_more_calls_than_pages(self):
        for number in range(249):
            self.account.add_reader(serial_number=f"WSC{number:012}")
        for number in range(249):
            self.account.add_location(display_name=f"Shop {number}")
        at_stripe = [("provider_id", "=", self.provider.id)]
        for _time in range(2):
            before = len(self.sent())
            notification = self.Reader.with_user(self.manager).action_stripe_refresh()["params"]
            self.assertIn("Stripe: 250", notification["message"])
            listed = [record.path for record in self.sent()[before:]]
            for path in ("/v1/terminal/locations", "/v1/terminal/readers"):
                self.assertEqual(listed.count(path), 3)
            self.assertEqual(len(listed), 6)
            self.assertEqual(self.Reader.search_count(at_stripe), 250)
            self.assertEqual(self.env["pos.stripe.location"].search_count(at_stripe), 250)

    def test_refresh_by_a_manager(self):
        notification = self.Reader.with_user(self.manager).action_stripe_refresh()["params"]
        self.assertEqual(notification["type"], "success")
        self.assertEqual(notification["message"], "Card readers registered with Stripe: 1")

    def test_refresh_with_a_wrong_key(self):
        self.provider.stripe_secret_key = "sk_" + "test_wrong"
        notification = self.Reader.with_user(self.manager).action_stripe_refresh()["params"]
        self.assertEqual(notification["type"], "warning")
        self.assertIn("Stripe does not accept the secret key.", notification["message"])

    def test_refresh_is_for_managers(self):
        with self.assertRaises(AccessError):
            self.Reader.with_user(self.cashier).action_stripe_refresh()

    def test_nobody_edits_what_stripe_says(self):
        reader = self.fetch().with_user(self.manager)
        self.assertEqual(reader.label, "Counter")
        for change in (lambda: reader.write({"label": "Mine"}), reader.unlink):
            with self.assertRaises(AccessError):
                change()

    def test_cashiers_read(self):
        self.assertEqual(self.fetch().with_user(self.cashier).label, "Counter")

    def test_other_companies_do_not_see_it(self):
        reader = self.fetch()
        neighbour = self.env["res.company"].create({"name": "Neighbour"})
        stranger = self._create_user("stranger", "point_of_sale.group_pos_manager", neighbour)
        self.assertFalse(self.Reader.with_user(stranger).search([("id", "=", reader.id)]))
        with self.assertRaises(AccessError):
            reader.with_user(stranger).read(["serial_number"])

    def test_branches_see_it(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        colleague = self._create_user("colleague", "point_of_sale.group_pos_user", branch)
        self.assertEqual(self.fetch().with_user(colleague).label, "Counter")

    def test_is_listed_once(self):
        reader = self.fetch()
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            reader.sudo().copy()
