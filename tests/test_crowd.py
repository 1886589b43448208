import threading
import time
from unittest.mock import patch

from odoo.addons.pos_payment_stripe import runner
from odoo.addons.pos_payment_stripe.stripe_terminal import pace
from odoo.tests import tagged

from .common import OwnAccountCase

LIMIT = 20  # requests per second
EACH = 15
INTENTS = "/v1/payment_intents"


@tagged("post_install", "-at_install")
class TestCrowd(OwnAccountCase):
    """Stripe is asked more than it takes of the account: all wait a moment, and nothing fails."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(runner, "CROWD_PATIENCE", 60))
        self.startPatcher(patch.object(pace, "pace_of", self.pace_of))
        self.pace = pace.Pace()
        self.addCleanup(setattr, self.simulator, "rate_limit", None)

    def pace_of(self, account):
        self.assertEqual(account, self.provider._stripe_terminal_key_mark())
        return self.pace

    def commands(self):
        """Return requests of each kind, those that matter least first."""
        gateway = self.provider._stripe_terminal_gateway()
        card = {"amount": 500, "currency": "usd", "allowed_payment_method_types": ["card_present"]}
        account = self.provider._stripe_terminal_key_mark()
        performs = {
            pace.COMPARISON: lambda: gateway.list_payment_intents({}),
            pace.READING: lambda: gateway.retrieve_payment_intent("pi_unknown"),
            pace.REFUND: lambda: gateway.create_refund({"payment_intent": "pi_unknown"}, None),
            pace.PAYMENT: lambda: gateway.create_payment_intent(card, None),
        }
        return [
            runner.Command("ask", perform, account=account, precedence=precedence)
            for precedence, perform in performs.items()
            for _request in range(EACH)
        ]

    def ask_all(self, commands):
        """Make requests at once, each in a thread of its own; returns what came of them."""
        outcomes = []
        threads = [
            threading.Thread(
                target=lambda command=command: outcomes.append((command, *runner._ask(command)))
            )
            for command in commands
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(90)
        return outcomes

    def kind_of(self, record):
        if record.method == "POST":
            return pace.PAYMENT if record.path == INTENTS else pace.REFUND
        return pace.COMPARISON if record.path == INTENTS else pace.READING

    def test_payments_first_and_none_fails(self):
        self.simulator.rate_limit = LIMIT
        comparisons = [
            command for command in self.commands() if command.precedence == pace.COMPARISON
        ]
        # From these it is learnt.
        self.ask_all(comparisons * 2)
        asked = len(self.simulator.log.select())
        # The first one's turn would have come before the others are there.
        self.pace._next_at = time.monotonic() + 3
        outcomes = self.ask_all(self.commands())
        self.assertEqual(len(outcomes), 4 * EACH)
        for command, reply, problem, _took in outcomes:
            with self.subTest(precedence=command.precedence):
                if command.precedence in (pace.PAYMENT, pace.COMPARISON):
                    self.assertTrue(reply)
                else:
                    self.assertEqual(problem.code, "resource_missing")
        records = self.simulator.log.select()[asked:]
        order = [self.kind_of(record) for record in records if record.status != 429]
        self.assertEqual(len(order), 4 * EACH)
        refused = len(records) - len(order)
        self.assertLess(refused, len(order) / 3, "Stripe is asked at the pace that it takes")
        places = {
            kind: [place for place, other in enumerate(order) if other == kind] for kind in range(4)
        }
        means = [sum(places[kind]) / EACH for kind in range(4)]
        self.assertEqual(means, sorted(means), order)

    def test_a_till_sees_no_more_than_a_moment(self):
        self.simulator.rate_limit = 1
        payment = self.pay()
        self.assertEqual((payment.state, payment.failure_code), ("collecting", False))
        self.assertFalse(payment._till_data()["sentence"])
        self.reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        refused = [record for record in self.simulator.log.select() if record.status == 429]
        self.assertTrue(refused)

    def test_what_a_row_asks_for_has_its_precedence(self):
        payment = self.send(self.line(5.0))
        command = payment._claim()
        self.assertEqual(command.precedence, pace.PAYMENT)
        payment._get_stuck()
        self.carry_out(payment)
        self.reader.tap()
        self.assertEqual(payment._claim().precedence, pace.READING)
        payment._get_stuck()
        payment._give_up()
        self.assertEqual(payment._claim().precedence, pace.PAYMENT)

    def test_a_comparison_is_put_off_while_a_payment_waits(self):
        self.startPatcher(patch.object(runner, "CROWD_PATIENCE", 0.2))
        self.pace.note_complaint()
        self.pace._next_at = time.monotonic() + 2
        commands = {command.precedence: command for command in self.commands()}
        asked = len(self.simulator.log.select())
        patient = threading.Thread(
            target=self.pace.wait, args=(pace.PAYMENT, time.monotonic() + 60)
        )
        patient.start()
        for precedence in (pace.COMPARISON, pace.READING, pace.REFUND):
            reply, problem, _took = runner._ask(commands[precedence])
            self.assertIsNone(reply)
            self.assertTrue(problem.is_too_fast)
        self.assertEqual(len(self.simulator.log.select()), asked)
        patient.join()
        self.assertTrue(runner._ask(commands[pace.COMPARISON])[0])

    def test_an_object_that_stripe_works_on_is_no_crowd(self):
        self.simulator.faults.add("POST", INTENTS, "error", status=429, code="lock_timeout")
        payment = self.pay()
        self.assertEqual(payment.state, "collecting")
        self.assertIsNone(self.pace._rate)
