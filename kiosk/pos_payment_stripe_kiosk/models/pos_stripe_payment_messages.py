from odoo import api, models
from odoo.addons.pos_payment_stripe.stripe_terminal import settlement
from odoo.addons.pos_payment_stripe.stripe_terminal.errors import Kind, kind_of

from .pos_stripe_payment_order import KIOSK_ORDER

# What a kiosk's page makes of a payment.
WAITING = "waiting"  # for the card, or for Stripe
CANCELING = "canceling"
AGAIN = "again"  # nothing was charged: Retry
PAID = "paid"  # and the order is being finished
FINISHED = "finished"
HELP = "help"  # the staff has to see to it


class PosStripePayment(models.Model):
    """Sentences for a customer, who has no till, no reader's menu and no manager."""

    _inherit = "pos.stripe.payment"

    def _kiosk_data(self):
        """Return what the kiosk's page shows: `state`, one of the above, and a `sentence`."""
        state, sentence = self._kiosk_story()
        return {"state": state, "sentence": sentence}

    @api.model
    def _kiosk_refusal(self, code):
        """Return the same of a payment that was refused before anything was sent."""
        return {"state": AGAIN, "sentence": self._kiosk_words(code)}

    def _kiosk_story(self):
        if self._is_taken_back() or (self.state == settlement.PAID and self._is_fully_refunded()):
            return HELP, self.env._("Your card is being refunded. Please ask our staff.")
        if self.state == settlement.PAID:
            return self._kiosk_story_of_paid()
        if self.wanted == settlement.CANCEL:
            return CANCELING, self.env._("The payment is being canceled. One moment, please.")
        if self.state == settlement.CANCELED:
            return AGAIN, self.env._("The payment was canceled. Nothing was charged.")
        if self.state == settlement.DECLINED:
            return AGAIN, self._kiosk_words(self.failure_code)
        if self.state == settlement.UNKNOWN:
            return WAITING, self.env._(
                "We cannot see yet whether your card was charged. Please wait, or ask our staff "
                "before you pay again."
            )
        return WAITING, self.env._("Follow the instructions on the card reader.")

    def _kiosk_story_of_paid(self):
        if self.payment_id:
            return FINISHED, self.env._("Thank you, your order is paid.")
        if KIOSK_ORDER in (self.carry_due or {}) and not self.carry_tries:
            return PAID, self.env._("Thank you. Your order is being placed.")
        return HELP, self.env._(
            "Your card was charged, and your order could not be placed. Please ask our staff, and "
            "tell them this number: %s",
            self.order_ref or self.id,
        )

    @api.model
    def _kiosk_words(self, code):
        """Return why a payment was not made, and what a customer can do.

        :param str code: a failure code of the journal
        """
        if code == "customer_canceled":
            return self.env._("You canceled on the card reader. Nothing was charged.")
        if code == "timeout":
            return self.env._("No card was presented. Nothing was charged.")
        if code in ("incorrect_pin", "invalid_pin"):
            return self.env._("The PIN was wrong. Please try again.")
        if code in ("amount_too_small", "amount_not_exact", "amount_too_large"):
            return self.env._("This amount cannot be paid by card. Please pay at the counter.")
        kind = kind_of(code)
        if kind == Kind.busy:
            return self.env._("One moment, please: the card reader is busy. Try again shortly.")
        if kind == Kind.declined:
            return self.env._(
                "The card was declined. Nothing was charged. Please try again or use another card."
            )
        if kind == Kind.offline:
            return self.env._(
                "The card reader does not answer. Nothing was charged. Please try again, or ask "
                "our staff."
            )
        return self.env._("The payment could not be made. Please ask our staff.")
