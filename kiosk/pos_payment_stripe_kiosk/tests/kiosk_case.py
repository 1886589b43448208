import json
import uuid

from odoo.addons.pos_payment_stripe.tests.common import StripeTerminalCase
from odoo.tests import HttpCase, new_test_user

PAY = "/kiosk/payment/{config}/kiosk"
PROCESS = "/pos-self-order/process-order/kiosk"
REMOVE = "/pos-self-order/remove-order"
STATUS = "/pos_payment_stripe_kiosk/status"
CANCEL = "/pos_payment_stripe_kiosk/cancel"


class KioskCase(StripeTerminalCase, HttpCase):
    """A kiosk with an open session and a Stripe reader; visitors call its routes without a login.

    All that the runner's threads do is done by `carry_out`, as in the addon's own tests.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kiosk_user = new_test_user(
            cls.env,
            "kiosk user",
            groups="base.group_user,point_of_sale.group_pos_user",
            company_id=cls.company.id,
        )
        cls.product = cls.env["product.product"].create(
            {
                "name": "Waffle",
                "list_price": 4.5,
                "available_in_pos": True,
                "self_order_available": True,
                "taxes_id": [(6, 0, [])],
            }
        )
        cls.kiosk = cls._create_kiosk("Kiosk", cls.method + cls.other_method)
        cls.pos_session = cls._open_session(cls.kiosk)

    @classmethod
    def _create_kiosk(cls, name, methods):
        kiosk = cls._create_register(name, methods)
        kiosk.write(
            {
                "self_ordering_mode": "kiosk",
                "self_ordering_service_mode": "counter",
                "self_ordering_pay_after": "each",
                "self_ordering_default_user_id": cls.kiosk_user.id,
            }
        )
        return kiosk

    # What a visitor's page does

    def basket(self, amount=4.5, session=None, **values):
        """Return an order as the page of a kiosk sends it for the first time."""
        session = session or self.pos_session
        return {
            "uuid": str(uuid.uuid4()),
            "session_id": session.id,
            "company_id": self.company.id,
            "state": "draft",
            "amount_total": amount,
            "amount_tax": 0,
            "amount_paid": 0,
            "amount_return": 0,
            "lines": [
                (
                    0,
                    0,
                    {
                        "uuid": str(uuid.uuid4()),
                        "product_id": self.product.id,
                        "qty": 1,
                        "price_unit": amount,
                        "price_subtotal": amount,
                        "price_subtotal_incl": amount,
                        "tax_ids": [(6, 0, [])],
                    },
                )
            ],
            **values,
        }

    def ask(self, route, **params):
        """Call a route as an anonymous visitor; returns its result, or the name of its error."""
        self.env.flush_all()
        answer = self.url_open(
            route,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()
        self.env.invalidate_all()
        if "error" in answer:
            return answer["error"]["data"]["name"].rpartition(".")[2]
        return answer.get("result")

    def press(self, basket, kiosk=None, method=None, route=PAY, **values):
        """Press a payment method of the kiosk; returns the answer, see `ask`."""
        kiosk = kiosk or self.kiosk
        return self.ask(
            route.format(config=kiosk.id),
            order={**basket, **values},
            access_token=kiosk.access_token,
            payment_method_id=(method or self.method).id,
        )

    def resent(self, order, **values):
        """Return an order as the page sends it once the server has it."""
        values = {"access_token": order.access_token, "lines": [], **values}
        return self.basket(order.amount_total, uuid=order.uuid, **values)

    def start(self, amount=4.5, **values):
        """Order something and press Card; returns the order and its row, the reader asks."""
        basket = self.basket(amount, **values)
        answer = self.press(basket)
        self.assertEqual(answer["payment_status"]["state"], "waiting")
        order = self.env["pos.order"].search([("uuid", "=", basket["uuid"])])
        row = order._stripe_kiosk_row()
        self.carry_out(row)
        return order, row

    def status(self, order, route=STATUS, kiosk=None):
        """Return what the page of an order is told."""
        return self.ask(
            route,
            access_token=(kiosk or self.kiosk).access_token,
            order_access_token=order.access_token,
        )

    def assertPaidOnce(self, order, row):
        """Assert that Stripe took the order's amount once, and that the order says so."""
        self.assertMoney(row)
        self.assertEqual((row.state, order.state), ("paid", "paid"))
        self.assertEqual(order.payment_ids.mapped("amount"), [order.amount_total])
        self.assertEqual(order.payment_ids.transaction_id, row.payment_intent)
        self.assertEqual(row.payment_id, order.payment_ids)
        self.assertFalse(row.carry_due)
        self.assertFalse(self.Payment._unattached([("id", "=", row.id)]))
