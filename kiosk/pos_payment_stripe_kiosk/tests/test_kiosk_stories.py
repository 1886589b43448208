"""Random stories of `test_random_stories`, with a kiosk beside the tills, on the same reader."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from odoo.addons.pos_payment_stripe.tests import test_random_stories as stories
from odoo.tests import tagged

from .kiosk_case import KioskCase
from .visitors import AMOUNTS, SOME, Visitors

BATCHES = 5


class KioskStory(Visitors, stories.Story):
    """A register with tills, a kiosk with its customers, and the one reader of both."""

    @initialize(amount=AMOUNTS, meanwhile=SOME, after=SOME, data=st.data())
    def first_sale(self, amount, meanwhile, after, data):
        self.buy_at_kiosk(data, amount, True, meanwhile, after)

    @property
    def recorded(self):
        """Also the kiosk's payments, while its session can be compared."""
        session = self.case.kiosk_session
        payments = self.case.env["pos.payment"].search(
            [("session_id", "=", session.id), ("pos_order_id.state", "not in", ("draft", "cancel"))]
        )
        for payment in payments:
            self.sale_of.setdefault(payment.id, payment.uuid)
        return sorted([*super().recorded, *payments], key=lambda payment: payment.id)


@tagged("post_install", "-at_install")
class TestKioskStories(KioskCase, stories.RandomStories):
    """Nobody is charged for an order that never was, whatever tills and customers do."""

    story = KioskStory

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The stories' own steps are those of a till.
        cls.pos_session = cls.config.current_session_id

    @property
    def kiosk_session(self):
        return self.kiosk.current_session_id

    def compare(self):
        """Compare the till's session and the kiosk's with Stripe; returns what both show."""
        result = super().compare()
        of_kiosk = self.compare_with_stripe(self.kiosk_session)
        return {**result, "differences": [*result["differences"], *of_kiosk["differences"]]}


for number in range(1, BATCHES + 1):
    stories.add_batch(TestKioskStories, number)
