import json

from odoo import fields

from .fault_case import FaultCase

PERCENTAGES = {"percentages": [10, 15, 20]}


class TipCase(FaultCase):
    """A register that takes tips, with a product that has taxes in its price."""

    # Whether tips are added after the payment, which restaurants may
    after_payment = False

    @classmethod
    def _create_register(cls, name, methods):
        register = super()._create_register(name, methods)
        register.write({"module_pos_restaurant": cls.after_payment})
        return register

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tip_product = cls.env.ref("point_of_sale.product_product_tip")
        cls.method = cls.config.payment_method_ids
        cls.coffee = cls._create_taxed_product(15)

    @classmethod
    def _create_taxed_product(cls, percent, price_include="tax_included"):
        tax = cls.env["account.tax"].create(
            {
                "name": f"{percent} %, {price_include}",
                "amount": percent,
                "price_include_override": price_include,
            }
        )
        return cls._create_product(list_price=10.0, taxes_id=[(6, 0, tax.ids)])

    def setUp(self):
        super().setUp()
        self.set_up_register(self.config)
        self.account.offer_tips(usd=PERCENTAGES)

    def set_up_register(self, config):
        """Configure how a register takes tips."""
        config.write(
            {
                "iface_tipproduct": True,
                "tip_product_id": self.tip_product.id,
                "set_tip_after_payment": self.after_payment,
            }
        )

    def line(self, amount, **values):
        """Return what a till sends; a tip may be given for all of it."""
        return super().line(amount, **{"tippable": amount, "tip": 0, **values})

    # What the till synchronises

    def order_line(self, product, price):
        """Return the command for an order line as a till sends it."""
        taxes = product.taxes_id.filtered(lambda tax: tax.company_id == self.company)
        amounts = taxes.compute_all(price, self.pos_session.currency_id, 1, product=product)
        return (
            0,
            0,
            {
                "product_id": product.id,
                "qty": 1,
                "price_unit": price,
                "price_subtotal": amounts["total_excluded"],
                "price_subtotal_incl": amounts["total_included"],
                "tax_ids": [(6, 0, taxes.ids)],
            },
        )

    def sync(self, payments, session=None, tip=0, price=10.0, state="paid", **values):
        """Synchronise an order as a till does; returns it.

        :param list payments: values of its `pos.payment`
        :param float tip: that the till has put on it
        """
        session = session or self.pos_session
        lines = [self.order_line(self.coffee, price)]
        if tip:
            lines.append(self.order_line(self.tip_product, tip))
        paid = sum(payment["amount"] for payment in payments)
        order = {
            "session_id": session.id,
            "state": state,
            "amount_total": paid,
            "amount_paid": paid,
            "is_tipped": bool(tip),
            "tip_amount": tip,
            "date_order": fields.Datetime.to_string(fields.Datetime.now()),
            "lines": lines,
            "payment_ids": [(0, 0, {"payment_status": "done", **one}) for one in payments],
        }
        order = self.sync_order(**{**order, **values})
        order._compute_prices()
        return order

    def tip_screen(self, order, tip):
        """Do what the tip screen of `pos_restaurant` does on the server."""
        if tip:
            # Its sums are the browser's business, which does not do it here.
            values = {**self.order_line(self.tip_product, tip)[2], "price_subtotal": 0}
            self.env["pos.order.line"].create({**values, "order_id": order.id})
        order.write({"is_tipped": True, "tip_amount": tip})

    def card(self, payment, amount=None, tip=0):
        """Return the values of the `pos.payment` of a journal row as a till has it."""
        return {
            "uuid": payment.line_uuid,
            "amount": payment.amount if amount is None else amount,
            "stripe_tip": tip,
            "payment_method_id": payment.payment_method_id.id,
        }

    def activities(self, order):
        return self.env["mail.activity"].search(
            [("res_model", "=", "pos.order"), ("res_id", "=", order.id)]
        )

    def tip_lines(self, order):
        return order.lines.filtered(lambda line: line.product_id == self.tip_product)

    def assertAgrees(self, order, total, tip):
        """Assert that order, payments and Stripe have the same amounts, to the cent."""
        self.env.invalidate_all()
        self.assertEqual((order.amount_total, order.amount_paid), (total, total))
        self.assertEqual(sum(self.tip_lines(order).mapped("price_subtotal_incl")), tip)
        self.assertEqual((order.is_tipped, order.tip_amount), (True, tip))
        rows = self.Payment.search([("payment_id", "in", order.payment_ids.ids)])
        for row in rows:
            self.assertEqual(row.payment_id.amount, row.amount)
            self.assertEqual(row.payment_id.stripe_tip, row.tip)
            self.assertFalse(row.unpaid or row.unverified or row.payment_id.stripe_unverified)
        self.assertMoney(*rows)

    # Closing

    def cash_register(self):
        """Return an open session that is paid in cash, for the same sales."""
        journal = self.env["account.journal"].create(
            {"name": "Drawer", "type": "cash", "code": "DRAW", "company_id": self.company.id}
        )
        self.drawer = self.env["pos.payment.method"].create(
            {"name": "Drawer", "journal_id": journal.id, "company_id": self.company.id}
        )
        config = self._create_register("Cash only", self.drawer)
        self.set_up_register(config)
        return self._open_session(config)

    def journal_items(self, session):
        """Return a closed session's journal items, those of the payments in one sum."""
        receivable = self.company.account_default_pos_receivable_account_id
        items, paid = [], 0
        for item in session.move_id.line_ids:
            if item.account_id == receivable:
                paid += item.balance
            else:
                items.append(
                    (item.account_id.code, item.tax_ids.ids, item.tax_line_id.id, item.balance)
                )
        return json.dumps(sorted(items)), round(paid, 2)
