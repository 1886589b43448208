import re
from datetime import timedelta

from odoo import fields, models

from ..flows.connection import BROWSER, IN_PROGRESS, SERVER
from ..stripe_terminal import refunding, settlement
from ..stripe_terminal.errors import Kind, kind_of

# A page that collects says so every five seconds. Another page may collect after this silence.
COLLECTOR_SILENT = timedelta(seconds=12)
# During these the page has given nothing to the bank.
COLLECTING_STAGES = ("connect", "collect", "confirm")
CODE = re.compile(r"[a-z0-9_]{1,60}")


class PosStripePayment(models.Model):
    """What the page asks for that collects the card with Stripe's SDK, see `flows.connection`."""

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

    def _is_collected_by_browser_sdk(self):
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
        if (
            self.state != settlement.COLLECTING
            or self.wanted
            or not self._is_collected_by_browser_sdk()
        ):
            return {"wait": is_own and self.wanted == settlement.COLLECT}
        if not is_own and not self._may_pass_on():
            return {}
        resumed = bool(self.collector) and not is_own
        self.write({"collector": collector, "collector_seen_at": now})
        self._log("till", "collect", {"resumed": resumed})
        return {**self._grant(), "resumed": resumed}

    def _may_pass_on(self):
        """Tell whether another page than the collector may collect."""
        if self.kind == refunding.REFUND and self.requested:
            # Once a page was let refund, no other may.
            return False
        silent_since = fields.Datetime.now() - COLLECTOR_SILENT
        return not self.collector or self.collector_seen_at <= silent_since

    def _grant(self):
        """Return what the SDK needs for this row, or that the page waits for it."""
        if self.kind == refunding.REFUND:
            return self._refund_grant()
        client_secret = self.client_secret
        if client_secret:
            self.client_secret = False
            return {
                "client_secret": client_secret,
                "config": self._flow().tip.config_for_sdk(),
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
            may refund) or `process`
        :param str | None code: the SDK's error code or decline code; None when the SDK is content
        """
        self._lock()
        if self.collector == collector and self._is_collected_by_browser_sdk():
            code = code and (code if CODE.fullmatch(code) else "reader_error")
            is_declined = kind_of(code) == Kind.declined and code != "canceled"
            self._store_report(stage in COLLECTING_STAGES or is_declined, code)
            self._log("till", "reported", {"stage": stage, "code": code})
        self._kick(insist=True)

    def _store_report(self, is_certain, code):
        """Store what a page said; `is_certain` where the card cannot be with the bank."""
        values = {
            # In doubt the card is with the bank: then the intent is paid or canceled.
            "reader_action": "failed" if is_certain else "succeeded",
            "failure_code": code or False,
            "client_secret": False,
        }
        if self._is_refunded_by_browser_sdk():
            values.update(self._refund_report_values(is_certain, code))
        self.write(values)

    # What the till shows

    def _browser_data(self):
        """Return what a page that may collect needs of the row."""
        is_asked_for = self.state == settlement.COLLECTING and self._is_collected_by_browser_sdk()
        return {"collects": is_asked_for}
