"""Keeps records apart from each other, and routine collisions of transactions out of the log."""

import logging

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# Somebody else has just changed the same: to be tried again, and no fault of anybody's.
COLLISIONS = (SerializationFailure, DeadlockDetected, LockNotAvailable, ConcurrencyError)


def quiet_lock(records):
    """Take rows before they are written, where a collision makes Odoo repeat the request quietly.

    Odoo logs a collision that the ORM runs into as a bad query, which it is not.
    """
    if records.ids:
        records.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                SQL.identifier(records._table),
                records.ids,
            ),
            log_exceptions=False,
        )


def for_each(records, work, is_news=None, skip_collisions=False):
    """Call `work` with each record in a savepoint of its own, so that none stops the others.

    :param work: function of one record
    :param is_news: function of a record whose work failed; the log is not told where it is False
    :param bool skip_collisions: leave a record that somebody else changes just now to the next
        time; otherwise Odoo repeats the request, as for all collisions
    :return: the records whose work failed
    """
    failed = records.browse()
    if not records:
        return failed
    # What others have left to be written must not fail in here.
    records.env.flush_all()
    for record in records:
        try:
            with record.env.cr.savepoint():
                work(record)
                # As this user; the savepoint would do so as anybody.
                record.env.flush_all()
        except COLLISIONS:
            if not skip_collisions:
                raise
            failed |= record
        except Exception as error:
            failed |= record
            if not is_news or _is_news(record, is_news):
                _logger.exception("%s failed, and the others go on: %s", record, error)
    return failed


def _is_news(record, is_news):
    try:
        with record.env.cr.savepoint():
            return is_news(record)
    except Exception:  # noqa: BLE001
        # Nobody knows: better told twice than never.
        return True
