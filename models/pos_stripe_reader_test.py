from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Longer than the longest command to a reader; a test that died blocks it no longer.
TEST_LEASE = timedelta(seconds=60)


class PosStripeReader(models.Model):
    """A reader is reserved for a test as it is for a payment, so that neither disturbs the other.

    Both take the lock of the reader's row: a payment shares it while it reserves the reader, a
    test writes the row first and looks for payments afterwards, in another transaction.
    """

    _inherit = "pos.stripe.reader"

    tested_by = fields.Char(string="Test UUID", readonly=True, copy=False)
    tested_until = fields.Datetime(
        readonly=True, copy=False, help="The reader is reserved for a test of the terminal."
    )

    def _reserve_for_test(self, test_uuid):
        """Reserve the reader for a test, at once and for everybody; again to keep it longer.

        :return: the journal row that has the reader and goes first, empty when the test has it;
            None when another test has it
        """
        now = fields.Datetime.now()
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    """UPDATE pos_stripe_reader SET tested_by = %(test)s, tested_until = %(until)s
                       WHERE id = %(reader)s AND (tested_by = %(test)s
                           OR tested_until IS NULL OR tested_until <= %(now)s)""",
                    test=test_uuid,
                    until=now + TEST_LEASE,
                    reader=self.id,
                    now=now,
                )
            )
            is_reserved = bool(cr.rowcount)
        self.invalidate_recordset(["tested_by", "tested_until"])
        if not is_reserved:
            return None
        # As of now: this request's own look at the database is from before.
        with self.env.registry.cursor() as cr:
            holder = self.env(cr=cr)["pos.stripe.payment"].search(
                [
                    ("holds_reader", "=", True),
                    ("provider_id", "=", self.provider_id.id),
                    ("reader_serial", "=", self.serial_number),
                ],
                limit=1,
            )
        if holder:
            self._release_from_test(test_uuid)
        return self.env["pos.stripe.payment"].browse(holder.ids)

    def _release_from_test(self, test_uuid):
        """Give the reader back at once, if the test still has it."""
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    """UPDATE pos_stripe_reader SET tested_by = NULL, tested_until = NULL
                       WHERE id = ANY(%s) AND tested_by = %s""",
                    self.ids,
                    test_uuid,
                )
            )
        self.invalidate_recordset(["tested_by", "tested_until"])

    @api.model
    def _is_tested(self, provider, serial_number):
        """Tell whether a reader is reserved for a test, and let no test begin until the commit.

        A test that began since this transaction's first look makes Odoo repeat the request.
        """
        self.env.cr.execute(
            SQL(
                """SELECT tested_until FROM pos_stripe_reader
                   WHERE provider_id = %s AND serial_number = %s FOR SHARE""",
                provider.id,
                serial_number,
            ),
            log_exceptions=False,
        )
        now = fields.Datetime.now()
        return any(until and until > now for (until,) in self.env.cr.fetchall())
