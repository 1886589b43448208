from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..stripe_terminal import settlement
from .pos_stripe_payment_work import LOOK_PAUSE

TOKEN = "pos_payment_stripe.health_token"
# What nobody has looked at for so long waits because of a server, not because of Stripe.
LATE_AFTER = timedelta(minutes=5)


class PosStripePayment(models.Model):
    """Figures by which operators see whether all is well; none tells an amount."""

    _inherit = "pos.stripe.payment"

    @api.model
    def _health_domains(self):
        """Return the domain of the rows behind each figure, by its name."""
        is_open = Domain("state", "in", settlement.OPEN_STATES) | Domain("wanted", "!=", False)
        return {
            "due": Domain.OR(self._cron_domains(fields.Datetime.now())),
            "silent": is_open & Domain("reachable", "=", False),
            "refused_captures": Domain("state", "=", settlement.AUTHORIZED)
            & Domain("capture_refusal", "!=", False),
            "unrecorded": Domain("carry_at", "!=", False) & Domain("carry_tries", ">", 0),
            "unverified": Domain("unverified", "=", True),
            "unpaid": Domain("unpaid", "=", True),
            "unattached": Domain("is_unattached", "=", True),
        }

    @api.model
    def _health(self):
        """Return the figures of the payments that the user may read.

        :return: dict with, by the names of `_health_domains`, how many rows there are; of
            `silent` the Stripe accounts; `oldest_due_seconds`, for how long the row that is due
            longest waits; `idle_seconds` since the scheduled action ran, None when it never did;
            `is_late`, whether either is more than `LATE_AFTER`
        """
        domains = self._health_domains()
        figures = {name: self.search_count(domain) for name, domain in domains.items()}
        silent = self._read_group(domains["silent"], [], ["provider_id:count_distinct"])
        now = fields.Datetime.now()
        ran_at = self.env.ref("pos_payment_stripe.ir_cron_look").sudo().lastcall
        waits = self._oldest_due(domains["due"], now)
        idle = now - ran_at if ran_at else None
        return {
            **figures,
            "silent": silent[0][0],
            "oldest_due_seconds": int(waits.total_seconds()),
            "idle_seconds": None if idle is None else int(idle.total_seconds()),
            "is_late": waits > LATE_AFTER or idle is None or idle > LATE_AFTER,
        }

    @api.model
    def _oldest_due(self, is_due, now):
        """Return for how long the row that is due longest waits, as a timedelta."""
        looked = self.search(is_due & Domain("look_at", "!=", False), order="look_at", limit=1)
        new = self.search(is_due & Domain("look_at", "=", False), order="create_date", limit=1)
        since = [row.look_at for row in looked] + [row.create_date + LOOK_PAUSE for row in new]
        return max([timedelta(), *(now - time for time in since)])
