from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL

from ..stripe_terminal.scrub import scrub


class PosStripePaymentEvent(models.Model):
    """What happened to a Stripe payment, step by step. Rows are only ever added."""

    _name = "pos.stripe.payment.event"
    _description = "Stripe Terminal Payment Event"
    _order = "id"
    _log_access = False

    stripe_payment_id = fields.Many2one(
        "pos.stripe.payment", required=True, readonly=True, index=True, ondelete="cascade"
    )
    date = fields.Datetime(default=fields.Datetime.now, readonly=True)
    kind = fields.Selection(
        [
            ("till", "Till"),
            ("answer", "Stripe"),
            ("error", "Error"),
            ("state", "State"),
        ],
        required=True,
        readonly=True,
    )
    verb = fields.Char(string="Step", readonly=True)
    request_id = fields.Char(string="Stripe Request", readonly=True)
    milliseconds = fields.Integer(string="Duration (ms)", readonly=True)
    data = fields.Json(readonly=True)
    summary = fields.Char(string="Details", compute="_compute_summary")

    @api.depends("data")
    def _compute_summary(self):
        for event in self:
            data = event.data or {}
            event.summary = ", ".join(
                f"{key}: {value}" for key, value in data.items() if value not in (None, False, "")
            )

    @api.model
    def _append(self, payment, kind, verb, data=None, request_id=None, milliseconds=None):
        """Add one event; secrets are removed from `data`.

        Each step of a payment adds some, and nothing depends on them: PostgreSQL is told itself.
        What a row goes through again and again, until a person does something, is told once.
        """
        data = Json(scrub(data)) if data else None
        is_repeated = SQL(
            """EXISTS (
                SELECT FROM (
                    SELECT kind, data
                      FROM pos_stripe_payment_event
                     WHERE stripe_payment_id = %(payment)s
                       AND (kind = 'till' OR (kind = %(kind)s AND verb = %(verb)s))
                  ORDER BY id DESC
                     LIMIT 1
                ) AS former
                WHERE kind != 'till'
                  AND (data - 'message') IS NOT DISTINCT FROM (%(data)s::jsonb - 'message')
            )""",
            payment=payment.id,
            kind=kind,
            verb=verb,
            data=data,
        )
        self.env.cr.execute(
            SQL(
                """INSERT INTO pos_stripe_payment_event (stripe_payment_id, date, kind, verb, data,
                       request_id, milliseconds)
                   SELECT %s, %s, %s, %s, %s::jsonb, %s, %s WHERE NOT %s""",
                payment.id,
                fields.Datetime.now(),
                kind,
                verb,
                data,
                request_id,
                milliseconds,
                is_repeated,
            )
        )
        payment.invalidate_recordset(["event_ids"], flush=False)
