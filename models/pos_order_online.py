from odoo import models

# The context of what core empties drafts in has this very object; no request can contain it.
KEEPS_JOURNALLED = object()


class PosOrder(models.Model):
    """Online payments of core empty the draft of an order that they do not pay for."""

    _inherit = "pos.order"

    def _clean_payment_lines(self):
        """Keep the lines for which a card may be charged, and all lines once one was.

        Core does it so that the draft can be deleted, which is refused then, and tells no till.
        """
        if self._stripe_proven():
            return None
        keeping = self.with_context(stripe_keeps_journalled=KEEPS_JOURNALLED)
        return super(PosOrder, keeping)._clean_payment_lines()


class PosPayment(models.Model):
    _inherit = "pos.payment"

    def unlink(self):
        if self.env.context.get("stripe_keeps_journalled") is KEEPS_JOURNALLED:
            return super(PosPayment, self - self._stripe_journalled()).unlink()
        return super().unlink()
