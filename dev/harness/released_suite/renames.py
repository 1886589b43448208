"""What the last release's tests call by a name that is another one now."""

import re
from typing import NamedTuple

VERSION = "19.0.1.0.0"


class Rename(NamedTuple):
    """A name, with as much beside it as tells it from others.

    :ivar str before: whole words of the tests of that version
    :ivar str now: what stands there instead
    :ivar str file: the only file in which it does, or empty for all
    """

    before: str
    now: str
    file: str = ""

    def apply(self, file, source):
        """Return the source of a file with the names of today."""
        if self.file not in ("", file):
            return source
        return re.sub(rf"(?<!\w){re.escape(self.before)}(?!\w)", lambda _found: self.now, source)


RENAMES = (
    # Methods, modules and constants.
    Rename("payment._look", "payment._request_read"),
    Rename("payment._verify()", 'payment._carry_here("tip", "verify", "payment")'),
    Rename("REFUND", "REFUND_ALL", "stripe_terminal/tests/test_settlement.py"),
    Rename("models.pos_stripe_payment_recovery", "models.pos_stripe_payment_cron"),
    Rename("models import pos_stripe_payment_work", "flows import flow"),
    Rename('"pos.stripe.comparison"].sudo()._of', '"pos.stripe.comparison"].sudo()._for_session'),
    Rename("sleeper.learn", "sleeper.apply_answer"),
    Rename("worker.learn", "worker.apply_answer"),
    Rename("self.give_back", "self.refund"),
    Rename("self.given_back", "self.refunded_at_stripe"),
    Rename("in_till", "browser_sdk", "stripe_terminal/tests/test_settlement.py"),
    Rename("in_till", "browser_sdk", "stripe_terminal/tests/test_refunding.py"),
    Rename("collect_in_till", "collect_by_browser_sdk"),
    Rename("COLLECT_IN_TILL", "COLLECT_BY_BROWSER_SDK"),
    Rename("pos.stripe.terminal.test", "pos.stripe.diagnosis"),
    Rename("action_stripe_terminal_test", "action_stripe_diagnosis"),
    Rename('"stripe_terminal_test"', '"stripe_diagnosis"'),
    Rename("wizards.pos_stripe_terminal_test", "wizards.pos_stripe_diagnosis"),
    # What the module of refunds did is done by two.
    Rename(
        "models import pos_stripe_payment_refund_work as refund_work", "flows import flow, payment"
    ),
    Rename(
        'self.patch(refund_work, "time", self.clock)',
        '[self.patch(module, "time", self.clock) for module in (flow, payment)]',
    ),
    # A process is named by more than a pair.
    Rename(
        '(os.getpid(), f"{random.getrandbits(32):08x}")',
        'lease._look_up()._replace(started=f"{random.getrandbits(32):08x}")',
    ),
    # The runner's queue and threads are an object.
    Rename(
        """"_pid": os.getpid(),
            "_queue": queue.SimpleQueue(),
            "_queued": {},
            "_threads": [],""",
        '"_payments": runner.Pool(runner.THREADS, runner.DATABASE_SLOTS),',
    ),
    Rename('runner, "_start_thread"', 'runner._payments, "_start_thread"'),
    Rename("runner._queue", "runner._payments._queue"),
    Rename("runner._queued", "runner._payments._queued"),
    # What compares a session with Stripe waits for lists of accounts, and the runner fetches those.
    *(
        Rename(f"runner.carry_out(self.env.cr.dbname, {before})", f"self.carry_out_listings({now})")
        for before, now in (
            ('self.comparison.id, "pos.stripe.comparison"', "self.pos_session"),
            ('comparison.id, "pos.stripe.comparison"', "self.pos_session"),
            ("comparison.id, comparison._name", "comparison.session_id"),
        )
    ),
    # Sentences in today's words, see docs/WORDS.md.
    Rename('"All."', '"Full access."', "tests/test_key.py"),
    Rename("2 payments, $\\xa012.90, agrees with", "2 card payments ($\\xa012.90) match"),
    Rename("2 payments, $\\xa07.00, agrees", "2 card payments ($\\xa07.00) match"),
    Rename("1 payment, $\\xa012.00, agrees", "1 card payment ($\\xa012.00) matches"),
    Rename('"gave"', '"refunded"', "tests/test_refund_closing.py"),
    Rename("given back already", "fully refunded already", "tests/test_refund.py"),
    Rename("went back to a card", "was refunded to a card", "tests/test_refund.py"),
    Rename("goes back to the card", "is refunded", "tests/test_recovery.py"),
    Rename("given back to the card", "after it had been refunded", "tests/test_recovery.py"),
    Rename("no card is charged", "tests never charge a card"),
    Rename("reserved on the card", "authorized on the card"),
)
# Helpers of which today's stand in, with why.
TODAYS = {
    "stripe_terminal/tests/conftest.py": "a busy machine is no fault of the code",
    "tests/common.py": "it carries out the listings that a comparison waits for",
    "tests/refund_case.py": "an Interac payment of Odoo's own pos_stripe is adopted first",
    "tests/worker.py": "it is the runner's thread in slow motion, whose steps are others now",
}
