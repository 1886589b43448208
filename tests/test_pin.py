import json
from datetime import timedelta

from odoo.addons.pos_payment_stripe.stripe_terminal.scrub import MASK, scrub
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .refund_case import RefundCase

PIN = "0123"
GUARD = "odoo.addons.pos_payment_stripe.models.pos_stripe_pin_guard"


class PinCase(RefundCase):
    """A register where employees log in: Ada has advanced rights and a PIN, Bo has neither."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ada, cls.anna = (cls._employ(name, pin=PIN) for name in ("Ada", "Anna"))
        cls.nopin = cls._employ("Nora")
        cls.bo = cls._employ("Bo", pin="9999")
        cls.config.write(
            {
                "module_pos_hr": True,
                "advanced_employee_ids": [(6, 0, (cls.ada | cls.anna | cls.nopin).ids)],
                "basic_employee_ids": [(6, 0, cls.bo.ids)],
            }
        )

    @classmethod
    def _employ(cls, name, **values):
        employees = cls.env["hr.employee"].sudo()
        return employees.create({"name": name, "company_id": cls.company.id, **values})

    def refusal(self, call, *args, **kwargs):
        """Call something that is refused; returns the sentence. Nothing is rolled back."""
        try:
            call(*args, **kwargs)
        except AccessError as error:
            return str(error)
        self.fail("It was not refused.")

    def assertNowhere(self, secret, *rows):
        """Assert that no column of the journal or its events has a text."""
        for row in rows:
            self.assertNotIn(secret, str(row.read()) + str(row.event_ids.read()))


@tagged("post_install", "-at_install")
class TestPin(PinCase):
    """Who forces a payment or closes with a difference proves by the PIN to be that employee."""

    def setUp(self):
        super().setUp()
        self.payment = self.pay(12.0)
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        self.look(self.payment)
        self.assertEqual(self.payment.state, "unknown")

    def test_the_right_pin(self):
        self.payment._force_done(self.ada.id, PIN)
        self.assertEqual(self.payment.forced_by, "Ada")
        self.assertNowhere(PIN, self.payment)

    def test_the_wrong_pin_and_none(self):
        for pin in ("0124", "123", "", None, 123, "é", "0123 "):
            self.assertIn(
                "PIN", self.refusal(self.payment._force_done, self.ada.id, pin), repr(pin)
            )
            self.guards("").write({"failures": 0})
        self.assertFalse(self.payment.forced_at or self.payment.forced_by)
        self.assertFalse(self.payment.unverified)

    def test_who_has_a_pin_is_not_taken_at_the_tills_word(self):
        self.assertIn("PIN", self.refusal(self.payment._force_done, self.ada.id))
        self.assertFalse(self.payment.unverified)

    def test_without_a_pin_it_is_the_tills_word(self):
        self.payment._force_done(self.nopin.id)
        self.assertEqual(self.payment.forced_by, "Nora (as the till says)")
        event = self.payment.event_ids.filtered(lambda one: one.verb == "force_done")
        self.assertEqual(event.data["employee"], "Nora (as the till says)")

    def test_what_arrives_late_is_the_tills_word(self):
        self.payment._force_done(self.ada.id, late=True)
        self.assertEqual(self.payment.forced_by, "Ada (as the till says)")
        # Told again, with whatever: what was recorded stays.
        self.payment._force_done(self.nopin.id)
        self.assertEqual(self.payment.forced_by, "Ada (as the till says)")

    def test_a_verified_one_is_not_told_anew(self):
        self.payment._force_done(self.ada.id, PIN)
        self.payment._force_done(self.ada.id, late=True)
        self.assertEqual(self.payment.forced_by, "Ada")

    def test_others_have_no_such_right(self):
        elsewhere = self.env["res.company"].create({"name": "Next door"})
        stranger = self._employ("Stranger", pin=PIN, company_id=elsewhere.id)
        gone = self._employ("Gone", pin=PIN)
        self.config.advanced_employee_ids += stranger + gone
        gone.active = False
        for one in (self.bo.id, stranger.id, gone.id, None, 0, "1", [self.ada.id], 10**9):
            for late in (False, True):
                sentence = self.refusal(self.payment._force_done, one, "9999", late)
                self.assertIn("advanced rights", sentence, one)
        self.assertFalse(self.payment.forced_at)

    def test_a_pos_manager_is_advanced(self):
        maria = self._employ("Maria", pin="77", user_id=self.manager.id)
        self.assertNotIn(maria, self.config.advanced_employee_ids)
        self.payment._force_done(maria.id, "77")
        self.assertEqual(self.payment.forced_by, "Maria")

    def test_where_no_employees_log_in_the_user_is_the_right(self):
        self.config.module_pos_hr = False
        self.payment.with_user(self.cashier).sudo()._force_done(self.ada.id, "wrong")
        self.assertEqual((self.payment.forced_uid, self.payment.forced_by), (self.cashier, False))

    # Trying them all

    def guards(self, subject):
        """Return the counts of whoever is meant, in sudo and as they are in the database."""
        self.env.invalidate_all()
        return self.env["pos.stripe.pin.guard"].sudo().search([("subject", "like", subject)])

    def guess(self, employee, pin="5555", user=None):
        payment = self.payment.with_user(user or self.cashier).sudo()
        return self.refusal(payment._force_done, employee.id, pin)

    @mute_logger(GUARD)
    def test_five_wrong_pins_lock(self):
        for _try in range(4):
            self.assertIn("is wrong", self.guess(self.ada))
        self.assertIn("5 minutes", self.guess(self.ada))
        # Neither the right one nor another user's is compared now; another employee's is.
        self.assertIn("Too many", self.guess(self.ada, PIN))
        self.assertIn("Too many", self.guess(self.ada, PIN, self.manager))
        self.payment._force_done(self.anna.id, PIN)

    @mute_logger(GUARD)
    def test_locks_grow_and_end(self):
        for minutes in (5, 10, 20, 40, 40):
            self.guards("user").unlink()
            for _try in range(4):
                self.assertIn("is wrong", self.guess(self.ada))
            self.assertIn(f" {minutes} minutes", self.guess(self.ada))
            self.guards("employee").locked_until -= timedelta(minutes=minutes)
            self.env.flush_all()
        self.payment._force_done(self.ada.id, PIN)
        guard = self.guards("employee")
        self.assertEqual((guard.failures, guard.locked_until), (0, False))

    @mute_logger(GUARD)
    def test_a_user_who_tries_many_employees(self):
        crowd = [self._employ(f"Crowd {number}", pin="1212") for number in range(10)]
        for one in crowd:
            self.config.advanced_employee_ids += one
        for one in crowd[:9]:
            self.assertIn("is wrong", self.guess(one))
        self.assertIn("5 minutes", self.guess(crowd[9]))
        # The own PIN, which is right, changes nothing.
        self.assertIn("Too many", self.guess(self.ada, PIN))
        # Other users are not concerned.
        self.assertIn("is wrong", self.guess(crowd[9], user=self.manager))

    def test_counts_are_forgotten(self):
        self.guess(self.ada)
        self.guards("")._gc_forgotten()
        self.assertEqual(len(self.guards("")), 2)
        for guard in self.guards(""):
            guard.failed_at -= timedelta(days=2)
        self.guards("")._gc_forgotten()
        self.assertFalse(self.guards(""))

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_cashiers_do_not_see_the_counts(self):
        self.guess(self.ada)
        with self.assertRaises(AccessError):
            self.env["pos.stripe.pin.guard"].with_user(self.cashier).search([])
        with self.assertRaises(AccessError):
            self.env["pos.stripe.pin.guard"].with_user(self.manager).search([]).unlink()

    def test_a_pin_is_a_secret(self):
        self.assertEqual(scrub({"pin": PIN, "employee_id": 5}), {"pin": MASK, "employee_id": 5})

    # Closing with a difference

    def accept(self, *args, user=None):
        session = self.pos_session.with_user(user or self.cashier)
        session.sudo()._stripe_terminal_accept(["unreachable"], *args)
        return self.env["pos.stripe.comparison"]._for_session(self.pos_session).accepted_by

    def test_closing_with_a_difference(self):
        self.assertEqual(self.accept(self.ada.id, PIN), "Ada")
        self.assertEqual(self.accept(self.nopin.id), "Nora (as the till says)")
        self.assertIn("is wrong", self.refusal(self.accept, self.ada.id, "0124"))
        self.assertIn("needed", self.refusal(self.accept, self.ada.id))
        for one in (self.bo.id, None, 10**9):
            self.assertIn("Only a manager", self.refusal(self.accept, one, "9999"))
        self.assertEqual(self.accept(user=self.manager), self.manager.name)

    def test_closing_by_the_orms_route(self):
        accept = self.pos_session.with_user(self.cashier).stripe_terminal_accept
        self.assertIn("needed", self.refusal(accept, ["unreachable"], self.ada.id))
        accept(["unreachable"], self.nopin.id)

    def test_the_note_on_the_session(self):
        self.simulator.faults.clear()
        self.payment._cancel()
        self.carry_out(self.payment)
        comparison = self.env["pos.stripe.comparison"]._for_session(self.pos_session)
        self.accept(self.nopin.id)
        difference = {"key": "unreachable", "problem": "Something differs."}
        self.pos_session._stripe_terminal_note(comparison.accepted_by, [difference])
        self.assertIn("Nora (as the till says) closed", self.pos_session.message_ids[0].body)


@tagged("post_install", "-at_install")
class TestRights(PinCase):
    """A right that its owner can write is none."""

    def test_cashiers_do_not_change_the_rights(self):
        config = self.config.with_user(self.cashier)
        for vals in (
            {"stripe_refund_pin": True},
            {"module_pos_hr": False},
            {"advanced_employee_ids": [(4, self.bo.id)]},
            {"advanced_employee_ids": [(6, 0, self.bo.ids)]},
            {"group_pos_manager_id": self.env.ref("point_of_sale.group_pos_user").id},
        ):
            with self.assertRaises(AccessError, msg=vals):
                config.write(vals)
        config.write({"name": "Coffee corner", "stripe_refund_pin": False})
        self.assertEqual(self.config.name, "Coffee corner")

    def test_managers_do(self):
        config = self.config.with_user(self.manager)
        config.write({"stripe_refund_pin": True, "advanced_employee_ids": [(4, self.bo.id)]})
        self.assertTrue(config.stripe_refund_pin)

    def test_pos_hr_adds_the_managers_by_itself(self):
        maria = self._employ("Maria", user_id=self.manager.id)
        self.config.with_user(self.cashier).write({"name": "Coffee corner"})
        self.assertIn(maria, self.config.advanced_employee_ids)


@tagged("post_install", "-at_install")
class TestRefundPin(PinCase):
    """Where the register says so, no card is refunded without a manager's PIN."""

    def setUp(self):
        super().setUp()
        self.config.stripe_refund_pin = True
        self.sale = self.sell(12.0)

    def refunded(self, amount, line=None, user=None, **values):
        """Send a refund line as a user, and carry it out where it was written down."""
        line = self.refund_line(self.sale, amount, **values) if line is None else line
        session = self.pos_session.with_user(user or self.cashier).sudo()
        session.env["pos.stripe.payment"]._send(session, self.method.sudo(), line)
        row = self.Payment.search([("line_uuid", "=", line["line_uuid"])])
        self.carry_out(row)
        return row

    def by(self, employee, pin=PIN):
        return {"employee_id": employee.id, "pin": pin}

    def test_it_is_off_at_first(self):
        self.assertFalse(self._create_register("New", self.other_method).stripe_refund_pin)
        self.config.stripe_refund_pin = False
        self.assertEqual(self.approvers(), [])
        row = self.refunded(5.0)
        self.assertEqual((row.state, row.approved_by, row.approved_at), ("paid", False, False))

    def test_with_the_pin(self):
        row = self.refunded(5.0, **self.by(self.ada))
        self.assertEqual((row.state, row.approved_by, row.approved_minor), ("paid", "Ada", 500))
        self.assertTrue(row.approved_at)
        self.assertEqual(self.refunded_at_stripe(self.sale), 500)
        self.assertNowhere(PIN, row, self.sale)
        self.assertNotIn(PIN, str([request.params for request in self.sent()]))

    def test_without_it_nothing_is_written(self):
        before = self.Payment.search([])
        for values in (
            {},
            self.by(self.ada, "0124"),
            self.by(self.ada, None),
            self.by(self.nopin, ""),
            self.by(self.bo, "9999"),
            {"pin": PIN},
            {"approved_by": "Ada", "approved_at": "2026-01-01", "approved_minor": 10**6},
        ):
            for more in ({}, {"on_reader": True}):
                sentence = self.refusal(self.refunded, 5.0, **values, **more)
                self.assertIn("PIN", sentence)
        self.assertEqual(self.Payment.search([]), before)
        self.assertEqual(self.refunded_at_stripe(self.sale), 0)

    def test_a_managers_user_is_no_pin_where_employees_log_in(self):
        self.assertIn("PIN", self.refusal(self.refunded, 5.0, user=self.manager))

    def test_both_connections_and_the_reader(self):
        self.env.cr.execute("UPDATE pos_payment_method SET stripe_connection = 'browser'")
        self.method.invalidate_recordset(["stripe_connection"])
        self.assertIn("PIN", self.refusal(self.refunded, 5.0, on_reader=True))
        row = self.refunded(5.0, on_reader=True, **self.by(self.ada))
        self.assertEqual((row.approved_by, row.connection), ("Ada", "browser"))

    def test_interac_that_is_presented(self):
        self.sale.card_network = "interac"
        self.assertIn("PIN", self.refusal(self.refunded, 7.0))
        self.assertTrue(self.refunded(7.0, **self.by(self.ada)).on_reader)

    def test_the_same_line_needs_it_once(self):
        line = self.refund_line(self.sale, 5.0, **self.by(self.ada))
        self.simulator.faults.add("POST", "/v1/refunds", "error", times=1, code="lock_timeout")
        row = self.refunded(5.0, line)
        approved_at = row.approved_at
        bare = {key: line[key] for key in line if key not in ("employee_id", "pin")}
        self.assertEqual(self.approvers(line=bare), [])
        self.refunded(4.0, self.again(bare, amount=-4.0))
        self.refunded(5.0, self.again(bare))
        self.assertEqual((row.approved_by, row.approved_at), ("Ada", approved_at))

    def test_more_or_another_payment_needs_it_again(self):
        other = self.sell(9.0)
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        line = self.refund_line(self.sale, 5.0, **self.by(self.ada))
        self.refunded(5.0, line)
        bare = {key: line[key] for key in line if key not in ("employee_id", "pin")}
        for change in ({"amount": -5.01}, {"refunded_uuid": other.payment_id.uuid}):
            changed = self.again(bare, **change)
            self.assertTrue(self.approvers(line=changed))
            self.assertIn("PIN", self.refusal(self.refunded, 0, changed))

    def test_what_was_canceled_needs_it_again(self):
        # The reader asks for such a card, and a refund can be taken back until then.
        self.sale.card_network = "interac"
        line = self.refund_line(self.sale, 5.0, **self.by(self.ada))
        row = self.refunded(5.0, line)
        row._cancel()
        self.carry_out(row)
        self.assertEqual(row.state, "canceled")
        bare = {key: line[key] for key in line if key not in ("employee_id", "pin")}
        self.assertIn("PIN", self.refusal(self.refunded, 5.0, self.again(bare)))

    def test_a_payment_without_an_order(self):
        payment = self.pay(8.0)
        self.reader.tap()
        self.look(payment)
        payment.settled_at -= timedelta(minutes=5)
        approve = payment.with_user(self.cashier).sudo()._approval
        for employee_id, pin in ((None, None), (self.ada.id, "1"), (self.bo.id, "9999")):
            self.assertIn("PIN", self.refusal(approve, self.config, employee_id, pin, 800))
        payment._refund_unattached(**approve(self.config, self.ada.id, PIN, 800))
        self.carry_out(payment)
        self.assertEqual((payment.approved_by, self.refunded_at_stripe(payment)), ("Ada", 800))

    def test_forced_while_stripe_is_away_was_approved_when_it_was_sent(self):
        self.simulator.faults.add("*", "*", "drop_before", times=None)
        row = self.refunded(5.0, **self.by(self.ada))
        self.assertEqual(row.state, "unknown")
        row._force_done(self.nopin.id)
        self.simulator.faults.clear()
        self.carry_out(row)
        self.assertEqual((row.state, row.approved_by), ("paid", "Ada"))

    # Who approves

    def approvers(self, user=None, line=None):
        session = self.pos_session.with_user(user or self.cashier).sudo()
        people = session.env["pos.stripe.payment"]._refund_approvers(session, line)
        return [one["name"] for one in people]

    def test_those_with_advanced_rights_and_a_pin(self):
        self.assertEqual(sorted(self.approvers()), ["Ada", "Anna"])
        self.assertEqual(sorted(self.approvers(self.manager)), ["Ada", "Anna"])

    def test_nobody_has_a_pin(self):
        (self.ada | self.anna).pin = False
        for call in (self.approvers, lambda: self.refunded(5.0)):
            self.assertIn("none of them has a PIN", self.refusal(call))

    def test_where_no_employees_log_in(self):
        self.config.module_pos_hr = False
        for call in (self.approvers, lambda: self.refunded(5.0, **self.by(self.ada))):
            self.assertIn("Log in to Odoo as one", self.refusal(call))
        # The login is a manager's proof.
        self.assertEqual(self.approvers(self.manager), [])
        self.assertEqual(self.refunded(5.0, user=self.manager).approved_by, self.manager.name)
        # Others need the PIN of an employee who is one.
        maria = self._employ("Maria", pin="77", user_id=self.manager.id)
        self.assertEqual(self.approvers(), ["Maria"])
        for values in ({}, self.by(self.ada), self.by(maria, "78")):
            self.assertIn("PIN", self.refusal(self.refunded, 5.0, **values))
        self.assertEqual(self.refunded(5.0, **self.by(maria, "77")).approved_by, "Maria")


@tagged("post_install", "-at_install")
class TestPinRoutes(PinCase, HttpCase):
    """What a cashier gets who calls the routes without the till's page."""

    def post(self, verb, **params):
        """Call a route and return the result or the error's message."""
        answer = self.url_open(
            f"/pos_payment_stripe/{verb}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()
        return answer["error"]["data"]["message"] if "error" in answer else answer.get("result")

    @mute_logger("odoo.http")
    def test_a_cashier_without_a_pin(self):
        self.config.stripe_refund_pin = True
        sale, lost = self.sell(12.0), self.pay(8.0)
        self.reader.tap()
        self.look(lost)
        lost.settled_at -= timedelta(minutes=5)
        session = {"session_id": self.pos_session.id}
        method = {"payment_method_id": self.method.id}
        self.cashier.password = "shop cashier"
        self.authenticate(self.cashier.login, "shop cashier")
        line, by_ada = self.refund_line(sale, 5.0), {"employee_id": self.ada.id}
        for values in ({}, by_ada, {**by_ada, "pin": "0124"}, {**by_ada, "pin": [PIN]}):
            self.assertIn("PIN", self.post("send", **session, **method, line={**line, **values}))
            self.assertIn("PIN", self.post("refund_unattached", line_uuid=lost.line_uuid, **values))
        self.assertFalse(self.Payment.search([("line_uuid", "=", line["line_uuid"])]))
        self.assertFalse(lost.wanted)
        people = self.post("refund_approvers", **session)
        self.assertEqual(sorted(one["name"] for one in people), ["Ada", "Anna"])
        self.assertNotIn(PIN, str(people))
        right = {**by_ada, "pin": PIN}
        self.assertEqual(
            self.post("send", **session, **method, line={**line, **right})["state"], "new"
        )
        self.assertTrue(
            self.post("refund_unattached", line_uuid=lost.line_uuid, **right)["refunding"]
        )
        keys = {"keys": ["unreachable"]}
        self.assertIn("Only a manager", self.post("accept", **session, **keys))
        self.assertIn("needed", self.post("accept", **session, **keys, **by_ada))
        self.assertIsNone(self.post("accept", **session, **keys, **right))
