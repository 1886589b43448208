from datetime import timedelta

from odoo import fields
from odoo.addons.pos_payment_stripe import lease, runner
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import OwnAccountCase
from .worker import restart_process

INTENTS, REFUNDS = "/v1/payment_intents", "/v1/refunds"


@tagged("post_install", "-at_install")
class TestClosingListing(OwnAccountCase):
    """An account is listed once at a time, for all registers that close, however long it takes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.method = cls.config.payment_method_ids

    def setUp(self):
        super().setUp()
        self.pos_session = self.pos_session.with_user(self.cashier)

    def sold(self, amount=12.0, session=None):
        self.pos_session = session or self.pos_session
        payment = self.pay(amount)
        self.reader.tap()
        self.look(payment)
        order = self.draft_order(payment)
        order._process_saved_order(draft=False)
        return payment

    def fill(self, count):
        """Have the account take many other payments, newer than all that are there."""
        gateway = self.provider._stripe_terminal_gateway()
        params = {
            "amount": 900,
            "currency": "usd",
            "allowed_payment_method_types": ["card_present"],
        }
        intent_id = gateway.create_payment_intent(params, None).data["id"]
        with self.simulator.lock:
            intent = self.account.test.find("payment_intent", intent_id)
            for number in range(count - 1):
                self.account.test.add({**intent, "id": f"{intent_id}{number}"})

    def register(self, name):
        """Return the open session of another register."""
        session = self._open_session(self._create_register(name, self.method))
        return session.with_user(self.cashier)

    def comparison(self, session):
        return self.env["pos.stripe.comparison"].sudo()._for_session(session)

    def listing(self):
        return self.env["pos.stripe.listing"].sudo()._for_provider(self.provider)

    def pages(self, path=INTENTS):
        return len(self.sent("GET", path))

    def begin(self, *sessions):
        """Have sessions compared; returns the listing, which is carried out by nobody yet."""
        for session in sessions or [self.pos_session]:
            self.assertEqual(session.stripe_terminal_compare(True)["state"], "comparing")
        return self.listing()

    def transact(self, listing, function):
        """Do something with the listing as the runner does, in a transaction of its own."""
        self.env.flush_all()
        try:
            return runner._transact(self.registry, listing.id, function, runner.LISTING)
        finally:
            self.env.invalidate_all()

    def claim(self, listing):
        return self.transact(listing, lambda row: row._claim())

    def go_on(self, listing, command):
        """Make a request and store its answer; returns the next one."""
        reply = command.perform()
        return self.transact(listing, lambda row: row._apply_answer(command, reply, None, 0))

    # Many payments

    def test_more_payments_than_a_busy_day_has(self):
        payment = self.pay(4.6)
        self.reader.tap()
        self.look(payment)
        self.fill(2500)
        before = self.pages()
        result = self.compare_with_stripe(self.pos_session)
        kinds = [one["key"].split(":")[0] for one in result["differences"]]
        self.assertEqual(kinds, ["not_recorded"])
        self.assertEqual(self.pages() - before, 26)
        comparison = self.comparison(self.pos_session)
        self.assertEqual(len(comparison.intents), 1)

    def test_the_till_is_told_how_far_it_is(self):
        self.sold()
        self.fill(1250)
        listing = self.begin()
        self.env.flush_all()
        runner.carry_out(self.env.cr.dbname, listing.id, runner.LISTING)
        self.env.invalidate_all()
        self.assertEqual(listing.count, 1000)
        # Nobody holds it: another account has its turn.
        self.assertFalse(listing.lease_owner)
        result = self.pos_session.stripe_terminal_compare()
        self.assertEqual(result["state"], "comparing")
        self.assertIn("1,000 payments", result["sentence"])
        self.carry_out_listings(self.pos_session)
        self.assertEqual(self.pos_session.stripe_terminal_compare()["state"], "agrees")

    def test_as_long_as_pages_arrive_stripe_can_be_asked(self):
        self.sold()
        self.fill(250)
        listing = self.begin()
        comparison = self.comparison(self.pos_session)
        comparison.asked_at = fields.Datetime.now() - timedelta(minutes=20)
        command = self.go_on(listing, self.claim(listing))
        self.assertEqual(self.pos_session.stripe_terminal_compare()["state"], "comparing")
        listing.progress_at -= timedelta(minutes=1)
        result = self.pos_session.stripe_terminal_compare()
        self.assertEqual([one["key"] for one in result["differences"]], ["unreachable"])
        # It was slow, and goes on.
        self.go_on(listing, command)
        self.assertEqual(self.pos_session.stripe_terminal_compare()["state"], "comparing")

    def test_a_page_that_is_lost_is_read_again(self):
        self.sold()
        self.fill(250)
        for kind, code in (("drop_after", None), ("429", None), ("500_before", None)):
            with self.subTest(kind):
                self.simulator.faults.add("GET", INTENTS, kind, nth=2, code=code)
                self.assertEqual(self.compare_with_stripe(self.pos_session)["state"], "agrees")

    # Several registers

    def test_registers_that_close_at_once_share_one_listing(self):
        sessions = [self.register(name) for name in ("Bar", "Terrace", "Garden")]
        for number, session in enumerate(sessions):
            self.sold(number + 1.0, session)
        self.fill(150)
        before = self.pages(), self.pages(REFUNDS)
        listing = self.begin(*sessions)
        for session in 5 * sessions:
            # Again and again, in several tabs.
            session.stripe_terminal_compare(True)
        self.carry_out_listings(sessions[0])
        for number, session in enumerate(sessions):
            result = session.stripe_terminal_compare()
            self.assertEqual(result["state"], "agrees")
            self.assertIn(f"1 card payment ($\xa0{number + 1}.00)", result["sentence"])
        self.assertEqual((self.pages() - before[0], self.pages(REFUNDS) - before[1]), (2, 1))
        self.assertEqual(listing.number, 1)

    def test_two_registers_cost_no_more_than_one(self):
        sessions = [self.register(name) for name in ("Bar", "Terrace")]
        for session in sessions:
            self.sold(1.0, session)
        self.fill(150)
        before = self.pages()
        for session in sessions:
            session.stripe_terminal_compare(True)
        for session in sessions:
            self.carry_out_listings(session)
        self.assertEqual(self.pages() - before, 2)

    def test_who_asks_while_it_goes_on_has_the_next_one(self):
        first, second, third = (self.register(name) for name in ("Bar", "Terrace", "Garden"))
        self.sold(1.0, first)
        self.fill(150)
        listing = self.begin(first)
        command = self.claim(listing)
        # Nobody else lists the account meanwhile.
        self.begin(second, third)
        for _process in range(2):
            with self.assertRaises(runner.RowTaken):
                self.claim(listing)
        # What this listing has begun without is not missing in the next one.
        self.sold(2.0, second)
        while command:
            command = self.go_on(listing, command)
        self.assertEqual(first.stripe_terminal_compare()["state"], "agrees")
        self.assertEqual(self.comparison(second).state, "asking")
        before = self.pages()
        self.carry_out_listings(second)
        for session in (second, third):
            self.assertEqual(session.stripe_terminal_compare()["state"], "agrees")
        self.assertEqual((self.pages() - before, listing.number), (2, 2))

    def test_companies_with_one_account_share_it(self):
        company = self.env["res.company"].create({"name": "Second shop"})
        other = self.provider.sudo().copy({"company_id": company.id})
        other.stripe_secret_key = self.account.secret_key
        self.assertEqual(self.env["pos.stripe.listing"].sudo()._for_provider(other), self.listing())

    def test_nobody_waits_any_more(self):
        self.sold()
        self.fill(250)
        listing = self.begin()
        command = self.claim(listing)
        self.comparison(self.pos_session).state = "failed"
        self.assertIsNone(self.go_on(listing, command))
        self.assertFalse(listing.stage or listing.lease_owner)

    # Processes that die

    def test_a_process_that_is_killed_in_the_middle(self):
        self.sold()
        self.fill(350)
        listing = self.begin()
        command = self.go_on(listing, self.claim(listing))
        self.assertTrue(command)
        before = self.pages()
        restart_process(self)
        self.carry_out_listings(self.pos_session)
        self.assertEqual(self.pos_session.stripe_terminal_compare()["state"], "agrees")
        # Another one goes on with the second page.
        self.assertEqual(self.pages() - before, 3)
        # The first one was only slow: it is not heard any more.
        self.assertIsNone(self.go_on(listing, command))
        self.assertEqual(self.comparison(self.pos_session).state, "done")

    def test_a_lease_ends_when_no_page_arrives(self):
        self.sold()
        listing = self.begin()
        self.claim(listing)
        self.assertFalse(lease.is_gone(listing.lease_owner))
        with self.assertRaises(runner.RowTaken):
            self.claim(listing)
        listing.lease_until = fields.Datetime.now()
        self.assertTrue(self.claim(listing))

    def test_a_till_that_asks_again_has_a_lost_listing_carried_out(self):
        self.begin()
        hooks = self.env.cr.postcommit._funcs
        hooks.clear()
        self.pos_session.stripe_terminal_compare()
        self.assertEqual(len(hooks), 1)
        self.claim(self.listing())
        hooks.clear()
        self.pos_session.stripe_terminal_compare()
        self.assertFalse(hooks)

    def test_a_key_that_is_changed_in_the_middle(self):
        self.sold()
        self.fill(150)
        listing = self.begin()
        command = self.claim(listing)
        other = self.simulator.add_account()
        self.provider.stripe_secret_key = other.secret_key
        self.assertIsNone(self.go_on(listing, command))
        result = self.pos_session.stripe_terminal_compare()
        self.assertEqual(result["differences"][0]["key"], "unreachable")
        self.assertNotEqual(self.listing(), listing)

    # Who may ask

    def test_a_closed_session_is_not_compared(self):
        self.sold()
        self.assertEqual(self.compare_with_stripe(self.pos_session)["state"], "agrees")
        self.assertEqual(self.pos_session.close_session_from_ui(), {"successful": True})
        before = self.pages()
        for again in (True, False):
            for user in (self.cashier, self.manager):
                with self.assertRaisesRegex(UserError, "is closed"):
                    self.pos_session.with_user(user).stripe_terminal_compare(again)
        with self.assertRaisesRegex(UserError, "is closed"):
            self.pos_session.with_user(self.manager).stripe_terminal_accept([])
        self.assertEqual(self.comparison(self.pos_session).state, "done")
        self.assertEqual(self.pages(), before)

    def test_what_was_asked_for_before_the_session_closed_is_not_listed(self):
        self.begin()
        self.pos_session.sudo().state = "closed"
        self.assertFalse(self.claim(self.listing()))

    def test_nobody_writes_or_reads_listings(self):
        listing = self.begin()
        for user in (self.cashier, self.manager):
            mine = listing.with_user(user)
            for call in (
                lambda mine=mine: mine.read(["account"]),
                lambda mine=mine: mine.write({"number": 7}),
                lambda mine=mine: mine.unlink(),
                lambda mine=mine: mine.create({"account": "other"}),
            ):
                with self.assertRaises(AccessError):
                    call()
        comparison = self.comparison(self.pos_session).with_user(self.cashier)
        with self.assertRaises(AccessError):
            comparison.write({"state": "asking", "waits_for": {str(listing.id): 0}})
