import os
from unittest.mock import patch

from odoo.addons.pos_payment_stripe.dev.stripe_simulator.simulator import WRONG_CODE
from odoo.addons.pos_payment_stripe.stripe_terminal.account import PERMISSIONS
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import OwnAccountCase

READERS = "/v1/terminal/readers"


@tagged("post_install", "-at_install")
class TestPairing(OwnAccountCase):
    """A reader is added, renamed and removed without Stripe's dashboard."""

    def at_stripe(self):
        """Return the account's readers in the simulator, by id."""
        return self.account.test.objects["terminal.reader"]

    def pairing(self, registration_code="quick-brown-fox", **values):
        """Return the filled dialog of the shop's manager, opened as the button does."""
        Reader = self.env["pos.stripe.reader"].with_user(self.manager)
        action = Reader.action_stripe_pair()
        form = Form(self.env[action["res_model"]].with_user(self.manager))
        form.registration_code = registration_code
        for name, value in values.items():
            form[name] = value
        return form.save()

    def paired(self, action):
        """Return the reader that an action opens."""
        return self.env[action["res_model"]].browse(action["res_id"])

    def assertSays(self, sentence, action):
        with self.assertRaisesRegex(UserError, sentence):
            action()

    def test_pair(self):
        reader = self.paired(self.pairing(" quick brown-fox\n", label="Terrace").action_pair())
        self.assertEqual(reader.label, "Terrace")
        self.assertEqual(reader.location_id.name, "Coffee bar")
        self.assertEqual(self.at_stripe()[reader.stripe_id]["serial_number"], reader.serial_number)
        request = self.sent("POST", READERS)[-1]
        self.assertEqual(request.params["registration_code"], "quick-brown-fox")
        self.assertEqual(reader.company_id, self.company)

    def test_pair_without_a_name(self):
        reader = self.paired(self.pairing().action_pair())
        self.assertEqual(reader.label, reader.serial_number)

    def test_only_location_is_chosen(self):
        self.assertEqual(self.pairing().location_id.name, "Coffee bar")
        self.account.add_location(display_name="Second")
        self.assertFalse(self.pairing().location_id)

    def test_first_reader_makes_the_first_location(self):
        self.provider.stripe_secret_key = self.simulator.add_account().secret_key
        creations = len(self.sent("POST", "/v1/terminal/locations"))
        self.company.partner_id.write(
            {
                "street": "1 Main Street",
                "city": "Gainesville",
                "zip": "32601",
                "country_id": self.env.ref("base.us").id,
                "state_id": self.env.ref("base.state_us_10").id,
            }
        )
        pairing = self.pairing(WRONG_CODE)
        self.assertFalse(pairing.location_id)
        self.assertEqual(pairing.location_name, self.company.name)
        # What a refusal takes back here stays at Stripe, and is found again.
        self.assertSays("registration code", pairing.action_pair)
        lost = self.env["pos.stripe.location"].search([("name", "=", self.company.name)])
        lost.sudo().unlink()
        pairing.registration_code = "quick-brown-fox"
        location = self.paired(pairing.action_pair()).location_id
        self.assertEqual(location.name, self.company.name)
        self.assertEqual(location.street, "1 Main Street")
        self.assertEqual(len(self.sent("POST", "/v1/terminal/locations")), creations + 1)

    def test_simulated_reader(self):
        pairing = self.pairing("")
        self.assertTrue(pairing.is_test)
        reader = self.paired(pairing.action_add_simulated())
        self.assertEqual(reader.label, "Simulated reader")
        self.assertEqual(reader.device_name, "BBPOS WisePOS E (simulated)")

    def test_live_keys_get_no_simulated_reader(self):
        self.provider.stripe_secret_key = self.account.live_secret_key
        self.account.add_location(display_name="Real shop", livemode=True)
        self.assertFalse(self.pairing("").is_test)

    def test_wrong_code(self):
        self.assertSays(
            "Stripe does not accept this registration code. A code works once",
            self.pairing(WRONG_CODE).action_pair,
        )

    def test_used_code(self):
        self.pairing().action_pair()
        self.assertSays(
            "Stripe does not accept this registration code. A code works once",
            self.pairing().action_pair,
        )
        self.assertEqual(len(self.at_stripe()), 2)

    def test_location_in_another_country(self):
        pairing = self.pairing()
        self.simulator.faults.add(
            "POST",
            READERS,
            "error",
            status=400,
            code="terminal_reader_invalid_location_for_activation",
        )
        self.assertSays("cannot be used in the country of this location", pairing.action_pair)

    def test_location_deleted_meanwhile(self):
        pairing = self.pairing()
        self.account.test.objects["terminal.location"].pop(pairing.location_id.stripe_id)
        self.assertSays("The Stripe account does not know this location", pairing.action_pair)

    def test_restricted_key(self):
        pairing = self.pairing()
        self.provider.stripe_secret_key = self.account.add_restricted_key(["terminal_reader_read"])
        self.assertSays(
            "lacks a permission. Give it “Terminal Readers: Write”", pairing.action_pair
        )

    def test_restricted_key_that_may_not_list(self):
        self.provider.stripe_secret_key = self.account.add_restricted_key(["charge_read"])
        self.assertSays("lacks a permission. Give it “Terminal Readers: Write”", self.pairing)

    def test_restricted_key_with_the_needed_permissions(self):
        needed = [permission.name for permission in PERMISSIONS if permission.is_needed]
        self.provider.stripe_secret_key = self.account.add_restricted_key(needed)
        self.pairing().action_pair()
        self.assertEqual(len(self.at_stripe()), 2)

    def test_a_lost_answer_registers_once(self):
        pairing = self.pairing()
        self.simulator.faults.add("POST", READERS, "drop_after")
        self.assertSays("Stripe cannot be reached or has a problem", pairing.action_pair)
        pairing.action_pair()
        self.assertEqual(len(self.at_stripe()), 2)

    def test_stripe_unreachable(self):
        pairing = self.pairing()
        with patch.dict(os.environ, STRIPE_API_BASE="http://127.0.0.1:1"):
            self.assertSays("Stripe cannot be reached or has a problem", pairing.action_pair)
            self.assertSays("Stripe cannot be reached, so nothing could be checked", self.pairing)

    def test_no_key(self):
        self.provider.stripe_secret_key = False
        self.assertSays("has no secret key yet", self.pairing)

    def test_rename(self):
        reader = self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        action = reader.with_user(self.manager).action_stripe_rename()
        form = Form(
            self.env["pos.stripe.rename"].with_user(self.manager).with_context(**action["context"])
        )
        form.name = "Bar"
        form.save().action_rename()
        self.assertEqual(reader.label, "Bar")
        self.assertEqual(self.at_stripe()[reader.stripe_id]["label"], "Bar")

    def test_remove(self):
        reader = self.paired(self.pairing().action_pair())
        reader.with_user(self.manager).action_stripe_remove()
        self.assertFalse(reader.active)
        self.assertNotIn(reader.stripe_id, self.at_stripe())

    def test_remove_one_in_use(self):
        reader = self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        self.assertSays("is used by .*Set-up", reader.with_user(self.manager).action_stripe_remove)
        self.assertIn(reader.stripe_id, self.at_stripe())

    def test_remove_one_that_is_paying(self):
        payment = self.pay()
        reader = payment.reader_id
        # No method is left with it: only the payment is.
        reader.serial_number = "WSC000000000000"
        self.assertSays("A payment is running on", reader.action_stripe_remove)

    def test_is_for_managers(self):
        reader = self.env["pos.stripe.reader"]._stripe_fetch(self.provider).with_user(self.cashier)
        for action in (reader.action_stripe_pair, reader.action_stripe_remove):
            with self.assertRaises(AccessError):
                action()
        wizard = self.env["pos.stripe.pairing"].with_user(self.cashier)
        self.assertFalse(wizard.has_access("create"))

    def test_location_of_another_company(self):
        neighbour = self.env["res.company"].create({"name": "Neighbour"})
        provider = self.provider.copy(
            {"company_id": neighbour.id, "stripe_secret_key": self.provider.stripe_secret_key}
        )
        location = self.env["pos.stripe.location"]._stripe_fetch(provider)
        pairing = self.env["pos.stripe.pairing"].with_user(self.manager)
        before = len(self.sent("POST"))
        for values in ({"company_id": neighbour.id}, {"location_id": location.id}):
            with self.assertRaises(AccessError):
                pairing.create({"registration_code": "quick", **values}).action_pair()
        self.assertEqual(len(self.sent("POST")), before)
