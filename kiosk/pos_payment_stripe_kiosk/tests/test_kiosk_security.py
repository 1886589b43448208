from odoo.tests import tagged
from odoo.tools import mute_logger

from .kiosk_case import CANCEL, PAY, PROCESS, REMOVE, STATUS, KioskCase

MODULE = "pos_payment_stripe_kiosk"
# Every route that this addon adds or extends, and what an anonymous visitor gets through it.
LETS_THROUGH = {
    "/kiosk/payment/<int:pos_config_id>/<device_type>": (
        "with a kiosk's token: an order of one's own is asked for at that kiosk's own reader"
    ),
    "/pos-self-order/process-order/<device_type>/": "as core, but for orders that are being paid",
    "/pos-self-order/remove-order": "as core, but for orders that are being paid",
    STATUS: "with a kiosk's token and an order's own: how the payment of that order stands",
    CANCEL: "with a kiosk's token and an order's own: the payment of that order is taken back",
}


@tagged("post_install", "-at_install")
class TestKioskSecurity(KioskCase):
    """Whoever stands before a kiosk, or has its address, reaches no order but their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_reader = cls.account.add_reader(serial_number="WSC513105011277", label="Other")
        cls.other_kiosk_method = cls._create_method("Other", "WSC513105011277")
        cls.other_kiosk = cls._create_kiosk("Other", cls.other_kiosk_method)
        cls.other_session = cls._open_session(cls.other_kiosk)

    def setUp(self):
        super().setUp()
        self.order, self.row = self.start()

    def facts(self):
        """Return what nobody else may change: orders, journal and Stripe's ledger."""
        self.env.invalidate_all()
        rows = self.Payment.search([])
        fields = ["state", "wanted", "amount_minor", "amount_received", "payment_id", "order_uuid"]
        order = self.order.read(["state", "amount_total", "amount_paid", "lines", "payment_ids"])
        return rows.read(fields, load=False), order, self.simulator.ledger(self.account)["intents"]

    def test_each_route_is_listed(self):
        routes = {
            rule.rule
            for rule in self.env["ir.http"].routing_map().iter_rules()
            if rule.endpoint.func.__module__.startswith(f"odoo.addons.{MODULE}.")
        }
        self.assertEqual(routes, set(LETS_THROUGH))

    @mute_logger("odoo.http")
    def test_the_order_of_another_visitor(self):
        own = self.env["pos.order"].browse(
            self.ask(
                PROCESS,
                order=self.basket(),
                access_token=self.kiosk.access_token,
                table_identifier=None,
            )["pos.order"][0]["id"]
        )
        token, uuid = self.kiosk.access_token, self.order.uuid
        wrong = ["", None, 1, [], uuid, str(self.order.id), own.access_token, token]
        before = self.facts()
        for guess in wrong:
            for values in (
                {"access_token": guess},
                {"access_token": guess, "state": "paid", "amount_total": 0},
            ):
                basket = self.basket(uuid=uuid, **values)
                with self.subTest("press", basket=basket):
                    self.assertEqual(self.press(basket), "Unauthorized")
                with self.subTest("process", basket=basket):
                    answer = self.ask(
                        PROCESS, order=basket, access_token=token, table_identifier=None
                    )
                    self.assertEqual(answer, "Unauthorized")
            for route in (STATUS, CANCEL):
                if guess == own.access_token:
                    continue
                with self.subTest(route, guess=guess):
                    answer = self.ask(route, access_token=token, order_access_token=guess)
                    self.assertEqual(answer, "NotFound")
            with self.subTest("remove", guess=guess):
                answer = self.ask(
                    REMOVE, access_token=token, order_id=self.order.id, order_access_token=guess
                )
                self.assertIn(answer, ("MissingError", "TypeError"))
        self.assertEqual(self.facts(), before)

    @mute_logger("odoo.http")
    def test_the_token_of_another_register(self):
        before = self.facts()
        for route in (STATUS, CANCEL):
            for token in (self.other_kiosk.access_token, self.config.access_token, "", None, 0):
                with self.subTest(route, token=token):
                    answer = self.ask(
                        route, access_token=token, order_access_token=self.order.access_token
                    )
                    self.assertIn(answer, ("NotFound", "Unauthorized"))
        self.assertEqual(self.facts(), before)

    @mute_logger("odoo.http")
    def test_the_reader_of_another_register(self):
        """A kiosk's visitor makes the reader of no other kiosk or till ask for money."""
        before = self.facts()
        theirs = self.basket(session=self.other_session)
        at_till = self.basket(session=self.config.current_session_id)
        for basket in (self.basket(), theirs, at_till):
            for method in (self.method, self.other_kiosk_method):
                if basket["session_id"] == self.pos_session.id and method == self.method:
                    continue
                with self.subTest(method=method.name, session=basket["session_id"]):
                    answer = self.press(basket, method=method)
                    self.assertEqual(answer, "NotFound")
        self.assertEqual(self.facts(), before)

    @mute_logger("odoo.http")
    def test_a_mobile_menu_asks_no_reader(self):
        phone = self._create_kiosk("Phone", self.method)
        phone.self_ordering_mode = "mobile"
        session = self._open_session(phone)
        before = self.facts()
        for route in (PAY, "/kiosk/payment/{config}/mobile"):
            with self.subTest(route):
                answer = self.press(self.basket(session=session), phone, route=route)
                self.assertEqual(answer, "NotFound")
        self.assertEqual(self.facts(), before)

    def test_nobody_makes_an_order_paid(self):
        """Whatever a page says was paid is not taken over."""
        payment = {
            "uuid": "0d7d9a5e-0000-4000-8000-000000000001",
            "amount": 4.5,
            "payment_method_id": self.method.id,
            "payment_status": "done",
            "transaction_id": self.row.payment_intent,
        }
        for method in (self.method, self.other_method):
            basket = self.basket(
                state="paid",
                amount_paid=4.5,
                payment_ids=[(0, 0, {**payment, "payment_method_id": method.id})],
            )
            answer = self.ask(
                PROCESS, order=basket, access_token=self.kiosk.access_token, table_identifier=None
            )
            order = self.env["pos.order"].browse(answer["pos.order"][0]["id"])
            self.assertEqual((order.state, order.amount_paid), ("draft", 0))
            self.assertFalse(order.payment_ids)

    def test_what_a_visitor_is_told(self):
        """No id of Stripe's, no serial number, no other order."""
        self.reader.tap()
        self.look(self.row)
        told = self.ask(
            STATUS,
            access_token=self.kiosk.access_token,
            order_access_token=self.order.access_token,
        )
        self.assertEqual(set(told), {"state", "sentence", "records"})
        self.assertEqual([order["id"] for order in told["records"]["pos.order"]], self.order.ids)
        self.assertNotIn(self.provider.stripe_secret_key, str(told))
        self.assertNotIn("client_secret", str(told))
