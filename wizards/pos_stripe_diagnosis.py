import logging
import time
import uuid

from odoo import api, fields, models

from ..stripe_terminal import money
from ..stripe_terminal.errors import Kind, StripeProblem, sentence
from ..stripe_terminal.gateway import CHECK_TIMEOUT

_logger = logging.getLogger(__name__)

METADATA = "odoo_diagnosis"  # names the test in its PaymentIntents

DONE = "done"
FAILED = "failed"
SKIPPED = "skipped"
WAITING = "waiting"


class StepStopped(Exception):
    """A step found what is wrong: the sentence for the person, and perhaps an action that helps."""

    def __init__(self, message, fix=None):
        super().__init__(message)
        self.message = message
        self.fix = fix


class PosStripeDiagnosis(models.TransientModel):
    """One test of a terminal, from the key to a payment, step by step.

    The browser asks for one step after the other, each in a request of at most a few calls to
    Stripe. Nothing of it is a sale: it never writes to the journal, and its PaymentIntents say so.
    """

    _name = "pos.stripe.diagnosis"
    _description = "Test of a Stripe Terminal"

    payment_method_id = fields.Many2one("pos.payment.method", readonly=True, ondelete="cascade")
    reader_id = fields.Many2one("pos.stripe.reader", readonly=True, ondelete="cascade")
    uuid = fields.Char(readonly=True, index=True, default=lambda self: str(uuid.uuid4()))
    progress = fields.Json(readonly=True, help="What each step did so far.")

    # Asked for by the browser

    @api.model
    def _start(self, subject):
        """Return the action that tests a payment method or a reader.

        :param subject: one `pos.payment.method` or `pos.stripe.reader`
        """
        subject.check_access("read")
        self.env["pos.payment.method"].check_access("write")
        field = "reader_id" if subject._name == "pos.stripe.reader" else "payment_method_id"
        test = self.sudo().create({field: subject.id})
        return {
            "type": "ir.actions.client",
            "tag": "stripe_diagnosis",
            "params": {
                "test_id": test.id,
                "title": self.env._("Test of %s", subject.display_name),
                "steps": test._steps(),
            },
        }

    def _steps(self):
        """Return the steps in their order, with what the person reads."""
        return [
            {"name": "key", "title": self.env._("Secret key")},
            {"name": "location", "title": self.env._("Location")},
            {"name": "reader", "title": self.env._("Card reader")},
            {"name": "screen", "title": self.env._("Message on the reader's screen")},
            {"name": "webhook", "title": self.env._("Webhook")},
            {
                "name": "payment",
                "title": self.env._(
                    "Payment of %s with a simulated card",
                    self._currency()._stripe_format(self._amount()),
                ),
            },
        ]

    def run_step(self, name):
        """Carry out a step, or go on with it.

        :param str name: of the step
        :return: dict of `state` (done, failed, skipped or waiting), `message`, `milliseconds`,
            with `wait` (milliseconds) until it is to be asked for again while it is waiting, and
            `fix` (`label` and `action`) where a screen of Odoo's helps
        :raise AccessError: the test or what it tests is not the user's
        """
        test = self._checked()
        step = {
            "key": test._test_key,
            "location": test._test_location,
            "reader": test._test_reader,
            "screen": test._test_screen,
            "webhook": test._test_webhook,
            "payment": test._test_payment,
        }[name]
        started = time.monotonic()
        try:
            answer = step()
        except StepStopped as stopped:
            test._release_reader()
            answer = {"state": FAILED, "message": stopped.message, "fix": stopped.fix}
        except StripeProblem as problem:
            test._release_reader()
            _logger.info("Test of a Stripe terminal, %s: %s", name, problem)
            answer = {"state": FAILED, "message": test._advice(name, problem)}
            answer["fix"] = test._fix_key() if problem.kind == Kind.misconfigured else None
        return {"milliseconds": round((time.monotonic() - started) * 1000), **answer}

    def stop(self):
        """Take from reader and account what a test has left there that ended early."""
        test = self._checked()
        screen, payment = test._done("screen"), test._done("payment")
        is_shown = bool(screen) and not screen.get("cleared")
        intent = None if payment.get("closed") else payment.get("intent")
        if not (is_shown or intent):
            return
        holder = test.reader_id._reserve_for_test(test.uuid)
        # Whoever else has the reader keeps it: then only the intent is canceled.
        may_clear = holder is not None and not holder
        try:
            gateway, reader = test._gateway(), test.reader_id.stripe_id
            found = gateway.retrieve_reader(reader).data
            is_ours = (intent and test._is_ours(found)) or (is_shown and test._is_cart(found))
            if may_clear and is_ours:
                gateway.cancel_reader_action(reader, test._key("stop"))
            if intent:
                gateway.cancel_payment_intent(intent, test._key("payment:cancel"))
        except StripeProblem as problem:
            # The next payment replaces what is shown, and an intent without a card costs nothing.
            _logger.info("Test of a Stripe terminal, stopping it: %s", problem)
        test._release_reader()
        test.progress = False

    def restart(self):
        """Begin again with the first step; to Stripe it is another test."""
        test = self._checked()
        test._release_reader()
        test.write({"uuid": str(uuid.uuid4()), "progress": False})

    def _checked(self):
        """Return the test in sudo, for the person who started it."""
        self.ensure_one()
        self.env["pos.payment.method"].check_access("write")
        self.check_access("read")
        return self.sudo()

    # What the steps share

    def _provider(self):
        if self.payment_method_id:
            return self.payment_method_id._stripe_terminal_provider()
        return self.reader_id.provider_id

    def _gateway(self):
        return self._provider()._stripe_terminal_gateway(CHECK_TIMEOUT)

    def _is_test(self):
        return self._provider()._stripe_terminal_is_test()

    def _is_simulated(self):
        return (self.reader_id.device_type or "").startswith("simulated_")

    def _serial_number(self):
        return self.payment_method_id.stripe_serial_number or self.reader_id.serial_number

    def _currency(self):
        method = self.payment_method_id
        if not method:
            return self._company().currency_id
        return method._stripe_terminal_currencies(method.journal_id)[:1]

    def _company(self):
        return self.payment_method_id.company_id or self.reader_id.company_id or self.env.company

    def _amount(self):
        return money.amount_for_test(self._currency().name)

    def _key(self, verb):
        """Return the idempotency key of a request: a repeated one of this test changes nothing."""
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"{database}:diagnosis:{self.uuid}:{verb}"

    def _done(self, step):
        return (self.progress or {}).get(step) or {}

    def _note(self, step, **values):
        self.progress = {**(self.progress or {}), step: {**self._done(step), **values}}

    @staticmethod
    def _since(begun):
        return round((time.time() - begun["begun"]) * 1000)

    def _create_intent(self, step):
        """Create a PaymentIntent that names the test, and return it."""
        params = {
            "amount": self._amount(),
            "currency": self._currency().name.lower(),
            "allowed_payment_method_types": ["card_present"],
            "capture_method": "automatic",
            "description": f"Test of a terminal by Odoo ({self.env.cr.dbname}), not a sale",
            "metadata": {"odoo_database": self.env.cr.dbname, METADATA: self.uuid},
        }
        return self._gateway().create_payment_intent(params, self._key(f"{step}:create")).data

    def _take_reader(self):
        """Reserve the reader for this test, which a payment goes before.

        What we would show on it replaces a payment, and what we take away may be one.

        :raise StepStopped: somebody uses the reader
        """
        holder = self.reader_id._reserve_for_test(self.uuid)
        if holder is None:
            raise StepStopped(
                self.env._("Somebody else tests this reader just now. Test again in a minute.")
            )
        if holder:
            raise StepStopped(
                self.env._(
                    "The reader is used by order %(order)s at %(register)s, which goes first. Test "
                    "again when that payment is finished.",
                    order=holder.order_ref,
                    register=holder.config_id.name,
                )
            )
        reader = self._gateway().retrieve_reader(self.reader_id.stripe_id).data
        action = reader.get("action") or {}
        is_used = action.get("status") == "in_progress" and not self._is_cart(reader)
        if is_used:
            raise StepStopped(
                self.env._(
                    "The reader is in the middle of a payment that is not one of this database's "
                    "registers. Finish or cancel it where it was started, or press X on the "
                    "reader, then test again."
                )
            )

    def _release_reader(self):
        self.reader_id._release_from_test(self.uuid)

    def _is_ours(self, reader):
        """Tell whether a reader, as in Stripe's API, waits for the card of our PaymentIntent."""
        action = reader.get("action") or {}
        details = action.get("process_payment_intent") or {}
        intent = details.get("payment_intent")
        intent = intent["id"] if isinstance(intent, dict) else intent
        return action.get("status") == "in_progress" and intent == self._done("payment")["intent"]

    @staticmethod
    def _is_cart(reader):
        return (reader.get("action") or {}).get("type") == "set_reader_display"

    # What is said

    def _advice(self, step, problem):
        """Return what to tell the person about a step that Stripe did not do.

        :param str step: its name
        :param StripeProblem problem: why
        """
        if problem.code == "terminal_reader_timeout":
            return self.env._(
                "The reader has not answered in time. Check its internet connection, restart it, "
                "and test again."
            )
        if problem.kind in (Kind.busy, Kind.offline):
            return self.env._(sentence(problem.code, problem.kind))
        if step == "key":
            return self._provider()._stripe_terminal_advice(problem, self._company())
        return self._provider()._stripe_terminal_setup_advice(problem)

    def _fix(self, label, action):
        return {
            "label": label,
            "action": self.env["ir.actions.act_window"]._for_xml_id(f"pos_payment_stripe.{action}"),
        }

    def _fix_key(self):
        """Return the way to the provider, for those who may go there."""
        provider = self._provider().with_env(self.env(su=False))
        if not provider or not provider.has_access("write"):
            return None
        return {
            "label": self.env._("Stripe payment provider"),
            "action": {
                "type": "ir.actions.act_window",
                "res_model": "payment.provider",
                "views": [(False, "form")],
                "res_id": provider.id,
            },
        }

    @api.model
    def _uuid_of(self, provider, subject):
        """Return the uuid of the test that an event's object belongs to, False if to none.

        :param provider: the `payment.provider` that the event came to
        :param dict subject: the object of the event, as in Stripe's API
        """
        name = (subject.get("metadata") or {}).get(METADATA)
        test = name and self.search([("uuid", "=", name)], limit=1)
        return bool(test) and test._provider() == provider and test.uuid
