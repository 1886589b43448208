import os
from unittest.mock import patch

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import Form, tagged

from ..stripe_terminal.errors import Kind, StripeProblem
from .common import OwnAccountCase

UNREACHABLE = "http://127.0.0.1:1"


@tagged("post_install", "-at_install")
class TestLocation(OwnAccountCase):
    """Locations follow Stripe, and are made, renamed and removed there from Odoo."""

    def setUp(self):
        super().setUp()
        self.company.partner_id.write(
            {
                "street": "1 Main Street",
                "street2": False,
                "city": "Gainesville",
                "zip": "32601",
                "country_id": self.env.ref("base.us").id,
                "state_id": self.env.ref("base.state_us_10").id,
            }
        )

    @property
    def Location(self):
        return self.env["pos.stripe.location"]

    def fetch(self):
        return self.Location._stripe_fetch(self.provider)

    def at_stripe(self):
        """Return the account's locations in the simulator, by id."""
        return self.account.test.objects["terminal.location"]

    def create_location(self, name="Terrace"):
        """Create a location with the dialog, as the shop's manager; returns its record."""
        form = Form(self.env["pos.stripe.location.creation"].with_user(self.manager))
        form.name = name
        form.save().action_create()
        return self.Location.search([("name", "=", name)])

    def test_what_stripe_says_is_stored(self):
        (stripe_id,) = self.at_stripe()
        self.at_stripe()[stripe_id]["address"].update(
            line1="2 Side Street", city="Lyon", postal_code="69001", country="FR"
        )
        location = self.fetch()
        self.assertEqual(location.stripe_id, stripe_id)
        self.assertEqual(location.display_name, "Coffee bar")
        self.assertEqual(location.street, "2 Side Street")
        self.assertEqual((location.zip, location.city), ("69001", "Lyon"))
        self.assertEqual(location.country_code, "FR")
        self.assertEqual(location.company_id, self.company)

    def test_readers_bring_their_location(self):
        reader = self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        self.assertEqual(reader.location_id.name, "Coffee bar")
        self.assertEqual(reader.location_id.reader_count, 1)
        self.assertEqual(self.fetch(), reader.location_id)

    def test_many_locations_take_no_more_calls_than_pages(self):
        for number in range(249):
            self.account.add_location(display_name=f"Shop {number}")
        before = len(self.sent("GET"))
        self.assertEqual(len(self.fetch()), 250)
        self.assertEqual(len(self.sent("GET")) - before, 3)

    def test_refresh_reads_locations_too(self):
        self.account.add_location(display_name="Without reader")
        self.env["pos.stripe.reader"].with_user(self.manager).action_stripe_refresh()
        self.assertTrue(self.Location.search([("name", "=", "Without reader")]))

    def test_removed_at_stripe(self):
        second = self.account.add_location(display_name="Second")
        locations = self.fetch()
        del self.at_stripe()[second["id"]]
        self.assertEqual(self.fetch(), locations.filtered("active"))
        self.assertEqual(len(self.fetch()), 1)

    def test_create(self):
        location = self.create_location()
        self.assertEqual(location.city, "Gainesville")
        self.assertEqual(
            {
                name: value
                for name, value in self.at_stripe()[location.stripe_id]["address"].items()
                if value
            },
            {
                "line1": "1 Main Street",
                "city": "Gainesville",
                "state": "FL",
                "postal_code": "32601",
                "country": "US",
            },
        )

    def test_create_in_an_overseas_territory(self):
        self.company.partner_id.write(
            {"country_id": self.env.ref("base.re").id, "state_id": False, "zip": "97400"}
        )
        self.assertEqual(self.create_location().country_code, "FR")

    def move_to_japan(self):
        self.company.partner_id.write(
            {
                "street": "9-1",
                "street2": "2F",
                "city": "千代田区",
                "zip": "1000005",
                "country_id": self.env.ref("base.jp").id,
                "state_id": False,
            }
        )

    def test_create_in_japan(self):
        self.move_to_japan()
        form = Form(self.env["pos.stripe.location.creation"].with_user(self.manager))
        form.name = "喫茶"
        self.assertTrue(form.is_in_japan)
        kanji = {"state": "東京都", "city": "千代田区", "town": "丸の内1丁目", "line1": "9-1"}
        kana = {
            "state": "トウキョウト",
            "city": "チヨダク",
            "town": "マルノウチ1チョウメ",
            "line1": "9-1",
            "line2": "2F",
        }
        form.name_kana = "キッサ"
        form.state_kanji, form.town_kanji = kanji["state"], kanji["town"]
        for part, value in kana.items():
            setattr(form, f"{part}_kana", value)
        form.save().action_create()
        location = self.Location.search([("name", "=", "喫茶")])
        stored = self.at_stripe()[location.stripe_id]
        shared = {"country": "JP", "postal_code": "1000005"}
        self.assertEqual(stored["address_kanji"], {**shared, **kanji, "line2": "2F"})
        self.assertEqual(stored["address_kana"], {**shared, **kana})
        self.assertEqual(stored["display_name_kana"], "キッサ")
        self.assertRecordValues(
            location,
            [
                {
                    "street": "丸の内1丁目9-1",
                    "street2": "2F",
                    "city": "千代田区",
                    "zip": "1000005",
                    "state_code": "東京都",
                    "country_code": "JP",
                }
            ],
        )
        # It is found again when the first answer was lost.
        before = len(self.at_stripe())
        creation = self.env["pos.stripe.location.creation"].with_user(self.manager)
        creation.search([("name", "=", "喫茶")]).action_create()
        self.assertEqual(len(self.at_stripe()), before)

    def test_create_in_japan_with_something_missing(self):
        self.move_to_japan()
        creation = self.env["pos.stripe.location.creation"].create({"name": "喫茶"})
        with self.assertRaisesRegex(UserError, r"in kanji and in kana.*Prefecture \(Kanji\)"):
            creation.action_create()

    def test_pairing_in_japan_leads_to_the_location_first(self):
        self.move_to_japan()
        pairing = self.env["pos.stripe.pairing"].create({"registration_code": "a-b-c"})
        pairing.location_id = False
        with self.assertRaisesRegex(RedirectWarning, "in kanji and in kana"):
            pairing.action_pair()

    def test_create_with_an_incomplete_address(self):
        self.company.partner_id.write({"street": False, "zip": False, "state_id": False})
        before = len(self.sent())
        sentence = f"the address of {self.company.name} has no street, ZIP, state. An administrator"
        with self.assertRaisesRegex(UserError, sentence):
            self.create_location()
        # Who may complete the address is led there.
        with self.assertRaisesRegex(RedirectWarning, sentence):
            self.Location._stripe_address(self.company)
        self.assertEqual(len(self.sent()), before)

    def test_address_that_stripe_refuses(self):
        problem = StripeProblem(
            Kind.bug,
            "parameter_invalid_empty",
            "Postal code is not valid.",
            param="address[postal_code]",
            http_status=400,
        )
        self.assertEqual(
            self.provider._stripe_terminal_setup_advice(problem),
            "Stripe does not accept the company's address: Postal code is not valid. Correct it in "
            "the company's settings, then try again.",
        )

    def test_create_in_an_unsupported_country(self):
        self.simulator.faults.add(
            "POST",
            "/v1/terminal/locations",
            "error",
            status=400,
            code="terminal_location_country_unsupported",
        )
        with self.assertRaisesRegex(UserError, "cannot be used in the country of this location"):
            self.create_location()

    def test_create_with_a_restricted_key(self):
        self.provider.stripe_secret_key = self.account.add_restricted_key(["terminal_reader_read"])
        with self.assertRaisesRegex(UserError, "Give it “Terminal Locations: Write”"):
            self.create_location()

    def test_create_without_a_key(self):
        self.provider.stripe_secret_key = False
        with self.assertRaisesRegex(UserError, "has no secret key yet"):
            self.create_location()

    def test_create_while_stripe_is_unreachable(self):
        with (
            patch.dict(os.environ, STRIPE_API_BASE=UNREACHABLE),
            self.assertRaisesRegex(UserError, "Stripe cannot be reached or has a problem"),
        ):
            self.create_location()

    def test_create_for_another_company(self):
        neighbour = self.env["res.company"].create({"name": "Neighbour"})
        creation = self.env["pos.stripe.location.creation"].with_user(self.manager)
        with self.assertRaises(AccessError):
            creation.create({"company_id": neighbour.id, "name": "Theirs"})

    def test_a_name_at_another_address_is_another_location(self):
        self.create_location()
        self.assertEqual(len(self.create_location()), 1)
        self.company.street = "99 Other Street"
        self.create_location()
        locations = self.create_location()
        self.assertEqual(len(locations), 2)
        self.assertIn("99 Other Street", locations.mapped("street"))

    def test_rename(self):
        location = self.fetch().with_user(self.manager)
        action = location.action_stripe_rename()
        form = Form(
            self.env["pos.stripe.rename"].with_user(self.manager).with_context(**action["context"])
        )
        self.assertEqual(form.name, "Coffee bar")
        form.name = "Coffee corner"
        form.save().action_rename()
        self.assertEqual(location.name, "Coffee corner")
        self.assertEqual(self.at_stripe()[location.stripe_id]["display_name"], "Coffee corner")

    def test_remove(self):
        location = self.create_location()
        action = location.with_user(self.manager).action_stripe_remove()
        self.assertEqual(action["res_model"], "pos.stripe.location")
        self.assertFalse(location.active)
        self.assertNotIn(location.stripe_id, self.at_stripe())

    def test_remove_what_stripe_does_not_have(self):
        location = self.create_location()
        del self.at_stripe()[location.stripe_id]
        location.with_user(self.manager).action_stripe_remove()
        self.assertFalse(location.active)

    def test_remove_with_readers(self):
        reader = self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        with self.assertRaisesRegex(UserError, "Coffee bar still has card readers: Counter"):
            reader.location_id.with_user(self.manager).action_stripe_remove()

    def test_remove_while_stripe_is_unreachable(self):
        location = self.create_location()
        with (
            patch.dict(os.environ, STRIPE_API_BASE=UNREACHABLE),
            self.assertRaisesRegex(UserError, "Stripe cannot be reached or has a problem"),
        ):
            location.with_user(self.manager).action_stripe_remove()
        self.assertTrue(location.active)

    def test_is_for_managers(self):
        location = self.fetch().with_user(self.cashier)
        self.assertEqual(location.name, "Coffee bar")
        with self.assertRaises(AccessError):
            location.action_stripe_remove()
        for wizard in ("pos.stripe.location.creation", "pos.stripe.rename"):
            self.assertFalse(self.env[wizard].with_user(self.cashier).has_access("create"))

    def test_other_companies_do_not_see_it(self):
        location = self.fetch()
        neighbour = self.env["res.company"].create({"name": "Neighbour"})
        stranger = self._create_user("stranger", "point_of_sale.group_pos_manager", neighbour)
        for attempt in (
            lambda: location.with_user(stranger).read(["name"]),
            lambda: location.with_user(stranger).action_stripe_remove(),
            lambda: location.with_user(stranger)._stripe_rename("Mine"),
        ):
            with self.assertRaises(AccessError):
                attempt()
        self.assertEqual(self.at_stripe()[location.stripe_id]["display_name"], "Coffee bar")
