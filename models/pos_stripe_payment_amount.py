from odoo import api, models

from ..stripe_terminal import money


class PosStripePayment(models.Model):
    """Amounts that a card cannot be charged with are refused before anything is sent."""

    _inherit = "pos.stripe.payment"

    @api.model
    def _amount_refusal(self, line_uuid, code, currency):
        """Return till data that tells which amounts can be charged.

        :param str code: as `money.chargeable` gives it
        :param currency: the `res.currency` of the line
        """
        refusal = self._refusal(line_uuid, code)
        if code == "amount_too_small":
            minimum = money.to_major(money.minimum_charge(currency.name), currency.name)
            refusal["sentence"] = self.env._(
                "By card no less than %(minimum)s can be paid. "
                "Choose another way to pay, or add something to the order.",
                minimum=currency.format(float(minimum)),
            )
        elif code == "amount_not_exact":
            step = money.to_major(money.smallest_step(currency.name), currency.name)
            refusal["sentence"] = self.env._(
                "Cards are charged in steps of %(step)s %(currency)s. Change the amount, pay the "
                "rest in another way, or have a manager set up rounding for the register.",
                # Without the currency's own rounding, which is the finer one here.
                step=f"{step.normalize():f}",
                currency=currency.name,
            )
        return refusal
