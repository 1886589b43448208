import uuid

from .common import OwnAccountCase

FAILING_CARD = "4000000000005126"
PENDING_CARD = "4000000000007726"
INTERAC = "4506445006931933"


class RefundCase(OwnAccountCase):
    """A register that has sold by card, and what a till does to refund it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.method = cls.config.payment_method_ids

    def sell(self, amount=12.0, card="4242424242424242", **values):
        """Pay an order by card, finish it, and return its journal row."""
        payment = self.pay(amount, **values)
        self.reader.tap(card)
        self.look(payment)
        self.assertEqual(payment.state, "paid")
        self.draft_order(payment)._process_saved_order(draft=False)
        return payment

    def refund_line(self, original, amount, **values):
        """Return what a till sends to refund `amount` (above zero, major units) of a sale."""
        uuid = original.payment_id.uuid if original._name == "pos.stripe.payment" else original.uuid
        return self.line(-amount, refunded_uuid=uuid, order_ref="2-0002", **values)

    def refund(self, original, amount, **values):
        """Refund a sale and have it carried out; returns the refund's journal row."""
        refund = self.send(self.refund_line(original, amount, **values))
        self.carry_out(refund)
        return refund

    def finish(self, refund, **values):
        """Have the till synchronise the finished refund order of a row."""
        order = self.draft_order(refund, **values)
        order._process_saved_order(draft=False)
        return order

    def refunds(self, original):
        """Return the Refunds that the simulator has of a sale, oldest first."""
        with self.simulator.lock:
            return [
                dict(refund)
                for refund in self.account.test.all("refund")
                if refund["payment_intent"] == original.payment_intent
            ][::-1]

    def refunded_at_stripe(self, original):
        """Return how much of a sale the simulator has refunded, in minor units."""
        (intent,) = (
            intent
            for intent in self.simulator.ledger(self.account)["intents"]
            if intent["id"] == original.payment_intent
        )
        return intent["refunded"]

    def in_dashboard(self, original, amount_minor, **params):
        """Refund a sale in Stripe's dashboard: nobody told Odoo."""
        gateway = self.provider._stripe_terminal_gateway()
        params.update(payment_intent=original.payment_intent, amount=amount_minor)
        return gateway.create_refund(params, None).data

    def assertState(self, row, state):
        self.assertEqual((row.state, row.wanted), (state, False), row._till_data())
        self.assertFalse(row.lease_until)
        self.assertFalse(row.holds_reader)

    def old_payment(self, amount=12.0, card="4242424242424242", kind="payment_intent", **params):
        """Return a `pos.payment` of Odoo's own pos_stripe, charged at Stripe.

        :param str kind: whose id it keeps, a PaymentIntent's or, as for Interac, a Charge's
        """
        gateway = self.provider._stripe_terminal_gateway()
        intent = gateway.create_payment_intent(
            {
                "amount": round(amount * 100),
                "currency": self.pos_session.currency_id.name.lower(),
                "allowed_payment_method_types": ["card_present"],
                **params,
            },
            None,
        ).data
        gateway.process_payment_intent(self.reader.id, intent["id"], None)
        self.reader.insert(card)
        intent = gateway.retrieve_payment_intent(intent["id"]).data
        self.assertEqual(intent["status"], "succeeded")
        reference = intent["id"] if kind == "payment_intent" else intent["latest_charge"]["id"]
        order = self.draft_order(
            self.Payment.new(
                {
                    "order_uuid": str(uuid.uuid4()),
                    "line_uuid": str(uuid.uuid4()),
                    "amount_minor": round(amount * 100),
                    "currency_id": self.pos_session.currency_id.id,
                }
            ),
            transaction_id=reference,
        )
        order.state = "paid"
        return order.payment_ids

    def adopt(self, old):
        """Have a manager adopt a payment of Odoo's own pos_stripe; returns it."""
        action = old.with_user(self.manager).action_stripe_adopt()
        self.env[action["res_model"]].with_user(self.manager).browse(
            action["res_id"]
        ).action_confirm()
        return old


class CanadaCase(RefundCase):
    """A register in Canada, where Interac refunds only to a card that is present."""

    connection = "server"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dollars = cls.env["res.currency"].with_context(active_test=False)
        dollars = dollars.search([("name", "=", "CAD")])
        dollars.active = True
        journal = cls.company_data["default_journal_sale"].copy({"currency_id": dollars.id})
        cls.method = cls._create_method(
            "Canadian Card", cls.reader.serial_number, stripe_connection=cls.connection
        )
        cls.method.journal_id.currency_id = dollars
        cls.config = cls.env["pos.config"].create(
            {
                "name": "Toronto",
                "journal_id": journal.id,
                "invoice_journal_id": journal.id,
                "payment_method_ids": [(6, 0, cls.method.ids)],
            }
        )
        cls.pos_session = cls._open_session(cls.config)

    def setUp(self):
        super().setUp()
        self.account = self.simulator.add_account(country="CA", currency="cad")
        location = self.account.add_location(display_name="Coffee bar")
        self.reader = self.account.add_reader(
            serial_number=self.reader.serial_number, label="Counter", location=location["id"]
        )
        self.provider.stripe_secret_key = self.account.secret_key

    def interac(self, amount=12.0):
        kinds = ["card_present", "interac_present"]
        return self.adopt(self.old_payment(amount, INTERAC, allowed_payment_method_types=kinds))
