import time

from odoo import models
from odoo.tools.misc import format_datetime

from ..stripe_terminal.errors import StripeProblem, sentence
from ..stripe_terminal.reading import error_code
from .pos_stripe_diagnosis import DONE, SKIPPED, WAITING, StepStopped

# Milliseconds until the browser asks again.
SHOW_FOR = 2500
POLL = 400
# Seconds after which an answer is no longer expected.
PATIENCE = 20


class PosStripeDiagnosis(models.TransientModel):
    """The steps of a test: each returns what `run_step` tells of it, or raises what is wrong."""

    _inherit = "pos.stripe.diagnosis"

    def _test_key(self):
        gateway = self._gateway()
        mode = self.env._("test mode") if self._is_test() else self.env._("live mode")
        try:
            reply = gateway.retrieve_account()
        except StripeProblem as problem:
            if problem.http_status != 403:
                raise
            # A restricted key need not be allowed to read the account.
            return {"state": DONE, "message": self.env._("Stripe accepts the key (%s).", mode)}
        account = reply.data
        if not self._is_test() and not account.get("charges_enabled"):
            raise StepStopped(self.env._(sentence("account_invalid")))
        dashboard = (account.get("settings") or {}).get("dashboard") or {}
        return {
            "state": DONE,
            "message": self.env._(
                "%(account)s, %(country)s, %(mode)s",
                account=dashboard.get("display_name") or account["id"],
                country=account.get("country") or "-",
                mode=mode,
            ),
            "milliseconds": reply.milliseconds,
        }

    def _test_location(self):
        try:
            reply = self._gateway().list_locations({"limit": 100})
        except StripeProblem as problem:
            if problem.http_status != 403:
                raise
            message = self.env._("The key may not list locations. Payments do not need it.")
            return {"state": SKIPPED, "message": message}
        locations = self.env["pos.stripe.location"]._store(self._provider(), reply.data["data"])
        if not locations:
            raise StepStopped(
                self.env._(
                    "The Stripe account has no location yet, and every card reader needs one. "
                    "Create it in Point of Sale, Configuration, Stripe Locations; pairing a reader "
                    "does it too."
                ),
                self._fix(self.env._("Locations"), "pos_stripe_location_action"),
            )
        message = locations.display_name if len(locations) == 1 else False
        if not message:
            count = f"{len(locations)}+" if reply.data["has_more"] else len(locations)
            message = self.env._("The account has %s locations.", count)
        return {"state": DONE, "message": message, "milliseconds": reply.milliseconds}

    def _test_reader(self):
        serial_number = self._serial_number()
        reply = self._gateway().list_readers(
            {"serial_number": serial_number, "expand": ["data.location"]}
        )
        reader = self.env["pos.stripe.reader"]._store(self._provider(), reply.data["data"])[:1]
        fix = self._fix(self.env._("Card readers"), "pos_stripe_reader_action")
        if not reader:
            raise StepStopped(
                self.env._(
                    "The Stripe account has no card reader with the serial number %s. Compare it "
                    "with the one on the back of the reader, or pair the reader.",
                    serial_number,
                ),
                fix,
            )
        if not reader.location_id:
            raise StepStopped(
                self.env._(
                    "%s has no location at Stripe, so it cannot take payments. Remove it in the "
                    "list of card readers, and pair it again with a location.",
                    reader.display_name,
                ),
                fix,
            )
        self.reader_id = reader
        facts = {
            "reader": reader.display_name,
            "device": reader.device_name,
            "location": reader.location_id.display_name,
            "seen": reader.last_seen_at and format_datetime(self.env, reader.last_seen_at),
        }
        # What Stripe says here is often late; whether the reader answers tells the next step.
        if reader.status == "offline" and facts["seen"]:
            message = self.env._(
                "%(reader)s, %(device)s, %(location)s. Stripe heard from it last on %(seen)s.",
                **facts,
            )
        else:
            message = self.env._("%(reader)s, %(device)s, %(location)s", **facts)
        return {"state": DONE, "message": message, "milliseconds": reply.milliseconds}

    def _test_screen(self):
        gateway, reader = self._gateway(), self.reader_id.stripe_id
        shown = self._done("screen").get("milliseconds")
        self._take_reader()
        if shown is not None:
            gateway.cancel_reader_action(reader, self._key("clear"))
            self._note("screen", cleared=True)
            self._release_reader()
            if self._is_simulated():
                message = self.env._("The reader took the message. Stripe simulates its screen.")
            else:
                message = self.env._("The reader showed the message. Did you see it?")
            return {"state": DONE, "message": message, "milliseconds": shown}
        amount = self._amount()
        # Also when the answer is lost, the reader may show it.
        self._note("screen", cleared=False)
        reply = gateway.set_reader_display(
            reader,
            {
                "currency": self._currency().name.lower(),
                "line_items": [
                    {
                        "description": self.env._("Test by Odoo, nothing to pay"),
                        "amount": amount,
                        "quantity": 1,
                    }
                ],
                "total": amount,
            },
            self._key("show"),
        )
        self._note("screen", milliseconds=reply.milliseconds)
        return {
            "state": WAITING,
            "wait": SHOW_FOR,
            "message": self.env._("Look at the reader: its screen shows a test message now."),
            "milliseconds": reply.milliseconds,
        }

    def _test_webhook(self):
        if not self._provider().stripe_terminal_webhook_secret:
            message = self.env._("Not configured (optional). Odoo asks Stripe by itself.")
            return {"state": SKIPPED, "message": message}
        begun = self._done("webhook")
        if not begun:
            # Its cancellation is an event that we listen to, and no card ever comes near it.
            gateway, intent = self._gateway(), self._create_intent("webhook")
            gateway.cancel_payment_intent(intent["id"], self._key("webhook:cancel"))
            self._note("webhook", begun=time.time())
        elif self.env["pos.stripe.webhook.event"].search_count([("line_uuid", "=", self.uuid)]):
            return {
                "state": DONE,
                "message": self.env._("Stripe's event has arrived."),
                "milliseconds": self._since(begun),
            }
        elif self._since(begun) > PATIENCE * 1000:
            self._explain_missing_event()
        return {
            "state": WAITING,
            "wait": POLL,
            "message": self.env._("Stripe is to send an event to this database…"),
        }

    def _explain_missing_event(self):
        """Stop with the likely reason why no event has come."""
        provider = self._provider()
        url = provider._stripe_terminal_webhook_url()
        try:
            known = provider._stripe_terminal_webhooks(self._gateway())
        except StripeProblem:
            known = True  # the key may not look, so that nothing is known
        if not known:
            raise StepStopped(
                self.env._(
                    "Stripe has no webhook for %s. On the Stripe payment provider, press “Remove "
                    "webhook”, then “Create webhook”.",
                    url,
                ),
                self._fix_key(),
            )
        raise StepStopped(
            self.env._(
                "No event of Stripe's has arrived within %(seconds)s seconds. Check that "
                "%(url)s can be reached from the internet, and look at the webhook in Stripe's "
                "dashboard (Developers, Webhooks). Or let the Stripe payment provider remove and "
                "create the webhook, which renews its secret. Payments work meanwhile: Odoo asks "
                "Stripe by itself.",
                seconds=PATIENCE,
                url=url,
            ),
            self._fix_key(),
        )

    def _test_payment(self):
        if not self._is_test():
            message = self.env._("Skipped: with a live key, tests never charge a card.")
            return {"state": SKIPPED, "message": message}
        if not self._is_simulated():
            message = self.env._(
                "Only readers that Stripe simulates take simulated cards. To try this one, sell "
                "something at a register and hold one of Stripe's physical test cards to it."
            )
            return {"state": SKIPPED, "message": message}
        gateway, reader = self._gateway(), self.reader_id.stripe_id
        begun = self._done("payment")
        waiting = {"state": WAITING, "wait": POLL}
        if not begun:
            self._take_reader()
            intent = self._create_intent("payment")
            self._note("payment", begun=time.time(), intent=intent["id"])
            gateway.process_payment_intent(reader, intent["id"], self._key("process"))
            return {**waiting, "wait": 0, "message": self.env._("The reader waits for the card…")}
        if not begun.get("presented"):
            if not self._is_ours(gateway.retrieve_reader(reader).data):
                raise StepStopped(self.env._(sentence("reader_replaced")))
            gateway.present_payment_method(reader, self._key("present"))
            self._note("payment", presented=True)
            return {**waiting, "wait": 0, "message": self.env._("The card is being charged…")}
        intent = gateway.retrieve_payment_intent(begun["intent"]).data
        if intent["status"] == "succeeded":
            self._note("payment", closed=True)
            self._release_reader()
            return {
                "state": DONE,
                "message": self.env._(
                    "Stripe says: paid (%s). In test mode no money moves, and it is no sale in "
                    "Odoo; Stripe's dashboard lists it among the test payments.",
                    intent["id"],
                ),
                "milliseconds": self._since(begun),
            }
        error = intent.get("last_payment_error") or {}
        if error:
            raise StepStopped(self.env._(sentence(error_code(error))))
        if self._since(begun) > PATIENCE * 1000:
            raise StepStopped(
                self.env._(
                    "Stripe has not finished the payment within %s seconds. Test again.", PATIENCE
                )
            )
        return {**waiting, "message": self.env._("The card is being charged…")}
