"""What follows in Odoo from what Stripe said: one thing after the other, none because of another.

Stripe's word is committed before. Whatever raises here, a third party's constraint or an automation
rule, is noted on the journal's row and tried again, and holds nothing else up.
"""

import logging
from datetime import timedelta

from odoo.exceptions import RedirectWarning, UserError

from .guard import COLLISIONS

_logger = logging.getLogger(__name__)

# The steps, and the journal's method for each, in their order.
BUS, TIP, VERIFY, PAYMENT = "bus", "tip", "verify", "payment"
UNPAID, REFUND_WAITS, TELL = "unpaid", "refund_waits", "tell"
TIP_MISSING, TIP_FIXED, TIP_DOUBTFUL = "tip_missing", "tip_fixed", "tip_doubtful"
METHODS = {
    BUS: "_notify_till",
    TIP: "_record_tip",
    VERIFY: "_verify",
    PAYMENT: "_fill_pos_payment",
    UNPAID: "_tell_unpaid",
    REFUND_WAITS: "_tell_refund_waits",
    TIP_MISSING: "_tell_missing_tip",
    TIP_FIXED: "_tell_fixed_tip",
    TIP_DOUBTFUL: "_tell_doubtful_tip",
    TELL: "_tell_unrecorded",
}
# Amounts agree only once the tip is on the order.
AFTER = {VERIFY: TIP}
# The till reads by itself what no message told it; the last one tells of the others.
UNNOTICED = (BUS, TELL)

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
# So often it may fail before people are told.
TELL_AFTER = 3
MAX_WORDS = 500


def add_step(step, method):
    """Let an addon that extends the journal have a step of its own, done after the others.

    :param str step: its name, for `_mark_due`
    :param str method: of the journal; returns the steps that follow
    """
    METHODS[step] = method


def carry_over(steps, do, note):
    """Do what is due, each step isolated from the others.

    :param steps: of `METHODS`
    :param do: function that does one step, all of it or nothing, and returns the steps that follow
    :param note: function that notes failures (exceptions by step) and returns the steps that
        became due by them
    :raise Exception: one of `COLLISIONS`; what was not done stays due
    """
    while steps:
        todo, failed = set(steps), {}
        for step in METHODS:
            if step not in todo or AFTER.get(step) in failed:
                continue
            try:
                todo.update(do(step))
            except COLLISIONS:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a third party raises
                failed[step] = error
        steps = note(failed) if failed else ()


def words_of(env, error):
    """Return why something could not be recorded, for people; a bug's own words are for the log.

    :param Exception error: what was raised
    """
    if isinstance(error, (UserError, RedirectWarning)) and error.args and error.args[0]:
        return str(error.args[0])[:MAX_WORDS]
    return env._("A technical error (%s).", type(error).__name__)


def pause_after(tries):
    """Return how long to wait after so many failures in a row."""
    return PAUSES[min(tries, len(PAUSES)) - 1]
