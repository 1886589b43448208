import http.client
import json
import logging
import os
import time
from datetime import timedelta
from unittest.mock import patch

from stripe import WebhookSignature

from odoo import fields
from odoo.addons.pos_payment_stripe.controllers.webhook import MAX_BODY, TOLERANCE
from odoo.addons.pos_payment_stripe.models.payment_provider import WEBHOOK_EVENTS
from odoo.addons.pos_payment_stripe.stripe_terminal.gateway import API_VERSION
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME
from odoo.tools import file_open, mute_logger

from .common import StripeTerminalCase

SECRET = "whsec_" + "ofthetests"
LOGGER = "odoo.addons.pos_payment_stripe.controllers.webhook"


class WebhookCase(StripeTerminalCase, HttpCase):
    @property
    def WebhookEvent(self):
        return self.env["pos.stripe.webhook.event"]

    def note_kicks(self):
        """Let messages in, and note which rows they have looked at; nothing carries these out."""
        self.provider.stripe_terminal_webhook_secret = SECRET
        self.kicked = []
        self.patch(
            self.registry["pos.stripe.payment"],
            "_kick",
            lambda payments, insist=False: self.kicked.extend(payments.ids),
        )

    def event(self, event_type="payment_intent.succeeded", **values):
        """Return the simulator's last event of a type, with other values where some are given."""
        events = self.account.test.all("event")
        event = next(event for event in events if event["type"] == event_type)
        return {**self.simulator.copy(event), **values}

    def post(self, body, signature, provider=None):
        """Send a body as it is to the webhook's address and return the response."""
        return self.url_open(
            f"/pos_payment_stripe/webhook/{(provider or self.provider).id}",
            data=body,
            headers={
                "Content-Type": "application/json; charset=utf-8",
                **({"Stripe-Signature": signature} if signature else {}),
            },
        )

    def deliver(self, event, secret=SECRET, age=0, provider=None):
        """Send an event signed the way Stripe does, `age` seconds ago, and return the response."""
        body = event if isinstance(event, str) else json.dumps(event)
        signature = WebhookSignature.generate_signature_header(body, secret, int(time.time()) - age)
        return self.post(body.encode(), signature, provider)


@tagged("post_install", "-at_install")
class TestWebhook(WebhookCase):
    """What the webhook's address takes from Stripe, and what it refuses."""

    def setUp(self):
        super().setUp()
        self.note_kicks()

    def paid_at_stripe(self):
        """Return a payment whose card was presented, which Odoo has not read back yet."""
        payment = self.pay(12.0)
        self.reader.tap()
        self.kicked.clear()
        return payment

    def assertRefused(self, response):
        """Assert that a call was refused and changed nothing."""
        self.assertEqual(response.status_code, 400, response.text)
        self.assertNothingChanged()

    def assertIgnored(self, response):
        """Assert that a call was acknowledged and changed nothing."""
        self.assertEqual((response.status_code, response.text), (200, ""))
        self.assertNothingChanged()

    def assertNothingChanged(self):
        self.assertFalse(self.kicked)
        self.assertFalse(self.WebhookEvent.search([]))
        self.assertEqual(set(self.Payment.search([]).mapped("state")) - {"collecting"}, set())

    # Accepted

    def test_an_event_has_the_payment_read_again(self):
        payment = self.paid_at_stripe()
        requests = len(self.sent())
        event = self.event()
        response = self.deliver(event)
        self.assertEqual((response.status_code, response.text), (200, ""))
        self.assertEqual(self.kicked, payment.ids)
        stored = self.WebhookEvent.search([])
        self.assertRecordValues(
            stored,
            [
                {
                    "provider_id": self.provider.id,
                    "stripe_payment_id": payment.id,
                    "event_id": event["id"],
                    "type": "payment_intent.succeeded",
                    "livemode": False,
                    "created": fields.Datetime.from_string(
                        time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(event["created"]))
                    ),
                }
            ],
        )
        self.assertTrue(stored.received_at)
        self.assertEqual(payment.webhook_event_ids, stored)
        # The request neither asked Stripe nor took a state from the event: the runner does.
        self.assertEqual(len(self.sent()), requests)
        self.assertEqual(payment.state, "collecting")
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.assertMoney(payment)

    def test_no_session_is_made(self):
        self.paid_at_stripe()
        self.assertNotIn("session_id", self.deliver(self.event()).cookies)

    def test_an_event_is_not_believed(self):
        succeeded = self.paid_at_stripe() and self.event()
        payment = self.Payment.search([])
        self.look(payment)
        waiting = self.pay(5.0)
        succeeded["data"]["object"]["id"] = waiting.payment_intent
        self.kicked.clear()
        self.assertEqual(self.deliver(succeeded).status_code, 200)
        self.assertEqual(self.kicked, waiting.ids)
        self.look(waiting)
        self.assertEqual(waiting.state, "collecting")
        self.assertMoney(payment, waiting)

    def test_every_kind_of_event(self):
        payment = self.paid_at_stripe()
        intent = self.account.intent(payment.payment_intent)
        charge = self.account.charge(intent["latest_charge"])
        reader = self.event("terminal.reader.action_succeeded")["data"]["object"]
        refund = {"object": "refund", "id": "re_1", "payment_intent": intent["id"]}
        for event_type in WEBHOOK_EVENTS:
            subject = {"charge": charge, "payment_intent": intent, "terminal": reader}.get(
                event_type.split(".")[0], refund
            )
            event = self.event(id=f"evt_{event_type}", type=event_type, data={"object": subject})
            with self.subTest(event_type):
                self.kicked.clear()
                self.assertEqual(self.deliver(event).status_code, 200)
                self.assertEqual(self.kicked, payment.ids)
        self.assertEqual(set(self.WebhookEvent.search([]).mapped("type")), set(WEBHOOK_EVENTS))

    def test_doubled(self):
        payment = self.paid_at_stripe()
        for _delivery in range(3):
            self.assertEqual(self.deliver(self.event()).status_code, 200)
        self.assertEqual(self.kicked, payment.ids)
        self.assertEqual(len(self.WebhookEvent.search([])), 1)

    def test_out_of_order(self):
        payment = self.pay(7.0)
        self.reader.decline("insufficient_funds")
        self.look(payment)
        failed = self.event("payment_intent.payment_failed")
        self.send(self.again({**self.line(7.0), "line_uuid": payment.line_uuid}))
        self.carry_out(payment)
        self.reader.tap()
        self.assertEqual(self.deliver(self.event()).status_code, 200)
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.assertEqual(self.deliver(failed).status_code, 200)
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.assertMoney(payment)

    def test_late(self):
        """Stripe signs each delivery anew: days after the event it is as good as at once."""
        payment = self.paid_at_stripe()
        event = self.event(created=int(time.time()) - 3 * 24 * 3600)
        self.assertEqual(self.deliver(event).status_code, 200)
        self.assertEqual(self.kicked, payment.ids)

    def test_signature_just_young_enough(self):
        payment = self.paid_at_stripe()
        self.assertEqual(self.deliver(self.event(), age=TOLERANCE - 30).status_code, 200)
        self.assertEqual(self.kicked, payment.ids)

    def test_several_signatures(self):
        """While a secret is being rolled, Stripe signs with the old one and the new one."""
        payment = self.paid_at_stripe()
        body = json.dumps(self.event())
        timestamp = int(time.time())
        other, ours = (
            WebhookSignature.generate_signature_header(body, secret, timestamp).split(",")[1]
            for secret in ("whsec_" + "former", SECRET)
        )
        self.assertEqual(
            self.post(body.encode(), f"t={timestamp},{other},{ours},v0=00").status_code, 200
        )
        self.assertEqual(self.kicked, payment.ids)

    def test_secret_with_blanks_from_copying(self):
        payment = self.paid_at_stripe()
        self.provider.stripe_terminal_webhook_secret = f" {SECRET}\n"
        self.assertEqual(self.deliver(self.event()).status_code, 200)
        self.assertEqual(self.kicked, payment.ids)

    # Acknowledged and ignored

    def test_other_account(self):
        self.paid_at_stripe()
        self.assertIgnored(self.deliver(self.event(account="acct_1ConnectedShop")))

    def test_other_mode(self):
        self.paid_at_stripe()
        self.assertIgnored(self.deliver(self.event(livemode=True)))
        test_event = self.event()
        self.provider.stripe_secret_key = self.account.live_secret_key
        self.assertIgnored(self.deliver(test_event))

    def test_unknown_payment(self):
        self.paid_at_stripe()
        event = self.event()
        event["data"]["object"]["id"] = "pi_of_a_web_shop"
        self.assertIgnored(self.deliver(event))
        # One that is about no PaymentIntent at all is not about a row that has none yet, either.
        self.send(self.line(3.0), method=self._create_method("Other", "WSC000000000000"))
        self.kicked.clear()
        reader = self.event("terminal.reader.action_succeeded")
        for action in (None, {"type": "set_reader_display", "status": "succeeded"}):
            reader["data"]["object"]["action"] = action
            response = self.deliver(reader)
            self.assertEqual((response.status_code, self.kicked), (200, []))
        self.assertFalse(self.WebhookEvent.search([]))

    def test_payment_of_another_provider(self):
        self.paid_at_stripe()
        other = self.provider.copy({"stripe_secret_key": self.account.secret_key})
        other.stripe_terminal_webhook_secret = SECRET
        self.assertIgnored(self.deliver(self.event(), provider=other))

    # Refused

    @mute_logger(LOGGER)
    def test_no_secret(self):
        self.paid_at_stripe()
        for secret in (False, "", "  "):
            self.provider.stripe_terminal_webhook_secret = secret
            for signed_with in (SECRET, "", str(secret)):
                with self.subTest(secret=secret, signed_with=signed_with):
                    self.assertRefused(self.deliver(self.event(), signed_with))

    @mute_logger(LOGGER)
    def test_no_such_provider(self):
        self.paid_at_stripe()
        provider = self.provider.copy()
        self.assertFalse(provider.stripe_terminal_webhook_secret)
        self.assertRefused(self.deliver(self.event(), provider=provider))
        gone = provider.browse(provider.id)
        provider.unlink()
        self.assertRefused(self.deliver(self.event(), provider=gone))

    @mute_logger(LOGGER)
    def test_secret_of_core_is_not_ours(self):
        self.paid_at_stripe()
        core = "whsec_" + "ofcore"
        self.provider.write(
            {"stripe_terminal_webhook_secret": False, "stripe_webhook_secret": core}
        )
        self.assertRefused(self.deliver(self.event(), core))

    @mute_logger(LOGGER)
    def test_unsigned_and_badly_signed(self):
        self.paid_at_stripe()
        body = json.dumps(self.event())
        now = int(time.time())
        good = WebhookSignature.generate_signature_header(body, SECRET, now)
        digest = good.partition("v1=")[2]
        signatures = (
            None,
            "nonsense",
            f"t={now}",
            f"v1={digest}",
            f"t={now},v0={digest}",
            f"t={now},v1=",
            f"t=soon,v1={digest}",
            f"t={now + 1},v1={digest}",
            f"t={now},v1={digest[:-1]}",
            f"t={now},v1=\xe9",
        )
        for signature in signatures:
            with self.subTest(signature=signature):
                self.assertRefused(self.post(body.encode(), signature))

    @mute_logger(LOGGER)
    def test_forged(self):
        self.paid_at_stripe()
        self.assertRefused(self.deliver(self.event(), "whsec_" + "somebodyelses"))
        body = json.dumps(self.event())
        signature = WebhookSignature.generate_signature_header(body, SECRET)
        self.assertRefused(self.post(body.replace("12", "13").encode(), signature))
        # The signature is one of the bytes, not of what they mean.
        self.assertRefused(self.post(body.replace(", ", ",").encode(), signature))
        self.assertRefused(self.post(b"\xff" + body.encode(), signature))

    @mute_logger(LOGGER)
    def test_stale(self):
        self.paid_at_stripe()
        self.assertRefused(self.deliver(self.event(), age=TOLERANCE + 2))

    @mute_logger(LOGGER)
    def test_malformed(self):
        self.paid_at_stripe()
        for body in (" ", "{", "[]", "null", '"evt"', "{}", '{"object": "event", "id": "evt_1"}'):
            with self.subTest(body=body):
                self.assertRefused(self.deliver(body))

    def test_too_large(self):
        self.paid_at_stripe()
        with self.allow_requests():
            connection = http.client.HTTPConnection("127.0.0.1", self.http_port(), timeout=10)
            self.addCleanup(connection.close)
            connection.putrequest("POST", f"/pos_payment_stripe/webhook/{self.provider.id}")
            connection.putheader("Content-Length", str(MAX_BODY + 1))
            connection.putheader("Cookie", f"{TEST_CURSOR_COOKIE_NAME}={self.http_request_key}")
            connection.endheaders()
            self.assertEqual(connection.getresponse().status, 413)
        self.assertNothingChanged()

    def test_only_post(self):
        response = self.url_open(f"/pos_payment_stripe/webhook/{self.provider.id}")
        self.assertEqual(response.status_code, 405)

    # What is kept

    def test_no_log_and_no_till_learns_the_secret(self):
        payment = self.paid_at_stripe()
        with (
            # By number: Odoo has another level of this name.
            self.assertLogs("odoo", logging.INFO) as logs,
            self.assertLogs("stripe", logging.INFO) as sdk_logs,
        ):
            self.deliver(self.event())
            self.deliver(self.event(), "whsec_" + "somebodyelses")
            self.deliver("{")
            self.deliver(self.event(), age=TOLERANCE + 2)
            self.post(b"{}", f"t=1,v1={SECRET}")
            self.look(payment)
        told = [*logs.output, *sdk_logs.output, json.dumps(payment._till_data())]
        told += [json.dumps(data) for data in payment.event_ids.mapped("data")]
        told += [json.dumps(self.WebhookEvent.search_read([]), default=str)]
        self.assertEqual(payment.state, "paid")
        self.assertNotIn(SECRET.removeprefix("whsec_"), "\n".join(told))
        self.assertEqual(
            {record.levelname for record in logs.records if record.name == LOGGER}, {"WARNING"}
        )

    def test_old_events_are_forgotten(self):
        self.paid_at_stripe()
        for event_id, days in (("evt_old", 31), ("evt_new", 29)):
            self.deliver(self.event(id=event_id))
            stored = self.WebhookEvent.search([("event_id", "=", event_id)])
            stored.sudo().received_at -= timedelta(days=days)
        self.WebhookEvent.sudo()._gc_events()
        self.assertEqual(self.WebhookEvent.search([]).mapped("event_id"), ["evt_new"])

    def test_who_may_read_events(self):
        self.paid_at_stripe()
        self.deliver(self.event())
        stored = self.WebhookEvent.search([])
        cashier = new_test_user(
            self.env, "webhook_cashier", "base.group_user,point_of_sale.group_pos_user"
        )
        with self.assertRaises(AccessError):
            stored.with_user(cashier).read(["event_id"])
        with self.assertRaises(AccessError):
            self.env["payment.provider"].with_user(cashier).browse(self.provider.id).read(
                ["stripe_terminal_webhook_secret"]
            )


@tagged("post_install", "-at_install")
class TestWebhookSetup(WebhookCase):
    """Creating the webhook at Stripe, removing it, and living with it."""

    def setUp(self):
        super().setUp()
        self.webhooks().clear()

    def webhooks(self):
        """Return the account's webhook endpoints at the simulator, by id."""
        return self.account.test.objects["webhook_endpoint"]

    def create_webhook(self):
        return self.provider.action_stripe_terminal_create_webhook()["params"]

    def remove_webhook(self):
        return self.provider.action_stripe_terminal_remove_webhook()["params"]

    def set_base_url(self, url):
        self.env["ir.config_parameter"].set_param("web.base.url", url)

    def test_create(self):
        self.assertEqual(self.create_webhook()["type"], "success")
        (webhook,) = self.webhooks().values()
        self.assertEqual(webhook["api_version"], API_VERSION)
        self.assertEqual(webhook["enabled_events"], WEBHOOK_EVENTS)
        self.assertEqual(
            webhook["url"],
            f"{self.base_url()}/pos_payment_stripe/webhook/{self.provider.id}",
        )
        self.assertEqual(self.provider.stripe_terminal_webhook_id, webhook["id"])
        self.assertEqual(
            self.provider.stripe_terminal_webhook_secret,
            self.simulator.webhooks.secrets[webhook["id"]],
        )
        self.assertFalse(self.provider.stripe_webhook_secret, "core's own is left alone")

    def test_create_again_replaces(self):
        self.create_webhook()
        first = self.provider.stripe_terminal_webhook_id
        secret = self.provider.stripe_terminal_webhook_secret
        self.set_base_url("https://another.example.com")
        self.create_webhook()
        elsewhere = self.provider.stripe_terminal_webhook_id
        self.set_base_url(self.base_url())
        self.create_webhook()
        self.assertEqual(
            set(self.webhooks()), {elsewhere, self.provider.stripe_terminal_webhook_id}
        )
        self.assertNotEqual(first, self.provider.stripe_terminal_webhook_id)
        self.assertNotEqual(secret, self.provider.stripe_terminal_webhook_secret)

    def test_the_new_secret_survives_a_predecessor_that_cannot_be_deleted(self):
        self.create_webhook()
        first = self.provider.stripe_terminal_webhook_id
        self.simulator.faults.add("DELETE", "/v1/webhook_endpoints/*", "drop_before")
        told = self.create_webhook()
        self.assertEqual(told["type"], "warning")
        self.assertIn(first, told["message"])
        created = self.provider.stripe_terminal_webhook_id
        self.assertEqual(set(self.webhooks()), {first, created})
        self.assertEqual(
            self.provider.stripe_terminal_webhook_secret,
            self.simulator.webhooks.secrets[created],
        )

    def test_remove(self):
        self.create_webhook()
        self.assertEqual(self.remove_webhook()["type"], "success")
        self.assertFalse(self.webhooks())
        self.assertFalse(self.provider.stripe_terminal_webhook_secret)
        self.assertFalse(self.provider.stripe_terminal_webhook_id)

    def test_remove_from_a_copy_leaves_the_shops_webhook(self):
        self.create_webhook()
        shops = self.provider.stripe_terminal_webhook_id
        self.set_base_url("https://copy.example.com")
        told = self.remove_webhook()
        self.assertEqual(told["type"], "warning")
        self.assertIn(shops, told["message"])
        self.assertEqual(set(self.webhooks()), {shops})
        self.assertFalse(self.provider.stripe_terminal_webhook_secret)

    def test_address_that_stripe_cannot_reach(self):
        for url in (
            "http://shop.example.com",
            "https://localhost",
            "https://127.0.0.1:8069",
            "https://192.168.1.10",
            "https://[::1]:8069",
            "https://odoo",
            "https://odoo.local",
        ):
            self.set_base_url(url)
            with (
                self.subTest(url),
                patch.dict(os.environ),
                self.assertRaisesRegex(UserError, "public https address"),
            ):
                del os.environ["STRIPE_API_BASE"]
                self.create_webhook()
        self.assertFalse(self.webhooks())

    def test_what_can_go_wrong(self):
        key = self.provider.stripe_secret_key
        restricted = self.account.add_restricted_key(["payment_intent_write"])
        for secret_key, sentence in (
            (False, "no secret key"),
            ("sk_test_" + "wrong", "does not accept the secret key"),
            (restricted, "may not manage webhooks"),
        ):
            self.provider.stripe_secret_key = secret_key
            for action in (self.create_webhook, self.remove_webhook):
                with self.subTest(sentence), self.assertRaisesRegex(UserError, sentence):
                    action()
        self.provider.stripe_secret_key = key
        self.simulator.faults.add("*", "*", "drop_before", times=1)
        with self.assertRaisesRegex(UserError, "cannot be reached"):
            self.create_webhook()
        for number in range(16):
            self.webhooks()[f"we_{number}"] = {"id": f"we_{number}", "url": "https://x.example"}
        with self.assertRaisesRegex(UserError, "maximum of 16"):
            self.create_webhook()
        self.assertFalse(self.provider.stripe_terminal_webhook_secret)
        self.assertFalse(self.provider.stripe_terminal_webhook_id)

    def test_only_administrators(self):
        manager = new_test_user(
            self.env, "webhook_manager", "base.group_user,point_of_sale.group_pos_manager"
        )
        provider = self.provider.with_user(manager)
        for action in (
            provider.action_stripe_terminal_create_webhook,
            provider.action_stripe_terminal_remove_webhook,
        ):
            with self.assertRaises(AccessError):
                action()
        self.assertFalse(self.webhooks())

    def test_neither_copied_nor_taken_to_a_test_database(self):
        self.create_webhook()
        copy = self.provider.copy()
        self.assertFalse(copy.stripe_terminal_webhook_secret)
        self.assertFalse(copy.stripe_terminal_webhook_id)
        self.env.flush_all()
        with file_open("pos_payment_stripe/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertFalse(self.provider.stripe_terminal_webhook_secret)
        self.assertFalse(self.provider.stripe_terminal_webhook_id)

    def delivered(self):
        """Return type and status of what the simulator has delivered, oldest first."""
        self.assertTrue(self.simulator.webhooks.wait_until_idle())
        return [(row["type"], row["status"]) for row in self.simulator.webhooks.deliveries]

    def test_from_the_tap_to_the_journal(self):
        """The real way: created by the button, signed and sent over HTTP, then read back."""
        self.create_webhook()
        self.simulator.webhooks.deliveries.clear()
        self.simulator.faults.add_webhook("double", "payment_intent.succeeded")
        payment = self.pay(12.0)
        with self.allow_requests(all_requests=True):
            self.reader.tap()
            delivered = self.delivered()
        self.env.invalidate_all()
        self.assertEqual({status for _type, status in delivered}, {200}, delivered)
        stored = self.WebhookEvent.search([("line_uuid", "=", payment.line_uuid)])
        self.assertEqual(stored.mapped("type"), ["payment_intent.succeeded"])
        self.assertEqual(len(delivered), 2)
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.assertMoney(payment)

    @mute_logger(LOGGER)
    def test_forged_and_unsigned_over_the_wire(self):
        self.create_webhook()
        for fault in ("forge", "unsigned"):
            self.simulator.webhooks.deliveries.clear()
            self.simulator.faults.add_webhook(fault, "payment_intent.succeeded")
            payment = self.pay(12.0)
            with self.subTest(fault), self.allow_requests(all_requests=True):
                self.reader.tap()
                delivered = self.delivered()
                self.assertEqual([status for _type, status in delivered], [400], delivered)
                self.assertFalse(self.WebhookEvent.search([]))
            # Without a webhook everything still works by reading.
            self.look(payment)
            self.assertEqual(payment.state, "paid")
            self.assertMoney(payment)
