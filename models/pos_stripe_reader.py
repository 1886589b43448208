from datetime import datetime, timezone

from odoo import api, fields, models

from ..stripe_terminal.errors import StripeProblem

PAGE_SIZE = 100  # the most that Stripe lists at once

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
    """A card reader as Stripe listed it last: Stripe is the truth, nothing is edited here."""

    _name = "pos.stripe.reader"
    _description = "Stripe Card Reader"
    _order = "label, serial_number, id"
    _rec_names_search = ("label", "serial_number")

    provider_id = fields.Many2one(
        "payment.provider", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="provider_id.company_id", store=True, index=True)
    stripe_id = fields.Char(string="Stripe ID", required=True, readonly=True)
    serial_number = fields.Char(readonly=True, index=True)
    label = fields.Char(string="Name", readonly=True)
    device_type = fields.Char(string="Stripe Device Type", readonly=True)
    device_name = fields.Char(string="Model", compute="_compute_device_name")
    software_version = fields.Char(readonly=True)
    stripe_location_id = fields.Char(string="Stripe Location ID", readonly=True)
    location_name = fields.Char(string="Location", readonly=True)
    status = fields.Selection([("online", "Online"), ("offline", "Offline")], readonly=True)
    last_seen_at = fields.Datetime(string="Last Seen", readonly=True)
    livemode = fields.Boolean(
        string="Live Mode", readonly=True, help="Takes real payments; off for test readers."
    )
    active = fields.Boolean(
        default=True, readonly=True, help="Off for readers that Stripe no longer lists."
    )

    _provider_stripe_id_unique = models.Constraint(
        "UNIQUE (provider_id, stripe_id)", "A reader is listed once for each payment provider."
    )

    @api.depends("label", "serial_number")
    def _compute_display_name(self):
        for reader in self:
            serial_number = reader.serial_number and f"({reader.serial_number})"
            names = filter(None, [reader.label, serial_number])
            reader.display_name = " ".join(names) or reader.stripe_id

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
        """Read the readers of the user's companies from Stripe again.

        :return: a notification with what came of it, which also reloads the list
        """
        self.env["pos.payment.method"].check_access("write")
        readers, advice = self.browse(), []
        for company in self.env.companies:
            provider = self.env["payment.provider"]._stripe_terminal_provider(company)
            try:
                readers |= self._stripe_fetch(provider)
            except StripeProblem as problem:
                advice.append(provider._stripe_terminal_advice(problem, company))
        if not advice:
            advice = [self.env._("%s card readers are registered with Stripe.", len(readers))]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if readers else "warning",
                "message": "\n".join(advice),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _stripe_fetch(self, provider, serial_number=None):
        """Read readers from Stripe, page by page, and store what it says about them.

        Without a serial number all are read, and those that Stripe no longer lists are archived.
        See https://docs.stripe.com/api/terminal/readers/list

        :param provider: a `payment.provider`, may be empty
        :param str | None serial_number: read this one only
        :return: the readers that Stripe listed
        :raise StripeProblem: from asking Stripe, or without provider or key
        """
        gateway = provider.sudo()._stripe_terminal_gateway()
        params = {"limit": PAGE_SIZE, "expand": ["data.location"]}
        if serial_number:
            params["serial_number"] = serial_number
        readers = self.browse()
        has_more = True
        while has_more:
            page = gateway.list_readers(params).data
            readers |= self._store(provider, page["data"])
            has_more = page["has_more"]
            if has_more:
                params["starting_after"] = page["data"][-1]["id"]
        if not serial_number:
            stale = self.sudo().search(
                [("provider_id", "=", provider.id), ("id", "not in", readers.ids)]
            )
            stale.active = False
        return readers

    @api.model
    def _store(self, provider, listed):
        """Create or update the records of readers.

        :param provider: the `payment.provider` whose account has them
        :param list[dict] listed: readers as in Stripe's API, with or without expanded location
        :return: their records, in the same order
        """
        all_readers = self.sudo().with_context(active_test=False)
        known = {
            reader.stripe_id: reader
            for reader in all_readers.search([("provider_id", "=", provider.id)])
        }
        readers = self.browse()
        for data in listed:
            values = self._stripe_values(data)
            reader = known.get(data["id"])
            if reader:
                # What is the same is not written: tills read these rows while they are refreshed.
                changed = {key: new for key, new in values.items() if reader[key] != new}
                if changed:
                    reader.write(changed)
            else:
                reader = all_readers.create(
                    {**values, "provider_id": provider.id, "stripe_id": data["id"]}
                )
            readers |= self.browse(reader.id)
        return readers

    @api.model
    def _stripe_values(self, data):
        """Return the field values for a reader as in Stripe's API."""
        values = {
            "serial_number": data.get("serial_number") or False,
            "label": data.get("label") or False,
            "device_type": data.get("device_type") or False,
            "software_version": data.get("device_sw_version") or False,
            "livemode": bool(data.get("livemode")),
            "active": True,
        }
        status = data.get("status")
        values["status"] = status if status in dict(self._fields["status"].selection) else False
        milliseconds = data.get("last_seen_at")
        values["last_seen_at"] = (
            datetime.fromtimestamp(milliseconds // 1000, timezone.utc).replace(tzinfo=None)
            if milliseconds
            else False
        )
        location = data.get("location")
        if isinstance(location, dict):
            values["location_name"] = location["display_name"]
            location = location["id"]
        values["stripe_location_id"] = location or False
        return values
