from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..guard import quiet_lock
from ..stripe_terminal.errors import StripeProblem

ASKING = "asking"
DONE = "done"
FAILED = "failed"

# What Stripe said is good for so long, if no payment goes on meanwhile.
MAX_AGE = timedelta(minutes=10)
# Nobody waits longer for Stripe to answer; one page may take 25 seconds.
PATIENCE = timedelta(seconds=30)
# Nor longer than this for all pages.
MAX_WAIT = timedelta(hours=1)


class PosStripeComparison(models.Model):
    """What Stripe says of a session's payments, fetched beside the requests, for closing it.

    Only Stripe's side is stored. What it is compared with is read each time, so that a payment
    that was attached meanwhile is no difference any more.
    """

    _name = "pos.stripe.comparison"
    _description = "Stripe Terminal Closing Comparison"
    _rec_name = "session_id"

    session_id = fields.Many2one("pos.session", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="session_id.config_id.company_id", store=True, index=True)
    state = fields.Selection(
        [(ASKING, "Asking Stripe"), (DONE, "Compared"), (FAILED, "Stripe Cannot Be Asked")],
        required=True,
        readonly=True,
    )
    asked_at = fields.Datetime(readonly=True)
    compared_at = fields.Datetime(readonly=True)
    failure_code = fields.Char(readonly=True)
    journal = fields.Json(readonly=True, help="The journal's states when Stripe was asked.")
    intents = fields.Json(string="PaymentIntents", readonly=True)
    waits_for = fields.Json(
        readonly=True, help="The number of the listing that is waited for, by the account's."
    )
    accepted_keys = fields.Json(string="Accepted Differences", readonly=True)
    accepted_by = fields.Char(readonly=True)
    accepted_at = fields.Datetime(readonly=True)

    _session_unique = models.Constraint(
        "UNIQUE (session_id)", "A session has one comparison with Stripe."
    )

    @api.model
    def _for_session(self, session):
        """Return the comparison of a session, created if need be, also when two tills race."""
        comparison = self.search([("session_id", "=", session.id)])
        if comparison:
            return comparison
        # A racing insert makes PostgreSQL report a serialization failure here, and Odoo
        # repeats the request; the ORM's create would report a broken constraint instead.
        self.env.cr.execute(
            SQL(
                """INSERT INTO pos_stripe_comparison (session_id, company_id, state)
                   VALUES (%s, %s, %s) ON CONFLICT (session_id) DO NOTHING RETURNING id""",
                session.id,
                session.config_id.company_id.id,
                FAILED,
            ),
            log_exceptions=False,
        )
        return self.browse(self.env.cr.fetchone()[0])

    # Asking

    def _ask(self, again=False):
        """Have Stripe asked beside this request, when a payment has gone on since its answer.

        :param bool again: ask in any case, unless the answer is on its way
        """
        is_outdated = self.state == DONE and not self._is_known()
        if self._is_asking():
            # Who listed the account may have been killed.
            self._listings()._kick()
            return
        if not (again or is_outdated):
            return
        # Another till of the register may ask at the same moment.
        quiet_lock(self)
        rows = self._rows()
        rows._request_read()
        rows._carry_soon()
        providers, listings = self._providers(), self.env["pos.stripe.listing"]
        try:
            for provider in providers:
                provider._stripe_terminal_gateway()
                listings |= listings._for_provider(provider)
        except StripeProblem as problem:
            self.write({"state": FAILED, "failure_code": problem.reason})
            return
        self.write(
            {
                "state": ASKING if listings else DONE,
                "asked_at": fields.Datetime.now(),
                "compared_at": fields.Datetime.now(),
                "journal": False if listings else self._journal(),
                "intents": False,
                "waits_for": {str(listing.id): listing._next_number() for listing in listings},
            }
        )
        listings._kick()

    def _providers(self):
        """Return the providers of the accounts that may have money of the session."""
        providers = self._rows().provider_id
        for method in self.session_id._stripe_terminal_methods():
            providers |= method._stripe_terminal_provider()
        return providers

    def _listings(self):
        """Return the listings that this comparison waits for."""
        ids = [int(listing_id) for listing_id in self.waits_for or {}]
        return self.env["pos.stripe.listing"].browse(ids)

    @api.model
    def _asking_domain(self):
        """Return the domain of the comparisons that somebody may still wait for."""
        return [
            ("state", "=", ASKING),
            ("asked_at", ">", fields.Datetime.now() - MAX_WAIT),
            ("session_id.state", "!=", "closed"),
        ]

    def _is_asking(self):
        """Tell whether an answer may still come: Stripe was asked, or has answered, just now."""
        now = fields.Datetime.now()
        return (
            self.state == ASKING
            and self.asked_at > now - MAX_WAIT
            and (self.asked_at > now - PATIENCE or self._listings()._has_progressed(PATIENCE))
        )

    def _is_known(self):
        """Tell whether Stripe has answered, and no payment has gone on since it was asked."""
        return (
            self.state == DONE
            and self.compared_at > fields.Datetime.now() - MAX_AGE
            and (self.journal or []) == self._journal()
        )

    # Closing with a difference

    def _accept(self, keys, name):
        """Note that a person with the right to do so closes with these differences.

        :param list keys: of the differences that the person has seen
        :param str name: of the person
        """
        quiet_lock(self)
        self.write(
            {"accepted_keys": keys, "accepted_by": name, "accepted_at": fields.Datetime.now()}
        )

    def _accepts(self, differences):
        """Tell whether a person has seen all these differences and closes all the same."""
        return (
            bool(self.accepted_at)
            and self.accepted_at > fields.Datetime.now() - MAX_AGE
            and {difference["key"] for difference in differences} <= set(self.accepted_keys or [])
        )
