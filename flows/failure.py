"""Which failure is the result of the last try, and which one an earlier try left behind.

A reader keeps showing its last action, and a PaymentIntent its last error, until the next try has
begun: where the reader is silent, that is not what became of this try.
"""

from odoo import fields

from ..stripe_terminal import settlement


def begin_try(row):
    """Note that the card is about to be asked for: what failed until now is past.

    :param row: a `pos.stripe.payment`
    """
    row.write({"past_failure": row.seen_failure or False, "failure_code": False, "sent_at": False})


def without_past(row, values, mark):
    """Return values that were read from Stripe, without a failure that an earlier try left.

    :param row: the `pos.stripe.payment` that they are for
    :param dict values: as from `reading`; with `reader_action` if the reader was read
    :param list | None mark: of the failure in it, see `reading.failure_mark`
    """
    action = values.get("reader_action")
    if _is_past(row, values, mark):
        kept = {
            name: value
            for name, value in values.items()
            if name not in ("failure_code", "declined_charge")
        }
        return {**kept, "reader_action": settlement.NO_ACTION} if action == "failed" else kept
    if action and action != settlement.NO_ACTION:
        values = {"sent_at": row.sent_at or fields.Datetime.now(), **values}
    if not mark or (mark[0] is None and mark[1:] == (row.seen_failure or [])[1:]):
        # A PaymentIntent alone does not know the reader's action that failed with it.
        return values
    return {**values, "seen_failure": mark}


def _is_past(row, values, mark):
    """Tell whether an earlier try left the failure."""
    if values.get("reader_action") == "failed":
        # The reader says nothing of when: it is new where it acknowledged, or where it differs.
        return not (values.get("sent_at") or row.sent_at) and mark == row.past_failure
    # A charge belongs to one try.
    return bool(mark and mark[1] and row.past_failure) and mark[1:] == row.past_failure[1:]
