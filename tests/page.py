import uuid

from odoo.addons.pos_payment_stripe.dev.stripe_simulator.js_sdk import SdkError
from odoo.addons.pos_payment_stripe.stripe_terminal.errors import StripeProblem


class Page:
    """A page of a till in slow motion: it collects cards with the SDK, as a browser does.

    Whoever stops calling it has closed the page; its reader goes on asking for a card.
    """

    def __init__(self, case):
        self.case = case
        self.name = str(uuid.uuid4())
        self.sdk = case.simulator.js_sdk
        self.connection = None
        self.payment = None
        self.is_resuming = False

    def follow(self, payment):
        """Do what a page does when the server has told it about a payment."""
        data = payment._till_data()
        if self.payment and data["state"] not in ("collecting", "unknown"):
            self.stop()
        if data["collects"] and not self.payment:
            self.begin(payment)

    def begin(self, payment):
        """Ask the server for the right to collect, and the reader for a card."""
        answer = payment._collect(self.name)
        self.is_resuming |= answer.get("resumed", False)
        if "reader" not in answer:
            return
        self.payment = payment
        try:
            self.connect(answer["reader"])
            if "refund" in answer:
                self.sdk.collect_refund(self.connection, **answer["refund"], can_cancel=True)
            else:
                secret, config = answer["client_secret"], answer["config"]
                self.sdk.collect(self.connection, secret, can_cancel=True, config=config)
        except StripeProblem as problem:
            self.report("connect", problem.reason)
        except SdkError as error:
            self.report("connect", error.code)

    def connect(self, reader):
        """Connect to the reader, unless this page is."""
        if self.connection and self.sdk.is_connected(self.connection):
            return
        gateway = self.case.provider._stripe_terminal_gateway()
        token = gateway.create_connection_token(reader["location"]).data["secret"]
        session = self.sdk.begin(token)
        readers = self.sdk.discover(session, reader["location"])
        (found,) = [one for one in readers if one["serial_number"] == reader["serial_number"]]
        self.connection = self.sdk.connect(session, found["id"], not self.is_resuming)

    def go_on(self):
        """Charge the card that was read, and tell the server, if one was read or none will be."""
        if not self.payment:
            return
        stage = "collect"
        try:
            collected = self.sdk.collected(self.connection)
            if not collected:
                return
            if self.payment.kind == "refund" and not self.payment._let_refund(self.name):
                self.sdk.clear_display(self.connection)
                return self.report("confirm", "canceled")
            stage = "process"
            if self.payment.kind == "refund":
                self.sdk.process_refund(self.connection)
            else:
                self.sdk.process(self.connection, collected["id"])
        except SdkError as error:
            self.report(stage, error.body.get("decline_code") or error.code)
        else:
            self.report(stage, None)

    def report(self, stage, code):
        """Tell the server that this page no longer collects."""
        payment, self.payment = self.payment, None
        payment._reported(self.name, stage, code)

    def stop(self):
        """Take the card request from the reader."""
        self.payment = None
        try:
            self.sdk.cancel_collect(self.connection)
        except SdkError:
            return  # a card was faster, or the reader is gone
