from odoo import api, fields, models
from odoo.tools import SQL

from .. import lease, runner
from ..guard import quiet_lock

INTENTS = "intents"
REFUNDS = "refunds"
ONE_BY_ONE = "one_by_one"


class PosStripeListing(models.Model):
    """A Stripe account that is listed for the registers that close: at most once at a time.

    Registers that ask while it goes on share the next one, which begins after they have asked.
    Nothing of what Stripe lists is kept here: each page goes to the comparisons that wait for it.
    """

    _name = "pos.stripe.listing"
    _description = "Stripe Terminal Account Listing"
    _rec_name = "account"

    account = fields.Char(required=True, readonly=True, help="Tells one secret key from another.")
    provider_id = fields.Many2one("payment.provider", readonly=True, ondelete="set null")
    number = fields.Integer(readonly=True, help="Counts the listings of this account.")
    stage = fields.Selection(
        [(INTENTS, "PaymentIntents"), (REFUNDS, "Refunds"), (ONE_BY_ONE, "One by One")],
        readonly=True,
        help="What is listed just now; empty while nothing is.",
    )
    since = fields.Datetime(readonly=True)
    refunds_since = fields.Datetime(readonly=True)
    cursor = fields.Char(readonly=True)
    pages = fields.Integer(readonly=True)
    count = fields.Integer(string="PaymentIntents Read", readonly=True)
    unknown_ids = fields.Json(string="Unknown to Stripe", readonly=True)
    progress_at = fields.Datetime(readonly=True)
    tries = fields.Integer(readonly=True)
    lease_owner = fields.Char(readonly=True)
    lease_until = fields.Datetime(readonly=True)

    _account_unique = models.Constraint("UNIQUE (account)", "An account has one listing.")

    @api.model
    def _for_provider(self, provider):
        """Return the listing of a provider's account, created if need be, also in a race.

        :param provider: a `payment.provider` with a secret key
        """
        account = provider._stripe_terminal_key_mark()
        listing = self.search([("account", "=", account)])
        if not listing:
            # A racing insert makes PostgreSQL report a serialization failure here, and Odoo
            # repeats the request; the ORM's create would report a broken constraint instead.
            self.env.cr.execute(
                SQL(
                    """INSERT INTO pos_stripe_listing (account, number) VALUES (%s, 0)
                       ON CONFLICT (account) DO NOTHING RETURNING id""",
                    account,
                ),
                log_exceptions=False,
            )
            listing = self.browse(self.env.cr.fetchone()[0])
        if listing.provider_id != provider and not listing.stage:
            quiet_lock(listing)
            listing.provider_id = provider
        return listing

    def _next_number(self):
        """Return the number of the first listing that has not begun yet.

        Whoever waits for it makes those who would begin it wait until this is committed.
        """
        self.env.cr.execute(
            SQL("SELECT id FROM pos_stripe_listing WHERE id = %s FOR UPDATE", self.id),
            log_exceptions=False,
        )
        return self.number + 1

    def _kick(self):
        """Hand listings that nobody carries out to the runner, once this is committed."""
        for listing in self.filtered(lambda listing: not listing._is_leased()):
            listing_id, dbname, model = listing.id, self.env.cr.dbname, self._name
            self.env.cr.postcommit.add(
                lambda listing_id=listing_id, dbname=dbname, model=model: runner.submit(
                    dbname, listing_id, model=model
                )
            )

    def _is_leased(self):
        return (
            bool(self.lease_until)
            and self.lease_until > fields.Datetime.now()
            and not lease.is_gone(self.lease_owner)
        )

    def _waiting(self, number):
        """Return the comparisons that wait for a listing of this account, up to a number."""
        comparisons = self.env["pos.stripe.comparison"]
        return comparisons.search(comparisons._asking_domain()).filtered(
            lambda one: (one.waits_for or {}).get(str(self.id), number + 1) <= number
        )

    def _has_progressed(self, patience):
        """Tell whether Stripe has answered one of these listings within a `timedelta`."""
        since = fields.Datetime.now() - patience
        return any(listing.progress_at and listing.progress_at > since for listing in self)
