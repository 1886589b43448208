import hashlib
from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..stripe_terminal.errors import StripeProblem

DEVICE_NAMES = {
    "bbpos_chipper2x": "BBPOS Chipper 2X BT",
    "bbpos_wisepad3": "BBPOS WisePad 3",
    "bbpos_wisepos_e": "BBPOS WisePOS E",
    "mobile_phone_reader": "Tap to Pay",
    "stripe_m2": "Stripe Reader M2",
    "stripe_s700": "Stripe Reader S700",
    "stripe_s710": "Stripe Reader S710",
    "stripe_t600": "Stripe Reader T600",
    "verifone_P400": "Verifone P400",
    "verifone_m425": "Verifone M425",
    "verifone_p630": "Verifone P630",
    "verifone_ux700": "Verifone UX700",
    "verifone_v660p": "Verifone V660p",
    "wisepos_e": "BBPOS WisePOS E",
}


class PosStripeReader(models.Model):
    """A card reader as Stripe listed it last."""

    _name = "pos.stripe.reader"
    _inherit = ["pos.stripe.account.item"]
    _description = "Stripe Card Reader"
    _order = "label, serial_number, id"
    _rec_names_search = ("label", "serial_number")

    serial_number = fields.Char(readonly=True, index=True)
    label = fields.Char(string="Name", readonly=True)
    device_type = fields.Char(string="Stripe Device Type", readonly=True)
    device_name = fields.Char(string="Model", compute="_compute_device_name")
    software_version = fields.Char(readonly=True)
    location_id = fields.Many2one("pos.stripe.location", readonly=True, index="btree_not_null")
    location_name = fields.Char(related="location_id.name", string="Location Name")
    stripe_location_id = fields.Char(string="Stripe Location ID", readonly=True)
    status = fields.Selection([("online", "Online"), ("offline", "Offline")], readonly=True)
    last_seen_at = fields.Datetime(string="Last Seen", readonly=True)

    _stripe_name_field = "label"
    _stripe_name_param = "label"

    @api.depends("label", "serial_number")
    def _compute_display_name(self):
        for reader in self:
            names = [reader.label or reader.serial_number or reader.stripe_id]
            if reader.serial_number not in (False, *names):
                names.append(f"({reader.serial_number})")
            reader.display_name = " ".join(names)

    @api.depends("device_type")
    @api.depends_context("lang")
    def _compute_device_name(self):
        for reader in self:
            device_type = reader.device_type or ""
            plain_type = device_type.removeprefix("simulated_")
            name = DEVICE_NAMES.get(plain_type, plain_type)
            if plain_type != device_type:
                name = self.env._("%s (simulated)", name)
            reader.device_name = name

    def action_stripe_refresh(self):
        """Read the readers and locations of the user's companies from Stripe again.

        :return: a notification with what came of it, which also reloads the list
        """
        self.env["pos.payment.method"].check_access("write")
        readers, advice = self.browse(), []
        company_of = {
            self.env["payment.provider"]._stripe_terminal_provider(company): company
            for company in self.env.companies
        }
        # Other companies of the user may do without Stripe.
        with_key = {
            provider: company
            for provider, company in company_of.items()
            if provider.stripe_secret_key
        }
        for provider, company in (with_key or company_of).items():
            try:
                self.env["pos.stripe.location"]._stripe_fetch(provider)
                readers |= self._stripe_fetch(provider)
            except StripeProblem as problem:
                advice.append(provider._stripe_terminal_advice(problem, company))
        if with_key:
            count = self.env._("Card readers registered with Stripe: %s", len(readers))
            advice.insert(0, count)
        is_good = readers and len(advice) == 1
        return self.env["payment.provider"]._stripe_terminal_notification(
            "success" if is_good else "warning", "\n".join(advice)
        )

    def action_stripe_pair(self):
        """Open the dialog that adds a reader, with the locations that Stripe has now.

        :raise UserError: Stripe cannot be asked, with what to do about it
        """
        self.env["pos.payment.method"].check_access("write")
        provider = self.env["payment.provider"]._stripe_terminal_provider(self.env.company)
        try:
            self.env["pos.stripe.location"]._stripe_fetch(provider)
        except StripeProblem as problem:
            raise UserError(
                provider._stripe_terminal_advice(problem, self.env.company)
            ) from problem
        return self.env["ir.actions.act_window"]._for_xml_id(
            "pos_payment_stripe.pos_stripe_pairing_action"
        )

    def action_stripe_diagnosis(self):
        """Open the test of this reader, from the key to a payment."""
        self.ensure_one()
        return self.env["pos.stripe.diagnosis"]._start(self)

    @api.model
    def _stripe_register(self, location, registration_code, label, attempt):
        """Register a reader with the account of a location.

        See https://docs.stripe.com/api/terminal/readers/create

        :param location: a `pos.stripe.location`
        :param str registration_code: as the reader shows it, or `simulated-wpe`
        :param str | bool label: its name; Stripe takes the serial number without one
        :param str attempt: names the person's attempt: with the same code it is one request, also
            when its answer was lost
        :return: its record
        :raise AccessError: as `_check_own_account`
        :raise UserError: Stripe did not do it
        """
        location._check_own_account()
        provider = location.sudo().provider_id
        params = {"registration_code": registration_code, "location": location.stripe_id}
        if label:
            params["label"] = label
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        asked = hashlib.sha256(repr(sorted(params.items())).encode()).hexdigest()
        key = f"{database}:pairing:{attempt}:{asked}"
        try:
            data = provider._stripe_terminal_gateway().create_reader(params, key).data
        except StripeProblem as problem:
            raise UserError(provider._stripe_terminal_setup_advice(problem)) from problem
        return self._store(provider, [data])

    @api.model
    def _stripe_page(self, gateway, params):
        return gateway.list_readers({**params, "expand": ["data.location"]})

    def _stripe_update(self, gateway, params):
        return gateway.update_reader(self.stripe_id, params).data

    def _stripe_delete(self, gateway):
        gateway.delete_reader(self.stripe_id)

    def _check_stripe_remove(self):
        methods = (
            self.env["pos.payment.method"]
            .sudo()
            .search(
                [
                    ("use_payment_terminal", "=", "stripe_terminal"),
                    ("stripe_serial_number", "=", self.serial_number),
                    ("company_id", "child_of", self.company_id.id),
                ]
            )
        )
        if methods:
            names = methods.sudo(False)._filtered_access("read").mapped("name")
            raise UserError(
                self.env._(
                    "%(reader)s is used by %(methods)s. Choose another reader there first, or "
                    "archive the payment method.",
                    reader=self.display_name,
                    methods=", ".join(names) or self.env._("another company"),
                )
            )
        if (
            self.env["pos.stripe.payment"]
            .sudo()
            .search_count([("reader_id", "=", self.id), ("holds_reader", "=", True)], limit=1)
        ):
            raise UserError(
                self.env._(
                    "A payment is running on %(reader)s. Wait until it is finished.",
                    reader=self.display_name,
                )
            )

    @api.model
    def _store(self, provider, listed):
        """Store the locations that came with the readers, then the readers.

        :param provider: the `payment.provider` whose account has them
        :param list[dict] listed: readers as in Stripe's API, with or without expanded location
        :return: the readers' records, in the same order
        """
        locations = (data.get("location") for data in listed)
        expanded = {data["id"]: data for data in locations if isinstance(data, dict)}
        self.env["pos.stripe.location"]._store(provider, list(expanded.values()))
        return super()._store(provider, listed)

    @api.model
    def _stripe_values(self, provider, data):
        location = data.get("location")
        if isinstance(location, dict):
            location = location["id"]
        known_location = (
            self.env["pos.stripe.location"]
            .sudo()
            .with_context(active_test=False)
            .search([("provider_id", "=", provider.id), ("stripe_id", "=", location)], limit=1)
        )
        status = data.get("status")
        milliseconds = data.get("last_seen_at")
        return {
            "serial_number": data.get("serial_number") or False,
            "label": data.get("label") or False,
            "device_type": data.get("device_type") or False,
            "software_version": data.get("device_sw_version") or False,
            "status": status if status in dict(self._fields["status"].selection) else False,
            "last_seen_at": (
                datetime.fromtimestamp(milliseconds // 1000, timezone.utc).replace(tzinfo=None)
                if milliseconds
                else False
            ),
            "location_id": known_location.id,
            "stripe_location_id": location or False,
        }
