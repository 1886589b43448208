import re
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..runner import Command
from ..stripe_terminal import settlement
from ..stripe_terminal.errors import Kind, kind_of
from .pos_payment_method_connection import BROWSER, SERVER
from .pos_stripe_payment_work import FIND_READER

IN_PROGRESS = "in_progress"
# A page that collects says so every five seconds. Another page may collect after this silence,
COLLECTOR_SILENT = timedelta(seconds=12)
# and after this one nobody does: the payment is taken back.
COLLECTOR_GONE = timedelta(seconds=60)
# During these the page has given nothing to the bank.
COLLECTING_STAGES = ("connect", "collect", "confirm")
# Their answer is the PaymentIntent that a page may collect for.
GRANTING_VERBS = (settlement.CREATE, settlement.UPDATE, settlement.COLLECT_IN_TILL)
CODE = re.compile(r"[a-z0-9_]{1,60}")


class PosStripePayment(models.Model):
    """How a till's browser collects the card with Stripe's SDK, see `stripe_connection`.

    The runner makes the PaymentIntent and then leaves the row to one page of a till, the
    collector. `reader_action` is what that page does, by its own word: it says when to read the
    PaymentIntent, and nothing about money follows from it.
    See https://docs.stripe.com/terminal/payments/collect-card-payment?terminal-sdk-platform=js
    """

    _inherit = "pos.stripe.payment"

    connection = fields.Selection(
        [(SERVER, "Through Stripe"), (BROWSER, "From the till's browser")],
        default=SERVER,
        readonly=True,
    )
    client_secret = fields.Char(
        groups=fields.NO_ACCESS,
        readonly=True,
        copy=False,
        help="Of the PaymentIntent, until the page that collects has fetched it, once.",
    )
    collector = fields.Char(readonly=True, help="The page of a till that collects the card.")
    collector_seen_at = fields.Datetime(readonly=True)

    # What a till asks for. Nothing here waits on Stripe.

    def _connection_values(self, payment_method):
        """Return the values with which a payment by this method begins."""
        return {
            "connection": payment_method.stripe_connection,
            "client_secret": False,
            "collector": False,
            "collector_seen_at": False,
        }

    def _is_collected_in_till(self):
        """Tell whether a page was let collect and has not said that it stopped."""
        return self.connection == BROWSER and self.reader_action == IN_PROGRESS

    def _collect(self, collector):
        """Let one page collect the card, and hand it what Stripe's SDK needs for that.

        :param str collector: a name that the page made up for itself
        :return: dict, empty when there is nothing to collect or another page does it;
            `client_secret` (or `refund`) and `reader` for the collector, or `wait` while they are
            fetched;
            `resumed` when another page collected before, whose connection the reader may still have
        """
        self._lock()
        now = fields.Datetime.now()
        is_own = self.collector == collector
        if self.state != settlement.COLLECTING or self.wanted or not self._is_collected_in_till():
            return {"wait": is_own and self.wanted == settlement.COLLECT}
        if not is_own and not self._may_pass_on():
            return {}
        resumed = bool(self.collector) and not is_own
        self.write({"collector": collector, "collector_seen_at": now})
        self._log("till", "collect", {"resumed": resumed})
        return {**self._grant(), "resumed": resumed}

    def _may_pass_on(self):
        """Tell whether another page than the collector may collect."""
        silent_since = fields.Datetime.now() - COLLECTOR_SILENT
        return not self.collector or self.collector_seen_at <= silent_since

    def _grant(self):
        """Return what the SDK needs for this payment, or that the page waits for it."""
        client_secret = self.client_secret
        if client_secret:
            self.client_secret = False
            return {
                "client_secret": client_secret,
                "config": self._tip_config_for_sdk(),
                "reader": self._reader_for_sdk(),
            }
        # It was handed out before: Stripe tells it once more, if the card may still be collected.
        self.write(
            {
                "wanted": settlement.COLLECT,
                "asked_at": fields.Datetime.now(),
                "reader_action": settlement.NO_ACTION,
            }
        )
        self._kick()
        return {"wait": True}

    def _reader_for_sdk(self):
        """Return how the SDK finds the reader; Stripe's simulated readers exist in it only."""
        return {
            "serial_number": self.reader_serial,
            "location": self.reader_id.stripe_location_id or False,
            "simulated": (self.reader_id.device_type or "").startswith("simulated_"),
        }

    def _keep_collecting(self, collector):
        """Note that the page still collects; returns whether it shall go on."""
        self._lock()
        goes_on = (
            self.collector == collector
            and self.state in (settlement.COLLECTING, settlement.UNKNOWN)
            and not self.wanted
        )
        if goes_on:
            self.collector_seen_at = fields.Datetime.now()
        return goes_on

    def _release_collector(self, collector):
        """Let another page collect at once: this one is being closed or reloaded."""
        self._lock()
        if self.collector == collector:
            self.collector_seen_at = fields.Datetime.now() - COLLECTOR_SILENT

    def _reported(self, collector, stage, code):
        """Have Stripe read, because a page says that it no longer collects.

        :param str stage: what the page did last: `connect`, `collect`, `confirm` (ask whether it
            may give money back) or `process`
        :param str | None code: the SDK's error code or decline code; None when the SDK is content
        """
        self._lock()
        if self.collector == collector and self._is_collected_in_till():
            code = code and (code if CODE.fullmatch(code) else "reader_error")
            is_declined = kind_of(code) == Kind.declined and code != "canceled"
            self._store_report(stage in COLLECTING_STAGES or is_declined, code)
            self._log("till", "reported", {"stage": stage, "code": code})
        self._kick(insist=True)

    def _store_report(self, is_certain, code):
        """Store what a page said; `is_certain` where the card cannot be with the bank."""
        self.write(
            {
                # In doubt the card is with the bank: then the intent is paid or canceled.
                "reader_action": "failed" if is_certain else "succeeded",
                "failure_code": code or False,
                "client_secret": False,
            }
        )

    def _check_collector(self):
        """Take a payment back that no page collects any more."""
        seen_at = self.collector_seen_at or self.sent_at
        if (
            self._is_collected_in_till()
            and not self.wanted
            and seen_at < fields.Datetime.now() - COLLECTOR_GONE
        ):
            self.wanted = settlement.CANCEL
            self._log("state", "collector_gone")

    # What differs for the runner

    def _facts(self):
        return super()._facts()._replace(in_till=self.connection == BROWSER)

    def _command(self, verb):
        if self.connection != BROWSER or verb not in (
            settlement.COLLECT_IN_TILL,
            settlement.READ,
        ):
            return super()._command(verb)
        gateway = self.provider_id._stripe_terminal_gateway()
        if verb == settlement.COLLECT_IN_TILL and not self.reader_id:
            params = {"serial_number": self.reader_serial}
            return Command(FIND_READER, lambda: gateway.list_readers(params))
        # The reader's object does not tell what a browser does with it.
        intent = self.payment_intent
        if verb == settlement.COLLECT_IN_TILL:
            self._begin_try()
        return Command(verb, lambda: gateway.retrieve_payment_intent(intent))

    def _learn_reply(self, verb, data):
        action = self.reader_action
        missing_intent = super()._learn_reply(verb, data)
        if self.connection != BROWSER:
            return missing_intent
        if verb == settlement.READ:
            self.reader_action = settlement.NO_ACTION if action == settlement.UNREAD else action
        elif verb in GRANTING_VERBS and self.reader_id:
            self._learn_collectable(data)
        return missing_intent

    def _learn_collectable(self, intent):
        """Store that a page may collect, if Stripe says that the intent waits for a card."""
        if intent["status"] != "requires_payment_method" or self._facts().amount_differs:
            return
        # Not through the ORM, whose query would be logged if it failed.
        self.env.cr.execute(
            SQL(
                "UPDATE pos_stripe_payment SET client_secret = %s WHERE id = %s",
                intent["client_secret"],
                self.id,
            ),
            log_exceptions=False,
        )
        self.invalidate_recordset(["client_secret"], flush=False)
        self.write(
            {
                "reader_action": IN_PROGRESS,
                "sent_at": fields.Datetime.now(),
                "failure_code": False,
                "wanted": self._wanted_after_send(),
            }
        )

    def _learn_silence(self, verb, problem):
        action = self.reader_action
        command = super()._learn_silence(verb, problem)
        if self.connection == BROWSER and self.reader_action == settlement.UNREAD:
            # What the till does is not for Stripe to tell.
            self.reader_action = action
        return command

    def _learn_refusal(self, verb, problem):
        if verb != settlement.COLLECT_IN_TILL:
            return super()._learn_refusal(verb, problem)
        self.write(
            {
                "tries": 0,
                "command": self.command + 1,
                "reachable": True,
                "failure_code": problem.reason,
                "wanted": self._wanted_after_send(),
            }
        )
        return self._next_command()

    def _store_state(self, state, verb):
        result = super()._store_state(state, verb)
        if self.client_secret and state not in settlement.RUNNING_STATES:
            self.client_secret = False
        return result

    # What the till shows

    def _till_data(self):
        return {
            **super()._till_data(),
            "collects": self.state == settlement.COLLECTING and self._is_collected_in_till(),
        }
