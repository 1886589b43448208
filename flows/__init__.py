"""What is done at Stripe for a row of the journal: plain classes with the row in hand.

`flow` is the contract with the runner, `payment` and `refund` keep it, `connection` knows how a
reader is reached, and `tip` what a tip changes. The rules themselves are the pure functions of
`stripe_terminal`, and what a till asks for and sees is the model's.
"""

from ..stripe_terminal import refunding
from .payment import Payment
from .refund import Refund

FLOWS = {refunding.PAYMENT: Payment, refunding.REFUND: Refund}


def flow_of(row):
    """Return the `Flow` of one `pos.stripe.payment`."""
    return FLOWS[row.kind](row)
