from odoo import fields

from ..stripe_terminal import settlement, tipping

# Answers of Stripe's that will not change when the same is asked again.
REFUSALS = (400, 402)
NEW_ATTEMPT = {
    "tip_released": False,
    "tip_wanted_minor": 0,
    "tip_way": False,
    "tip_refusal": False,
    "tip_recorded": False,
    "reader_tip_minor": 0,
    "capture_due": False,
}


class Tip:
    """What a tip changes of a payment: asked for by the reader, or added before the capture.

    :param flow: the `Payment`
    """

    def __init__(self, flow):
        self.flow = flow
        self.row = flow.row

    def config(self):
        """Return whether the reader asks for a tip, as `process_config` in Stripe's API."""
        return self._config("amount_eligible")

    def config_for_sdk(self):
        """Return the same as `config_override` in Stripe's JavaScript SDK."""
        return self._config("eligible_amount")

    def _config(self, name):
        eligible = self.row.tip_eligible_minor
        return {"tipping": {name: eligible}} if eligible else {"skip_tipping": True}

    def amount(self):
        """Return what is to be captured, in minor units; None means what is authorized."""
        if self.row.tip_way in (tipping.OVERCAPTURE, tipping.INCREMENT):
            return self.row.amount_minor + self.row.tip_wanted_minor
        return None

    def must_increment(self):
        """Tell whether the bank has still to be asked for the tip."""
        is_asked = self.row.tip_way == tipping.INCREMENT
        return is_asked and self.row.amount_capturable < self.amount()

    def increment(self, verb):
        """Return the command that has the bank approve the tip, too."""
        gateway, intent = self.flow.gateway, self.row.payment_intent
        return self.flow.ask_once(
            verb,
            {"amount": self.amount()},
            lambda params, key: gateway.increment_authorization(intent, params["amount"], key),
        )

    def capture(self, verb):
        """Return the command that has the card charged."""
        gateway, intent = self.flow.gateway, self.row.payment_intent
        return self.flow.ask_once(
            verb,
            {"amount": self.amount()},
            lambda params, key: gateway.capture_payment_intent(intent, key, params["amount"]),
        )

    def apply_refusal(self, verb, problem):
        """Go on in another way, at last without the tip; False when it is not about a tip."""
        row = self.row
        if (
            row.intent_status != "requires_capture"
            or self.amount() is None
            or problem.http_status not in REFUSALS
            # An older try may still be carried out.
            or self.flow.unanswered.is_in_flight(verb)
        ):
            return False
        row.tip_refusal = problem.decline_code or problem.code
        row.tip_way = tipping.next_way(
            row.tip_way, row.overcapture_supported, row.incremental_supported
        )
        return True

    def state_values(self, state):
        """Return what the journal notes about tips with a state, before it is reached."""
        row, now = self.row, fields.Datetime.now()
        values = {}
        if state == settlement.AUTHORIZED and row.state != settlement.AUTHORIZED:
            # What the bank approved counts, as what was taken does later.
            values.update(amount_minor=row.intent_amount, settled_at=now)
        if state == settlement.AUTHORIZED and row.charge and not row.capture_due:
            values["capture_due"] = tipping.capture_due(now, row.capture_before or None)
        if state == settlement.PAID and row.state == settlement.AUTHORIZED:
            values["tip_minor"] = max(0, row.amount_received - row.amount_minor)
        elif state == settlement.PAID and row.state != settlement.PAID:
            values["tip_minor"] = self._proven()
        return values

    def _proven(self):
        """Return the reader's tip, if what was taken is what was asked for and that tip."""
        row, tip = self.row, self.row.reader_tip_minor
        return tip if tip > 0 and row.amount_received == row.amount_minor + tip else 0
