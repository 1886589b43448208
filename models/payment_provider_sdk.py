from odoo import models

from .. import sdk


class PaymentProvider(models.Model):
    """Whether the server has a version of Stripe's SDK that this addon works with."""

    _inherit = "payment.provider"

    def _stripe_terminal_sdk_advice(self):
        """Return what to tell of the SDK, as a list of (level, sentence).

        :return: empty when it is supported
        """
        if sdk.is_supported(sdk.VERSION):
            return []
        sentence = self.env._(
            "Version %(version)s of the Python package stripe is not supported. Install one from "
            "%(first)s to %(last)s on the Odoo server.",
            version=sdk.VERSION,
            first="{}.{}".format(*sdk.FIRST),
            last=sdk.LAST_MAJOR,
        )
        return [("warning", sentence)]
