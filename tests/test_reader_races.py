import threading

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

SERIAL_NUMBER = "WSC-RACE"


@tagged("post_install", "-at_install")
class TestReaderRaces(BaseCase):
    """A payment and a test of the terminal want one reader, in transactions of their own."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        env = self.open()
        self.provider = env["payment.provider"].create({"name": "Race", "code": "stripe"})
        self.reader = env["pos.stripe.reader"].create(
            {
                "provider_id": self.provider.id,
                "stripe_id": "tmr_race",
                "serial_number": SERIAL_NUMBER,
            }
        )
        env.cr.commit()
        self.addCleanup(self.remove)

    def remove(self):
        env = self.open()
        self.reader.with_env(env).unlink()
        self.provider.with_env(env).unlink()
        env.cr.commit()

    def open(self):
        """Return the environment of a transaction of its own."""
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, {})

    def is_tested(self, env):
        """Ask as a payment does while it reserves the reader."""
        return env["pos.stripe.reader"]._is_tested(self.provider.with_env(env), SERIAL_NUMBER)

    def reserve(self, test="first"):
        return self.reader.with_env(self.open())._reserve_for_test(test)

    def test_the_payment_is_first(self):
        payment = self.open()
        self.assertFalse(self.is_tested(payment))
        answers = []
        test = threading.Thread(target=lambda: answers.append(self.reserve()))
        test.start()
        test.join(0.3)
        self.assertFalse(answers, "The test did not wait for the payment")
        payment.cr.commit()
        test.join(10)
        self.assertEqual(len(answers), 1)
        self.assertTrue(self.is_tested(self.open()))

    def test_the_test_is_first(self):
        payment = self.open()
        payment.cr.execute("SELECT 1 FROM pos_stripe_reader")  # the payment's view of the world
        self.assertFalse(self.reserve())
        # What was seen before is not believed: Odoo repeats the request.
        with self.assertRaises(SerializationFailure):
            self.is_tested(payment)
        payment.cr.rollback()
        self.assertTrue(self.is_tested(payment))

    def test_payments_do_not_wait_for_each_other(self):
        self.assertFalse(self.is_tested(self.open()))
        self.assertFalse(self.is_tested(self.open()))

    def test_one_test_at_a_time(self):
        self.assertIsNotNone(self.reserve("first"))
        self.assertIsNone(self.reserve("second"))
        self.reader.with_env(self.open())._release_from_test("second")
        self.assertIsNone(self.reserve("second"))
        self.reader.with_env(self.open())._release_from_test("first")
        self.assertIsNotNone(self.reserve("second"))
