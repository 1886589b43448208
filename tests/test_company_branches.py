from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import SERIAL_NUMBER, OwnAccountCase

TERRACE = "WSC222222222222"


@tagged("post_install", "-at_install")
class TestBranches(OwnAccountCase):
    """A branch takes payments with its parent company's Stripe account, and sees its own only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch, cls.sibling = cls.env["res.company"].create(
            [
                {"name": name, "parent_id": cls.company.id, "country_id": cls.company.country_id.id}
                for name in ("Branch", "Sibling")
            ]
        )
        cls.branch.partner_id.write(
            {
                "street": "1 Side Street",
                "city": "Gainesville",
                "zip": "32601",
                "state_id": cls.env.ref("base.state_us_10").id,
                "country_id": cls.env.ref("base.us").id,
            }
        )
        cls.branch_manager = cls._create_user(
            "branch manager", "point_of_sale.group_pos_manager", cls.branch
        )
        cls.branch_cashier = cls._create_user(
            "branch cashier", "point_of_sale.group_pos_user", cls.branch
        )
        cls.env.user.company_ids += cls.branch + cls.sibling

    def setUp(self):
        super().setUp()
        self.account.add_reader(serial_number=TERRACE, label="Terrace")
        self.env["pos.stripe.reader"]._stripe_fetch(self.provider)

    def create_method(self, user, company, serial_number, **values):
        return (
            self.env["pos.payment.method"]
            .with_user(user)
            .with_company(company)
            .create(
                {
                    "name": f"Card of {company.name}",
                    "payment_method_type": "terminal",
                    "use_payment_terminal": "stripe_terminal",
                    "stripe_serial_number": serial_number,
                    "company_id": company.id,
                    **values,
                }
            )
        )

    def test_a_manager_sets_a_branch_up(self):
        readers = self.env["pos.stripe.reader"].with_user(self.branch_manager)
        self.assertEqual(set(readers.search([]).mapped("serial_number")), {SERIAL_NUMBER, TERRACE})
        self.assertEqual(readers.action_stripe_refresh()["params"]["type"], "success")
        method = self.create_method(self.branch_manager, self.branch, TERRACE)
        self.assertEqual(method.stripe_terminal_check(TERRACE)["level"], "success")
        self.assertEqual(Form(method).stripe_reader_id.label, "Terrace")
        with self.assertRaisesRegex(UserError, "Only an administrator can open the Stripe"):
            method.action_stripe_provider()

    def test_a_manager_adds_a_reader_at_the_branchs_address(self):
        pairing = Form(self.env["pos.stripe.pairing"].with_user(self.branch_manager))
        self.assertTrue(pairing.is_test)
        pairing.location_id = self.env["pos.stripe.location"]
        pairing.location_name = "Branch"
        pairing.save().action_add_simulated()
        location = self.env["pos.stripe.location"].search([("name", "=", "Branch")])
        self.assertEqual(location.street, "1 Side Street")
        self.assertEqual(location.company_id, self.company)
        self.assertEqual(location.reader_ids.provider_id, self.provider)

    def test_a_branch_with_its_own_account_leaves_its_parents_alone(self):
        account = self.simulator.add_account(country="US")
        account.add_location(display_name="Branch")
        keys = {"stripe_secret_key": account.secret_key, "company_id": self.branch.id}
        self.provider.copy({"state": "disabled", **keys})
        Reader = self.env["pos.stripe.reader"].with_user(self.branch_manager)
        Reader.action_stripe_refresh()
        reader = Reader.search([("serial_number", "=", TERRACE)])
        location = reader.location_id
        for change in (
            reader.action_stripe_remove,
            lambda: reader._stripe_rename("Ours"),
            location.action_stripe_tips,
            lambda: Reader._stripe_register(location, "quick-brown-fox", "Ours", "1"),
        ):
            with self.assertRaisesRegex(AccessError, "Stripe account that your company does not"):
                change()
        own = self.env["pos.stripe.location"].with_user(self.branch_manager)
        own.search([("name", "=", "Branch")])._stripe_rename("Corner")
        self.assertTrue(own.search([("name", "=", "Corner")]))

    def test_a_cashier_uses_and_changes_nothing(self):
        method = self.create_method(self.branch_manager, self.branch, TERRACE)
        self.assertTrue(method.with_user(self.branch_cashier).stripe_reader_id)
        reader = method.stripe_reader_id.with_user(self.branch_cashier)
        for change in (reader.action_stripe_remove, reader.action_stripe_refresh):
            with self.assertRaises(AccessError):
                change()

    def test_a_payment_belongs_to_the_branch(self):
        """Neither the parent company's people nor the sibling's see it, nor Stripe's events."""
        payment = self.pay(5.0)
        self.env.cr.execute(
            "UPDATE pos_stripe_payment SET company_id = %s WHERE id = %s",
            [self.branch.id, payment.id],
        )
        self.env.invalidate_all()
        self.env["pos.stripe.webhook.event"].sudo()._receive(
            self.provider,
            {
                "id": "evt_of_branch",
                "type": "payment_intent.processing",
                "created": 1,
                "livemode": False,
                "data": {"object": {"object": "payment_intent", "id": payment.payment_intent}},
            },
        )
        event = self.env["pos.stripe.webhook.event"].search([("event_id", "=", "evt_of_branch")])
        self.assertEqual(event.company_id, self.branch)
        sibling = self._create_user(
            "sibling manager", "point_of_sale.group_pos_manager", self.sibling
        )
        for records in (payment, payment.event_ids, event):
            self.assertTrue(records.with_user(self.branch_manager).has_access("read"))
            for user in (self.manager, sibling):
                self.assertFalse(records.with_user(user).has_access("read"), records)

    def test_a_branch_does_not_share_its_parents_reader(self):
        with self.assertRaisesRegex(ValidationError, "is already used by another company"):
            self.create_method(self.branch_manager, self.branch, SERIAL_NUMBER)

    def test_a_reader_that_a_sibling_uses_is_not_removed(self):
        """And the sibling's payment methods are not told."""
        self.create_method(self.env.user, self.sibling, TERRACE)
        reader = self.env["pos.stripe.reader"].search([("serial_number", "=", TERRACE)])
        with self.assertRaisesRegex(UserError, "is used by another company"):
            reader.with_user(self.branch_manager).action_stripe_remove()
        with self.assertRaisesRegex(UserError, "is used by Card of Sibling"):
            reader.action_stripe_remove()

    def test_comparing_leaves_the_branchs_payments_alone(self):
        """Registers of the same name may have sessions of the same name in one account."""
        payment = self.pay(5.0)
        self.reader.tap()
        self.look(payment)
        session = self.pos_session
        comparison = self.env["pos.stripe.comparison"].sudo()._for_session(session)
        comparison._ask()
        comparison._ask(True)
        self.env.cr.execute(
            "UPDATE pos_stripe_payment SET company_id = %s, session_id = %s WHERE id = %s",
            [
                self.branch.id,
                self._open_session(self._create_register("Other", self.method)).id,
                payment.id,
            ],
        )
        self.env.invalidate_all()
        self.carry_out_listings(session)
        self.assertTrue(comparison.intents)
        self.assertEqual(comparison._result()["differences"], [])


@tagged("post_install", "-at_install")
class TestSharing(OwnAccountCase):
    """Registers of one company share a reader, and the form says with whom."""

    def test_nobody_shares(self):
        self.method.stripe_serial_number = TERRACE
        self.assertFalse(self.method.stripe_reader_sharing)
        self._create_register("Terrace", self.method)
        self.method.invalidate_recordset()
        self.assertFalse(self.method.stripe_reader_sharing)

    def test_registers_with_the_same_method(self):
        self.method.stripe_serial_number = TERRACE
        self._create_register("Terrace", self.method)
        self._create_register("Garden", self.method)
        self.method.invalidate_recordset()
        self.assertEqual(
            self.method.stripe_reader_sharing,
            "This reader is shared by Terrace, Garden. It takes one payment at a time: who has to "
            "wait is told which order it is busy with.",
        )

    def test_another_method_is_named_while_typing(self):
        other = self._create_method("Second", TERRACE)
        form = Form(self.method.with_user(self.manager))
        form.stripe_serial_number = TERRACE
        self.assertIn("is shared by Set-up, Second.", form.stripe_reader_sharing)
        self._create_register("Garden", other)
        other.invalidate_recordset()
        form = Form(self.method.with_user(self.manager))
        form.stripe_serial_number = TERRACE
        self.assertIn("is shared by Set-up, Garden (Second).", form.stripe_reader_sharing)

    def test_archived_methods_do_not_count(self):
        neighbour = self.env["res.company"].create({"name": "Neighbour"})
        self.env.user.company_ids += neighbour
        other = self.method.copy({"stripe_serial_number": TERRACE})
        other.active = False
        theirs = (
            self.env["pos.payment.method"]
            .with_company(neighbour)
            .create(
                {
                    "name": "Theirs",
                    "split_transactions": True,
                    "payment_method_type": "terminal",
                    "use_payment_terminal": "stripe_terminal",
                    "stripe_serial_number": TERRACE,
                    "company_id": neighbour.id,
                }
            )
        )
        self.assertFalse(theirs.stripe_reader_sharing)
        with self.assertRaisesRegex(ValidationError, "is already used by another company"):
            other.active = True
