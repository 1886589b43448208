from .fault_case import FaultCase
from .page import Page


class WithPage:
    """A till's browser collects cards: one page is open, and hears of what the runner did."""

    def setUp(self):
        super().setUp()
        self.page = Page(self)

    def carry_out(self, payment):  # pylint: disable=missing-return
        """Let the page hear of what the runner did, and the runner of what the page did."""
        super().carry_out(payment)
        self.page_goes_on(payment)
        if payment.wanted or payment.reader_action in ("failed", "succeeded"):
            super().carry_out(payment)
            self.page_goes_on(payment)

    def cancel(self, payment):
        """Press Cancel: the page takes the card request from the reader first."""
        if self.page and self.page.payment:
            self.page.stop()
        payment._cancel()
        self.carry_out(payment)

    def page_goes_on(self, payment):
        if self.page:
            self.page.go_on()
            self.page.follow(payment)
            self.env.invalidate_all()

    def tap(self, **values):
        """Hold a card to the reader; the page has it charged."""
        self.reader.tap(**values)
        if self.page:
            self.page.go_on()

    def reload_page(self):
        """Press F5: the page says that it goes, and comes back as another."""
        for payment in self.page.payment or self.Payment:
            payment._release_collector(self.page.name)
        self.page = Page(self)


class BrowserSdkCase(WithPage, FaultCase):
    """Payments that a till's browser collects."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.method.stripe_connection = "browser"
