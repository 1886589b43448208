import hmac
import logging
import math
from datetime import timedelta

from psycopg2.errors import LockNotAvailable, SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# So many wrong PINs in a row are one batch, of one employee and from one user, whoever they tried.
BATCH_OF_EMPLOYEE = 5
BATCH_OF_USER = 10
# Each batch locks twice as long as the one before it.
LOCK = timedelta(minutes=5)
LOCK_MAX = timedelta(minutes=40)
# Wrong PINs count until there was none for so long; a right one makes only its employee's void.
MEMORY_OF_EMPLOYEE = timedelta(days=1)
MEMORY_OF_USER = timedelta(minutes=30)


class PosStripePinGuard(models.Model):
    """Counts wrong PINs, so that none can be found by trying. A PIN itself is never kept.

    The count has a transaction of its own: it stands when the request that brought the PIN is
    rolled back, holds in all workers, and of several tries at once only one is compared.
    """

    _name = "pos.stripe.pin.guard"
    _description = "Wrong PINs at Tills"
    _log_access = False

    subject = fields.Char(required=True, readonly=True, help="Whose wrong PINs these are.")
    failures = fields.Integer(readonly=True)
    failed_at = fields.Datetime(readonly=True)
    locked_until = fields.Datetime(readonly=True)

    _subject_unique = models.Constraint("UNIQUE (subject)", "Wrong PINs are counted once.")

    @api.model
    def _check(self, employee, pin):
        """Compare a PIN with an employee's.

        :param employee: an `hr.employee` in sudo who has a PIN
        :param str | None pin: as it was entered at a till
        :raise AccessError: it is wrong, or was wrong too often
        """
        if not pin:
            raise AccessError(
                self.env._(
                    "%s has a PIN, and it is needed here. If the till does not ask for it, reload "
                    "the till.",
                    employee.name,
                )
            )
        is_right = hmac.compare_digest(
            str(pin).encode(errors="replace"), employee.pin.encode(errors="replace")
        )
        try:
            with self.env.registry.cursor() as cr:
                wait = self.with_env(self.env(cr=cr))._count(employee.id, is_right)
        except (LockNotAvailable, SerializationFailure):
            raise AccessError(
                self.env._("A PIN of %s is being checked just now. Try again.", employee.name)
            ) from None
        if wait:
            raise AccessError(
                self.env._(
                    "Too many wrong PINs. No PIN is accepted for %s minutes.",
                    math.ceil(wait / timedelta(minutes=1)),
                )
            )
        if not is_right:
            raise AccessError(self.env._("The PIN of %s is wrong.", employee.name))

    def _count(self, employee_id, is_right):
        """Count a try, unless it comes too early to be one.

        :return: how long no PIN is accepted, as a timedelta; None when this one was compared
        """
        now = fields.Datetime.now()
        employee, user = f"employee {employee_id}", f"user {self.env.uid}"
        kinds = {
            employee: (BATCH_OF_EMPLOYEE, MEMORY_OF_EMPLOYEE),
            user: (BATCH_OF_USER, MEMORY_OF_USER),
        }
        counts = self._lock_counts(sorted(kinds))
        locked_until = max(
            (until for _failures, _at, until in counts.values() if until), default=now
        )
        if locked_until > now:
            return locked_until - now
        if is_right:
            self._store(employee, 0, None, None)
            return None
        locked = timedelta()
        for subject, (batch, memory) in kinds.items():
            failures, failed_at, _until = counts[subject]
            failures = 1 + (failures if failed_at and failed_at > now - memory else 0)
            batches, rest = divmod(failures, batch)
            lock = timedelta() if rest else min(LOCK * 2 ** (batches - 1), LOCK_MAX)
            self._store(subject, failures, now, now + lock)
            locked = max(locked, lock)
        if locked:
            _logger.warning(
                "Wrong PINs: none is accepted for %s, after %s, by %s", locked, employee, user
            )
        return locked or None

    def _lock_counts(self, subjects):
        """Return failures, time of the last one and end of the lock by subject, and lock them.

        :raise LockNotAvailable, SerializationFailure: another try is being counted
        """
        for subject in subjects:
            self.env.cr.execute(
                SQL(
                    """INSERT INTO pos_stripe_pin_guard (subject, failures) VALUES (%s, 0)
                       ON CONFLICT (subject) DO NOTHING""",
                    subject,
                ),
                log_exceptions=False,
            )
        self.env.cr.execute(
            SQL(
                """SELECT subject, failures, failed_at, locked_until FROM pos_stripe_pin_guard
                   WHERE subject = ANY(%s) ORDER BY subject FOR UPDATE NOWAIT""",
                subjects,
            ),
            log_exceptions=False,
        )
        return {subject: tuple(values) for subject, *values in self.env.cr.fetchall()}

    def _store(self, subject, failures, failed_at, locked_until):
        self.env.cr.execute(
            SQL(
                """UPDATE pos_stripe_pin_guard
                   SET failures = %s, failed_at = %s, locked_until = %s WHERE subject = %s""",
                failures,
                failed_at,
                locked_until,
                subject,
            )
        )

    @api.autovacuum
    def _gc_forgotten(self):
        """Remove the counts that count no more."""
        before = fields.Datetime.now() - MEMORY_OF_EMPLOYEE
        self.search(["|", ("failed_at", "=", False), ("failed_at", "<", before)]).unlink()
