import secrets
from datetime import timedelta
from unittest.mock import patch

from odoo.addons.pos_payment_stripe import lease, runner
from odoo.addons.pos_payment_stripe.stripe_terminal.errors import StripeProblem
from odoo.tools import SQL

MOST_STEPS = 30
# The journal keeps when a request was first made beside its parameters.
EARLIER_REQUESTS = """
    UPDATE pos_stripe_payment
    SET create_request = CASE WHEN create_request ? 'at' THEN jsonb_set(
            create_request, '{at}', to_jsonb((create_request->>'at')::int - %(seconds)s)
        ) ELSE create_request END,
        unanswered = CASE WHEN jsonb_typeof(unanswered) = 'object' THEN (
            SELECT jsonb_object_agg(verb, jsonb_set(
                asked, '{at}', to_jsonb((asked->>'at')::int - %(seconds)s)
            ))
            FROM jsonb_each(unanswered) AS request(verb, asked)
        ) ELSE unanswered END
    WHERE create_request IS NOT NULL OR unanswered IS NOT NULL
"""


class Worker:
    """A thread of the runner in slow motion: each transaction and each request is one call.

    It does what `runner.carry_out` does. Whoever stops calling it has killed the worker there.

    :ivar command: the request that is to be made next, None when the row rests
    """

    def __init__(self, case, payment):
        self.case = case
        self.payment_id = payment.id
        self.command = None
        self.outcome = None

    def claim(self):
        """Take the row; False when somebody else has it or nothing is to be done."""
        try:
            self._store(lambda payment: payment._claim())
        except runner.RowTaken:
            self.command = None
        return bool(self.command)

    def ask(self):
        """Make the request, without storing its answer."""
        try:
            self.outcome = (self.command.perform(), None, 0)
        except StripeProblem as problem:
            self.outcome = (None, problem, 0)

    def apply_answer(self):
        """Store the answer."""
        command = self.command
        self._store(lambda payment: payment._apply_answer(command, *self.outcome))

    def step(self):
        """Make one request and store its answer."""
        self.ask()
        self.apply_answer()

    def go_until(self, verb):
        """Go on until a request with this verb is to be made; False when there was none."""
        for _step in range(MOST_STEPS):
            if not self.command:
                return False
            if self.command.verb == verb:
                return True
            self.step()
        raise AssertionError("The worker does not come to an end")

    def finish(self):
        """Go on until the row rests."""
        self.go_until(None)

    def _store(self, function):
        self.case.env.flush_all()
        try:
            self.command, due = runner._store(
                self.case.registry, self.payment_id, function, runner.JOURNAL
            )
            if not self.command:
                runner.carry_over(self.case.registry, self.payment_id, due)
        finally:
            self.case.env.invalidate_all()


def restart_process(case):
    """Make all leases those of a process that this host no longer runs, until the test's end."""
    patcher = patch.object(lease, "_process", another_process())
    patcher.start()
    case.addCleanup(patcher.stop)


def another_process():
    """Return this process as one that was started at another time, with the same number."""
    return lease._look_up()._replace(started=secrets.token_hex(4))


def pass_time(case, **duration):
    """Let time pass for the journal, by setting all its clocks back.

    :param duration: what `timedelta` takes
    """
    model, duration = case.Payment, timedelta(**duration)
    clocks = [name for name, field in model._fields.items() if field.type == "datetime"]
    case.env.flush_all()
    case.env.cr.execute(
        SQL(
            "UPDATE pos_stripe_payment SET %s",
            SQL(", ").join(
                SQL("%(clock)s = %(clock)s - %(time)s", clock=SQL.identifier(name), time=time)
                for name, time in zip(clocks, [duration] * len(clocks), strict=True)
                if model._fields[name].store
            ),
        )
    )
    case.env.cr.execute(SQL(EARLIER_REQUESTS, seconds=int(duration.total_seconds())))
    case.env.invalidate_all()
