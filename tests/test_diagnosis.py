import json
import time

from stripe import WebhookSignature

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..wizards.pos_stripe_diagnosis import METADATA
from .common import OwnAccountCase
from .test_webhook import SECRET, WebhookCase

SIMULATED = "SIM-1"


class DiagnosisCase(OwnAccountCase):
    """Runs the test of a terminal the way the dialog does."""

    def setUp(self):
        super().setUp()
        self.simulated = self.account.add_reader(
            serial_number=SIMULATED,
            label="Practice",
            device_type="simulated_wisepos_e",
            location=self.reader.object["location"],
        )

    def start(self, subject=None):
        """Start the test of a method or reader as the manager, and return its record."""
        subject = subject or self.practice()
        self.descriptor = subject.with_user(self.manager).action_stripe_diagnosis()["params"]
        return (
            self.env["pos.stripe.diagnosis"]
            .with_user(self.manager)
            .browse(self.descriptor["test_id"])
        )

    def practice(self):
        """Return a payment method with the simulated reader."""
        return self._create_method("Practice", SIMULATED)

    def step(self, test, name):
        """Ask for a step until it has ended, and return its answer."""
        while True:
            answer = test.run_step(name)
            if answer["state"] != "waiting":
                return answer

    def steps(self, test):
        """Run the test until a step fails, and return the answers by step."""
        answers = {}
        for step in self.descriptor["steps"]:
            answers[step["name"]] = self.step(test, step["name"])
            if answers[step["name"]]["state"] == "failed":
                break
        return answers

    def until(self, test, last):
        """Run all steps before one, which have to succeed, and return its answer."""
        for step in self.descriptor["steps"]:
            answer = self.step(test, step["name"])
            if step["name"] == last:
                return answer
            self.assertNotEqual(answer["state"], "failed", answer)

    def intents(self):
        """Return the account's PaymentIntents, oldest first."""
        return self.account.test.all("payment_intent")[::-1]


@tagged("post_install", "-at_install")
class TestDiagnosis(DiagnosisCase):
    """The test finds what is wrong, disturbs no sale and leaves nothing behind."""

    def test_all_is_well(self):
        answers = self.steps(self.start())
        states = {name: answer["state"] for name, answer in answers.items()}
        self.assertEqual(
            states,
            {
                "key": "done",
                "location": "done",
                "reader": "done",
                "screen": "done",
                "webhook": "skipped",
                "payment": "done",
            },
        )
        for name in ("key", "location", "reader", "screen", "payment"):
            self.assertGreaterEqual(answers[name]["milliseconds"], 0)
        self.assertIn("test mode", answers["key"]["message"])
        self.assertEqual(answers["location"]["message"], "Coffee bar")
        self.assertIn("Practice (SIM-1)", answers["reader"]["message"])
        (intent,) = self.intents()
        self.assertEqual((intent["status"], intent["amount_received"]), ("succeeded", 100))
        self.assertIn("not a sale", intent["description"])
        self.assertIn(METADATA, intent["metadata"])
        self.assertEqual(self.simulated.screen["state"], "approved")

    def test_it_is_no_sale(self):
        self.steps(self.start())
        self.assertFalse(self.Payment.search([("provider_id", "=", self.provider.id)]))
        self.assertFalse(self.env["pos.order"].search([("session_id", "=", self.pos_session.id)]))
        # Closing the session asks Stripe for everything that was taken meanwhile.
        comparison = self.env["pos.stripe.comparison"].sudo()._for_session(self.pos_session)
        comparison._ask(again=True)
        self.carry_out_listings(self.pos_session)
        self.assertEqual(comparison.state, "done")
        self.assertFalse(comparison._compare().differences)

    def test_the_message_is_shown_and_taken_away(self):
        test = self.start(self.method)
        self.until(test, "reader")
        answer = test.run_step("screen")
        self.assertEqual(answer["state"], "waiting")
        screen = self.reader.screen
        self.assertEqual(screen["state"], "cart")
        self.assertIn("nothing to pay", str(screen))
        self.assertEqual(test.run_step("screen")["state"], "done")
        self.assertEqual(self.reader.screen["state"], "idle")

    def test_closing_it_early_clears_the_screen(self):
        test = self.start(self.method)
        self.until(test, "reader")
        test.run_step("screen")
        test.stop()
        self.assertEqual(self.reader.screen["state"], "idle")
        requests = len(self.sent())
        test.stop()
        self.assertEqual(len(self.sent()), requests)

    def test_closing_it_in_the_payment_charges_nothing(self):
        test = self.start()
        self.until(test, "webhook")
        test.run_step("payment")
        self.assertEqual(self.simulated.screen["state"], "amount")
        test.stop()
        (intent,) = self.intents()
        self.assertEqual(intent["status"], "canceled")
        self.assertNotEqual(self.simulated.screen["state"], "amount")

    def test_a_second_test_is_another_one_to_stripe(self):
        test = self.start()
        self.steps(test)
        test.restart()
        self.assertEqual(self.steps(test)["payment"]["state"], "done")
        self.assertEqual([intent["status"] for intent in self.intents()], ["succeeded"] * 2)

    def test_started_from_the_reader(self):
        reader = self.env["pos.stripe.reader"]._stripe_fetch(self.provider)
        test = self.start(reader.filtered(lambda reader: reader.serial_number == SIMULATED))
        self.assertEqual(self.steps(test)["payment"]["state"], "done")
        self.assertEqual(self.descriptor["title"], "Test of Practice (SIM-1)")

    def test_started_from_the_settings(self):
        methods = self.env["pos.payment.method"].search(
            [("use_payment_terminal", "=", "stripe_terminal")]
        )
        self.assertGreater(len(methods), 1)
        settings = self.env["res.config.settings"].create({})
        listed = settings.action_stripe_diagnosis()
        self.assertEqual(listed["domain"], [("id", "in", methods.ids)])
        # With one terminal there is nothing to choose.
        self.pos_session.action_pos_session_closing_control()
        (methods - self.method).active = False
        action = settings.action_stripe_diagnosis()
        self.assertEqual(action["tag"], "stripe_diagnosis")

    def test_the_amount_is_what_the_test_mode_approves(self):
        for code, amount in (("EUR", 100), ("HUF", 17500), ("JPY", 100), ("SEK", 300)):
            currency = self.env["res.currency"].with_context(active_test=False)
            currency = currency.search([("name", "=", code)])
            currency.active = True
            method = self.practice()
            method.journal_id.currency_id = currency
            test = self.start(method)
            self.assertEqual(self.steps(test)["payment"]["state"], "done", code)
            self.assertEqual(self.intents()[-1]["amount_received"], amount)
            self.assertEqual(self.intents()[-1]["currency"], code.lower())

    # What is not tried

    def test_a_real_reader_takes_no_simulated_card(self):
        answers = self.steps(self.start(self.method))
        self.assertEqual(answers["payment"]["state"], "skipped")
        self.assertIn("physical test cards", answers["payment"]["message"])
        self.assertFalse(self.intents())

    def test_a_live_key_charges_no_card(self):
        self.account.add_reader(self.reader.serial_number, livemode=True)
        self.provider.stripe_secret_key = self.account.live_secret_key
        answers = self.steps(self.start(self.method))
        self.assertIn("live mode", answers["key"]["message"])
        self.assertEqual(answers["screen"]["state"], "done")
        self.assertEqual(answers["payment"]["state"], "skipped")
        self.assertIn("tests never charge a card", answers["payment"]["message"])
        self.assertFalse(self.account.live.all("payment_intent"))

    # A sale goes first

    def test_no_display_on_a_reader_with_a_live_payment(self):
        payment = self.pay(12.0)
        self.assertTrue(payment.holds_reader)
        test = self.start(self.method)
        answer = self.until(test, "screen")
        self.assertEqual(answer["state"], "failed")
        self.assertIn(f"order 2-0001 at {self.config.name}", answer["message"])
        test.stop()
        self.reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        for command in ("set_reader_display", "cancel_action"):
            path = f"/v1/terminal/readers/{self.reader.id}/{command}"
            self.assertFalse(self.sent("POST", path))

    def test_a_till_reads_that_the_reader_is_tested(self):
        test = self.start(self.method)
        self.until(test, "reader")
        test.run_step("screen")
        line = self.line(12.0)
        payment = self.send(line)
        self.carry_out(payment)
        self.assertEqual((payment.state, payment.failure_code), ("declined", "reader_tested"))
        self.assertIn("being tested", payment._till_data()["sentence"])
        self.assertFalse(payment._till_data()["holder"])
        self.assertEqual(self.reader.screen["state"], "cart")
        self.assertEqual(test.run_step("screen")["state"], "done")
        # The reader is free at once, not when the reservation ends.
        self.carry_out(self.send(self.again(line)))
        self.assertEqual(payment.state, "collecting")
        self.assertEqual(self.reader.screen["state"], "amount")

    def test_the_reader_is_free_after_each_end_of_a_test(self):
        ends = {
            "stopped": lambda test: test.stop(),
            "restarted": lambda test: test.restart(),
            "failed": self.fail_step,
            "died": lambda test: self.pass_lease(),
        }
        for name, end in ends.items():
            with self.subTest(name):
                test = self.start(self.method)
                self.until(test, "reader")
                test.run_step("screen")
                end(test)
                payment = self.pay(12.0)
                self.assertEqual(payment.state, "collecting")
                payment._cancel()
                self.carry_out(payment)

    def fail_step(self, test):
        self.reader.go_offline()
        self.assertEqual(test.run_step("screen")["state"], "failed")
        self.reader.go_online()

    def pass_lease(self):
        """Let the time pass for which a test reserves a reader."""
        readers = self.env["pos.stripe.reader"].sudo()
        readers.search([("tested_until", "!=", False)]).tested_until = "2020-01-01"
        self.env.flush_all()

    def test_a_payment_that_begins_when_a_test_has_died_is_not_taken_away(self):
        test = self.start(self.method)
        self.until(test, "reader")
        test.run_step("screen")
        self.pass_lease()
        payment = self.pay(12.0)
        self.assertEqual(test.run_step("screen")["state"], "failed")
        test.stop()
        self.assertEqual(self.reader.screen["state"], "amount")
        self.reader.tap()
        self.look(payment)
        self.assertEqual(payment.state, "paid")

    def test_two_tests_of_one_reader(self):
        first, second = self.start(self.method), self.start(self.method)
        for test in (first, second):
            self.until(test, "reader")
        first.run_step("screen")
        answer = second.run_step("screen")
        self.assertEqual(answer["state"], "failed")
        self.assertIn("Somebody else tests", answer["message"])
        second.stop()
        self.assertEqual(self.reader.screen["state"], "cart")
        self.assertEqual(first.run_step("screen")["state"], "done")

    def test_a_payment_of_somebody_else_is_not_taken_away(self):
        api = self.provider._stripe_terminal_gateway()
        intent = api.create_payment_intent(
            {"amount": 500, "currency": "usd", "allowed_payment_method_types": ["card_present"]},
            "somebody",
        ).data
        api.process_payment_intent(self.reader.id, intent["id"], "else")
        answer = self.until(self.start(self.method), "screen")
        self.assertEqual(answer["state"], "failed")
        self.assertIn("in the middle of a payment", answer["message"])
        self.assertEqual(self.reader.screen["state"], "amount")

    def test_the_card_is_held_to_our_own_payment_only(self):
        test = self.start()
        self.until(test, "webhook")
        test.run_step("payment")
        # A till takes the reader between our two requests, which are far apart.
        self.pass_lease()
        till = self.pay_on(SIMULATED)
        answer = test.run_step("payment")
        self.assertEqual(answer["state"], "failed")
        test.stop()
        self.assertEqual(self.simulated.screen["state"], "amount")
        self.look(till)
        self.assertEqual(till.state, "collecting")

    def pay_on(self, serial_number):
        """Send a payment to another reader, as a till with the same account does."""
        method = self.env["pos.payment.method"].search([("stripe_serial_number", "=", SIMULATED)])
        payment = self.send(self.line(7.0), method=method)
        self.carry_out(payment)
        return payment

    # What can be wrong, each with its remedy

    def failure(self, last, subject=None):
        """Run all steps until one that has to fail, and return what it says."""
        answer = self.until(self.start(subject or self.method), last)
        self.assertEqual(answer["state"], "failed", answer)
        return answer

    def test_no_key(self):
        self.provider.stripe_secret_key = False
        self.assertIn("no secret key yet", self.failure("key")["message"])

    def test_no_provider(self):
        self.env["payment.provider"].search([("code", "=", "stripe")]).code = "none"
        self.assertIn("no Stripe payment provider", self.failure("key")["message"])

    def test_a_wrong_key(self):
        self.provider.stripe_secret_key = "sk_" + "test_wrong"
        answer = self.failure("key")
        self.assertIn("does not accept the secret key", answer["message"])
        # A shop's manager has no access to payment providers.
        self.assertFalse(answer["fix"])

    def test_an_administrator_is_led_to_the_key(self):
        self.provider.stripe_secret_key = "sk_" + "test_wrong"
        self.manager.group_ids += self.env.ref("base.group_system")
        answer = self.failure("key")
        self.assertEqual(answer["fix"]["action"]["res_id"], self.provider.id)

    def test_restricted_keys(self):
        self.provider.stripe_secret_key = self.account.add_restricted_key(["terminal_reader_read"])
        answers = self.steps(self.start(self.method))
        self.assertEqual(answers["key"]["state"], "done")
        self.assertEqual(answers["location"]["state"], "skipped")
        self.assertEqual(answers["screen"]["state"], "failed")
        self.assertIn("“Terminal Readers: Write”", answers["screen"]["message"])
        self.provider.stripe_secret_key = self.account.add_restricted_key(["terminal_reader_write"])
        answer = self.failure("payment", self.practice())
        self.assertIn("“PaymentIntents: Write”", answer["message"])

    def test_no_location(self):
        self.account.test.objects["terminal.location"].clear()
        answer = self.failure("location")
        self.assertIn("no location yet", answer["message"])
        self.assertEqual(answer["fix"]["action"]["res_model"], "pos.stripe.location")

    def test_an_unknown_reader(self):
        answer = self.failure("reader", self._create_method("Other", "WSC000000000000"))
        self.assertIn("WSC000000000000", answer["message"])
        self.assertEqual(answer["fix"]["action"]["res_model"], "pos.stripe.reader")

    def test_a_reader_without_location(self):
        self.reader.object["location"] = None
        self.assertIn("has no location", self.failure("reader")["message"])

    def test_a_reader_that_is_off(self):
        self.reader.go_offline()
        self.assertIn("does not answer", self.failure("screen")["message"])

    def test_a_reader_that_stripe_believes_to_be_off(self):
        self.reader.object["status"] = "offline"
        test = self.start(self.method)
        self.assertIn("heard from it last", self.until(test, "reader")["message"])
        self.assertEqual(self.step(test, "screen")["state"], "done")

    def test_a_reader_that_is_busy(self):
        self.reader.occupy("updating")
        self.assertIn("busy", self.failure("screen")["message"])

    def test_a_reader_that_answers_too_late(self):
        self.simulator.reader_timeout = 0.05
        self.addCleanup(setattr, self.simulator, "reader_timeout", 10)
        self.reader.acknowledgement_delay = 1
        self.assertIn("not answered in time", self.failure("screen")["message"])

    def test_stripe_cannot_be_reached(self):
        self.simulator.faults.add("GET", "/v1/account", "drop_before")
        self.assertIn("cannot be reached", self.failure("key")["message"])

    def test_a_declined_card(self):
        # Stripe's test mode declines an amount that ends in 01.
        self.patch(self.registry["pos.stripe.diagnosis"], "_amount", lambda test: 101)
        answer = self.failure("payment", self.practice())
        self.assertIn("declined", answer["message"])

    def test_a_payment_that_does_not_end(self):
        self.simulated.processing_time = 60
        test = self.start()
        self.until(test, "webhook")
        test.run_step("payment")
        test.run_step("payment")
        self.assertEqual(test.run_step("payment")["state"], "waiting")
        self.patch(type(test), "_since", lambda test, begun: 21_000)
        answer = test.run_step("payment")
        self.assertEqual(answer["state"], "failed")
        self.assertIn("not finished the payment", answer["message"])

    # Who may

    def test_cashiers_may_not(self):
        method = self.practice()
        with self.assertRaises(AccessError):
            method.with_user(self.cashier).action_stripe_diagnosis()

    def test_a_test_is_its_starters(self):
        test = self.start()
        other = self._create_user("other manager", "point_of_sale.group_pos_manager")
        for call in (
            lambda: test.with_user(other).run_step("key"),
            lambda: test.with_user(self.cashier).run_step("key"),
            test.with_user(other).stop,
        ):
            with self.assertRaises(AccessError):
                call()

    def test_other_companies_may_not(self):
        neighbour = self.env["res.company"].create({"name": "Neighbour"})
        stranger = self._create_user("stranger", "point_of_sale.group_pos_manager", neighbour)
        reader = self.env["pos.stripe.reader"]._stripe_fetch(self.provider)[:1]
        for subject in (self.method, reader):
            with self.assertRaises(AccessError):
                subject.with_user(stranger).action_stripe_diagnosis()

    def test_nobody_edits_a_test(self):
        with self.assertRaises(AccessError):
            self.start().write({"progress": {"payment": {"intent": "pi_other"}}})


@tagged("post_install", "-at_install")
class TestDiagnosisWebhook(DiagnosisCase, WebhookCase):
    """The round trip from Stripe to the webhook's address and back to the test."""

    def setUp(self):
        super().setUp()
        self.provider.stripe_terminal_webhook_secret = SECRET

    def begin(self):
        """Run a test until Stripe is to send its event."""
        test = self.start()
        self.until(test, "screen")
        self.assertEqual(test.run_step("webhook")["state"], "waiting")
        return test

    def deliver_cancellation(self, **metadata):
        """Send the event of the test's PaymentIntent, signed the way Stripe does."""
        events = self.account.test.all("event")
        event = next(event for event in events if event["type"] == "payment_intent.canceled")
        event = self.simulator.copy(event)
        event["data"]["object"]["metadata"].update(metadata)
        body = json.dumps(event)
        signature = WebhookSignature.generate_signature_header(body, SECRET, int(time.time()))
        return self.url_open(
            f"/pos_payment_stripe/webhook/{self.provider.id}",
            data=body.encode(),
            headers={"Content-Type": "application/json", "Stripe-Signature": signature},
        )

    def test_the_event_arrives(self):
        test = self.begin()
        self.assertEqual(test.run_step("webhook")["state"], "waiting")
        self.assertEqual(self.deliver_cancellation().status_code, 200)
        self.assertEqual(test.run_step("webhook")["state"], "done")
        (intent,) = self.intents()
        self.assertEqual((intent["status"], intent["latest_charge"]), ("canceled", None))
        event = self.WebhookEvent.search([])
        self.assertEqual((event.type, event.line_uuid), ("payment_intent.canceled", test.uuid))

    def test_the_event_of_another_test_does_not_count(self):
        test = self.begin()
        self.deliver_cancellation(**{METADATA: "unknown"})
        self.assertFalse(self.WebhookEvent.search([]))
        self.assertEqual(test.run_step("webhook")["state"], "waiting")

    def late(self, test):
        """Ask for the webhook's step when the time for an answer is over."""
        self.patch(type(test), "_since", lambda test, begun: 21_000)
        return test.run_step("webhook")

    def test_stripe_has_no_webhook(self):
        answer = self.late(self.begin())
        self.assertEqual(answer["state"], "failed")
        self.assertIn("Stripe has no webhook for http", answer["message"])

    def test_the_event_does_not_arrive(self):
        self.simulator.faults.add_webhook("drop", "*", times=None)
        self.provider.action_stripe_terminal_create_webhook()
        answer = self.late(self.begin())
        self.assertEqual(answer["state"], "failed")
        self.assertIn("No event of Stripe's has arrived", answer["message"])
        self.assertIn(self.provider._stripe_terminal_webhook_url(), answer["message"])
