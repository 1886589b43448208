from datetime import datetime
from typing import NamedTuple

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL

from ..stripe_terminal.scrub import scrub

# Where a transaction keeps what happened until it is written, all at once.
GATHERED = "stripe_terminal_events"


class Event(NamedTuple):
    """One event that is not written yet; the fields are the model's.

    :ivar bool is_new: it tells something else than the one before, whatever the database has
    """

    payment_id: int
    date: datetime
    kind: str
    verb: str
    data: dict | None
    request_id: str | None
    milliseconds: int | None
    is_new: bool


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
    def _search(self, *args, **kwargs):  # pylint: disable=missing-return
        self._store_gathered()
        return super()._search(*args, **kwargs)

    @api.model
    def _append(self, payment, kind, verb, data=None, request_id=None, milliseconds=None):
        """Add one event; secrets are removed from `data`.

        What a row goes through again and again, until a person does something, is told once.
        """
        data = scrub(data) if data else None
        gathered = self.env.cr.precommit.data.setdefault(GATHERED, [])
        if not gathered:
            self.env.cr.precommit.add(self._store_gathered)
        former = next(
            (
                one
                for one in reversed(gathered)
                if one.payment_id == payment.id
                and (one.kind == "till" or (one.kind, one.verb) == (kind, verb))
            ),
            None,
        )
        if former and former.kind != "till" and _told(former.data) == _told(data):
            return
        event = Event(
            payment_id=payment.id,
            date=fields.Datetime.now(),
            kind=kind,
            verb=verb,
            data=data,
            request_id=request_id,
            milliseconds=milliseconds,
            is_new=bool(former) or kind == "till",
        )
        gathered.append(event)
        payment.invalidate_recordset(["event_ids"], flush=False)

    @api.model
    def _store_gathered(self):
        """Write what this transaction has gathered, with what it tells of or not at all.

        Each step of a payment adds some, and nothing depends on them: PostgreSQL is told itself.
        """
        gathered = self.env.cr.precommit.data.pop(GATHERED, ())
        if not gathered:
            return
        rows = [
            SQL(
                "(%s, %s::int, %s::timestamp, %s, %s, %s::jsonb, %s, %s::int, %s)",
                number,
                *event._replace(data=Json(event.data) if event.data else None),
            )
            for number, event in enumerate(gathered)
        ]
        self.env.cr.execute(
            SQL(
                """INSERT INTO pos_stripe_payment_event (stripe_payment_id, date, kind, verb, data,
                       request_id, milliseconds)
                   SELECT payment, date, kind, verb, data, request_id, milliseconds
                     FROM (VALUES %s) AS event (number, payment, date, kind, verb, data,
                          request_id, milliseconds, is_new)
                    WHERE is_new OR NOT EXISTS (
                       SELECT FROM (
                           SELECT kind, data
                             FROM pos_stripe_payment_event
                            WHERE stripe_payment_id = event.payment
                              AND (kind = 'till' OR (kind = event.kind AND verb = event.verb))
                         ORDER BY id DESC
                            LIMIT 1
                       ) AS former
                       WHERE former.kind != 'till'
                         AND (former.data - 'message')
                             IS NOT DISTINCT FROM (event.data - 'message'))
                 ORDER BY number""",
                SQL(", ").join(rows),
            )
        )


def _told(data):
    """Return what of an event's data tells it from another."""
    return data and {name: value for name, value in data.items() if name != "message"}
