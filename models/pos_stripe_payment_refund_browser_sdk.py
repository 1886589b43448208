from odoo import fields, models

from ..flows.connection import BROWSER
from ..flows.refund import CODE_TOO_MUCH
from ..stripe_terminal import settlement
from ..stripe_terminal.refunding import REFUND

CODE_ELSEWHERE = "refund_elsewhere"


class PosStripePayment(models.Model):
    """What the page asks for that has a refund's card presented, see `flows.connection`.

    Once it has read the card it asks the journal whether it may refund: from then on
    a refund may exist.
    """

    _inherit = "pos.stripe.payment"

    browser_sdk_refund = fields.Json(
        string="Browser SDK Refund",
        readonly=True,
        help=(
            "The refunded charge, the refunds that it had before the card was first asked for, "
            "and the amounts that a page was allowed to refund since."
        ),
    )

    def _is_refunded_by_browser_sdk(self):
        """Tell whether the till's browser has the card presented."""
        return self.kind == REFUND and self.on_reader and self.connection == BROWSER

    # What a till asks for

    def _refund_grant(self):
        """Return what is to be refunded as the journal has it; the SDK refunds charges."""
        return {
            "refund": {
                "charge": self.charge,
                "amount": self.amount_minor,
                "currency": self.currency_id.name.lower(),
            },
            "reader": self._reader_for_sdk(),
        }

    def _let_refund(self, collector):
        """Let the page that has read the card refund it, once.

        :return: bool; where it is not True, the page must refund nothing
        """
        self._lock()
        if (
            not self._is_refunded_by_browser_sdk()
            or self.collector != collector
            or not self._is_collected_by_browser_sdk()
            or self.state != settlement.COLLECTING
            or self.wanted
            or self.requested
        ):
            return False
        original = self.refunded_payment_id
        original._lock_original()
        if original._refunded_by_browser_sdk_now(but=self):
            code = CODE_ELSEWHERE
        else:
            code = self.amount_minor > original._left_minor(but=self) and CODE_TOO_MUCH
        if code:
            self._store_report(True, code)
            self._kick(insist=True)
            return False
        now, past = fields.Datetime.now(), self.browser_sdk_refund
        self.write(
            {
                "requested": True,
                "in_flight_since": now,
                "collector_seen_at": now,
                "charge_read": False,
                "browser_sdk_refund": {**past, "amounts": [*past["amounts"], self.amount_minor]},
            }
        )
        self._log("till", "refund", {"amount": self.amount_minor})
        return True

    def _refunded_by_browser_sdk_now(self, but):
        """Return the other rows of a payment whose page may be refunding just now."""
        return (self.refund_ids - but).filtered(
            lambda row: row._is_refunded_by_browser_sdk() and row.requested and not row.refund
        )

    def _refund_report_values(self, is_certain, code):
        """Return what is stored besides of what a page said, see `_store_report`."""
        values = {"charge_read": False}
        if is_certain:
            values["in_flight_since"] = False
        if code == "invalid_card_type":
            values["failure_code"] = "refund_wrong_card"
        return values
