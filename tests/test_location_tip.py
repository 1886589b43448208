from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import OwnAccountCase

PERCENTAGES = {"usd": {"percentages": [10, 15, 20]}}


@tagged("post_install", "-at_install")
class TestLocationTip(OwnAccountCase):
    """The tips that readers suggest are kept at Stripe, and edited from the location's form."""

    def setUp(self):
        super().setUp()
        self.location = self.env["pos.stripe.location"]._stripe_fetch(self.provider)
        self.location = self.location.with_user(self.manager)

    def at_stripe(self):
        """Return the tips of the location's own configuration in the simulator."""
        location = self.account.test.find("terminal.location", self.location.stripe_id)
        own = location.get("configuration_overrides")
        return own and self.account.test.find("terminal.configuration", own).get("tipping")

    def dialog(self):
        """Return the form of the dialog, as the button opens it."""
        action = self.location.action_stripe_tips()
        model = self.env[action["res_model"]].with_user(self.manager)
        return Form(model.with_context(**action["context"]))

    def test_the_default_of_the_account_is_shown(self):
        self.account.offer_tips(usd={**PERCENTAGES["usd"], "smart_tip_threshold": None})
        self.location._stripe_fetch_tips()
        self.assertEqual(self.location.tip_summary, "USD: 10 %, 15 %, 20 %")
        self.assertFalse(self.location.configuration)

    def test_a_first_configuration(self):
        form = self.dialog()
        self.assertEqual(form.kind, "none")
        form.kind = "smart"
        with form.currency_ids.edit(0) as line:
            self.assertEqual(line.currency_id, self.company.currency_id)
            line.threshold, line.amount_1, line.amount_2, line.amount_3 = 12.5, 0.5, 1, 2.35
        form.save().action_save()
        self.assertEqual(
            self.at_stripe(),
            {
                "usd": {
                    "percentages": [10, 15, 20],
                    "fixed_amounts": [50, 100, 235],
                    "smart_tip_threshold": 1250,
                }
            },
        )
        self.assertIn("12.50", self.location.tip_summary)
        self.assertIn("2.35", self.location.tip_summary)

    def test_what_is_there_is_edited(self):
        self.location._stripe_set_tips({**PERCENTAGES, "jpy": {"percentages": [1, 2, 3]}})
        form = self.dialog()
        self.assertEqual((form.kind, len(form.currency_ids)), ("percentages", 2))
        form.kind = "fixed_amounts"
        form.currency_ids.remove(1)
        with form.currency_ids.edit(0) as line:
            line.amount_1, line.amount_2, line.amount_3 = 1, 2, 3
        form.save().action_save()
        self.assertEqual(self.at_stripe(), {"usd": {"fixed_amounts": [100, 200, 300]}})

    def test_no_tips(self):
        self.location._stripe_set_tips(PERCENTAGES)
        form = self.dialog()
        form.kind = "none"
        form.save().action_save()
        self.assertFalse(self.at_stripe())
        self.assertFalse(self.location.tip_summary)

    def test_other_locations_keep_the_default(self):
        self.account.offer_tips(usd={"fixed_amounts": [1, 2, 3]})
        self.location._stripe_set_tips(PERCENTAGES)
        default = self.account.test.default_configuration()
        self.assertEqual(default["tipping"], {"usd": {"fixed_amounts": [1, 2, 3]}})

    def test_locations_that_share_a_configuration_are_named(self):
        self.location._stripe_set_tips(PERCENTAGES)
        self.account.add_location(
            display_name="Terrace", configuration_overrides=self.location.configuration
        )
        for location in self.location._stripe_fetch(self.provider):
            location._stripe_fetch_tips()
        self.assertEqual(self.dialog().sharing_locations, "Terrace")

    def test_what_makes_no_sense_is_said(self):
        form = self.dialog()
        form.kind = "percentages"
        with form.currency_ids.edit(0) as line:
            line.percentage_2 = 0
        with self.assertRaisesRegex(UserError, "1 to 100"):
            form.save().action_save()
        self.assertFalse(self.at_stripe())

    def test_stripe_cannot_be_asked(self):
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        with self.assertRaises(UserError):
            self.location.action_stripe_tips()

    def test_cashiers_do_not_edit(self):
        with self.assertRaises(AccessError):
            self.location.with_user(self.cashier).action_stripe_tips()
