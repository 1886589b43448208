from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..guard import quiet_lock
from ..stripe_terminal.errors import StripeProblem
from ..stripe_terminal.gateway import CHECK_TIMEOUT
from ..stripe_terminal.listing import pages

PAGE_SIZE = 100  # the most that Stripe lists at once


class PosStripeAccountItem(models.AbstractModel):
    """What an account has at Stripe, as Stripe told it last: changed there first, then here."""

    _name = "pos.stripe.account.item"
    _description = "Item of a Stripe Account"

    provider_id = fields.Many2one(
        "payment.provider", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="provider_id.company_id", store=True, index=True)
    stripe_id = fields.Char(string="Stripe ID", required=True, readonly=True)
    livemode = fields.Boolean(
        string="Live Mode", readonly=True, help="For real payments; off for tests."
    )
    active = fields.Boolean(
        default=True, readonly=True, help="Off for what Stripe no longer lists."
    )

    _provider_stripe_id_unique = models.Constraint(
        "UNIQUE (provider_id, stripe_id)", "Stripe lists it once for each payment provider."
    )

    def action_stripe_rename(self):
        """Open the dialog that asks for another name."""
        self.ensure_one()
        return {
            "name": self.env._("Rename"),
            "type": "ir.actions.act_window",
            "res_model": "pos.stripe.rename",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_record": f"{self._name},{self.id}",
                "default_name": self[self._stripe_name_field],
            },
        }

    def action_stripe_remove(self):
        """Delete it at Stripe. It is archived here, because payments may refer to it.

        :return: the action that shows the list
        :raise AccessError: as `_check_own_account`
        :raise UserError: it is in use, or Stripe did not do it; nothing is changed then
        """
        self.ensure_one()
        self.env["pos.payment.method"].check_access("write")
        self._check_own_account()
        self._check_stripe_remove()
        try:
            self._stripe_delete(self.sudo().provider_id._stripe_terminal_gateway())
        except StripeProblem as problem:
            # Whoever deleted it at Stripe meanwhile wanted the same.
            if problem.http_status != 404:
                raise UserError(
                    self.sudo().provider_id._stripe_terminal_setup_advice(problem)
                ) from problem
        self.sudo().active = False
        action = f"pos_payment_stripe.{self._table}_action"
        return {**self.env["ir.actions.act_window"]._for_xml_id(action), "target": "main"}

    def _stripe_rename(self, name):
        """Give it another name at Stripe, and store what Stripe says then.

        :raise AccessError: as `_check_own_account`
        :raise UserError: Stripe did not do it
        """
        self.ensure_one()
        self._check_own_account()
        provider = self.sudo().provider_id
        try:
            data = self._stripe_update(
                provider._stripe_terminal_gateway(), {self._stripe_name_param: name}
            )
        except StripeProblem as problem:
            raise UserError(provider._stripe_terminal_setup_advice(problem)) from problem
        self._store(provider, [data])

    def _check_own_account(self):
        """Refuse changes in an account that none of the user's companies charges with.

        A branch sees the account of its parent, and may have one of its own instead.

        :raise AccessError: it may not be seen, or belongs to such an account
        """
        self.check_access("read")
        find = self.env["payment.provider"]._stripe_terminal_provider
        used = {find(company) for company in self.env.companies}
        if not self.env.su and self.sudo().provider_id not in used:
            raise AccessError(
                self.env._("This belongs to a Stripe account that your company does not use.")
            )

    # What differs between readers and locations

    _stripe_name_field = None  # here
    _stripe_name_param = None  # at Stripe

    def _check_stripe_remove(self):
        """Refuse to remove what is in use.

        :raise UserError: with what uses it
        """
        raise NotImplementedError

    def _stripe_update(self, gateway, params):
        """Change it at Stripe and return it as in Stripe's API.

        :raise StripeProblem: from asking Stripe
        """
        raise NotImplementedError

    def _stripe_delete(self, gateway):
        """Delete it at Stripe.

        :raise StripeProblem: from asking Stripe
        """
        raise NotImplementedError

    @api.model
    def _stripe_page(self, gateway, params):
        """Return the `Reply` with one page of the account's list.

        :raise StripeProblem: from asking Stripe
        """
        raise NotImplementedError

    @api.model
    def _stripe_values(self, provider, data):
        """Return the field values for an object as in Stripe's API."""
        raise NotImplementedError

    @api.model
    def _stripe_fetch(self, provider):
        """Read all from Stripe, page by page, store it, and archive what is no longer listed.

        :param provider: a `payment.provider`, may be empty
        :return: the records that Stripe listed
        :raise StripeProblem: from asking Stripe, or without provider or key
        """
        # Somebody waits for the screen.
        gateway = provider.sudo()._stripe_terminal_gateway(CHECK_TIMEOUT)
        records = self.browse()
        for page in pages(lambda params: self._stripe_page(gateway, params), {"limit": PAGE_SIZE}):
            records |= self._store(provider, page.data["data"])
        stale = self.sudo().search(
            [("provider_id", "=", provider.id), ("id", "not in", records.ids)]
        )
        quiet_lock(stale)
        stale.active = False
        return records

    @api.model
    def _store(self, provider, listed):
        """Create or update the records of what Stripe lists.

        :param provider: the `payment.provider` whose account has them
        :param list[dict] listed: objects as in Stripe's API
        :return: their records, in the same order
        """
        everything = self.sudo().with_context(active_test=False)
        known = {
            record.stripe_id: record
            for record in everything.search([("provider_id", "=", provider.id)])
        }
        records = self.browse()
        for data in listed:
            values = {
                "livemode": bool(data.get("livemode")),
                "active": True,
                **self._stripe_values(provider, data),
            }
            record = known.get(data["id"])
            if record:
                # What is the same is not written: tills read these rows while they are refreshed.
                changed = {
                    name: new
                    for name, new in values.items()
                    if self._fields[name].convert_to_write(record[name], record) != new
                }
                if changed:
                    quiet_lock(record)
                    record.write(changed)
            else:
                record = everything._insert(provider, data["id"])
                record.write({**values, "provider_id": provider.id})
            records |= self.browse(record.id)
        return records

    @api.model
    def _insert(self, provider, stripe_id):
        """Return a new record of an object that another request may store at this moment.

        Two screens refresh the same list. PostgreSQL then reports a serialization failure here,
        and Odoo repeats the request; the ORM's create would report a broken constraint instead.
        """
        self.env.cr.execute(
            SQL(
                """INSERT INTO %s (provider_id, stripe_id, create_uid, create_date, write_uid,
                       write_date)
                   VALUES (%s, %s, %s, %s, %s, %s)
                   ON CONFLICT (provider_id, stripe_id) DO NOTHING RETURNING id""",
                SQL.identifier(self._table),
                provider.id,
                stripe_id,
                self.env.uid,
                fields.Datetime.now(),
                self.env.uid,
                fields.Datetime.now(),
            ),
            log_exceptions=False,
        )
        return self.browse(self.env.cr.fetchone()[0])
