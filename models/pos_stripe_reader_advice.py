import re

from odoo import api, fields, models
from odoo.tools.misc import format_datetime

from ..stripe_terminal import money

# Readers do not all update in the same night, so that one version behind is no news.
VERSIONS_BEHIND = 2


def _version(text):
    """Return a software version such as 2.36.0.2 as numbers, None for any other form."""
    text = text or ""
    return re.fullmatch(r"\d+(\.\d+)+", text) and tuple(int(part) for part in text.split("."))


def _is_far_behind(version, newest):
    """Tell whether a reader has missed updates: an older generation, or several versions of one."""
    return version[0] < newest[0] or (
        version[0] == newest[0] and version[1] + VERSIONS_BEHIND <= newest[1]
    )


class PosStripeReader(models.Model):
    """What to do about a reader that is silent or old. It never keeps a till from paying.

    Stripe publishes no list of versions, so that a reader is compared with the newest one of the
    same model in the account; where that says nothing, nothing is said.
    """

    _inherit = "pos.stripe.reader"

    advice = fields.Char(compute="_compute_advice", compute_sudo=True)

    @api.depends("status", "last_seen_at", "software_version", "device_type", "active")
    @api.depends_context("lang", "tz")
    def _compute_advice(self):
        newest = self._newest_versions()
        for reader in self:
            device_type = reader.device_type or ""
            if device_type.startswith("simulated_") or not reader.active:
                reader.advice = False
                continue
            sentences = [
                reader._advice_silent(),
                reader._advice_old(newest.get((reader.provider_id.id, device_type))),
            ]
            reader.advice = " ".join(filter(None, sentences)) or False

    def _newest_versions(self):
        """Return the newest software version, as numbers, by provider and device type."""
        newest = {}
        groups = self.env["pos.stripe.reader"]._read_group(
            [("provider_id", "in", self.provider_id.ids), ("software_version", "!=", False)],
            ["provider_id", "device_type", "software_version"],
        )
        for provider, device_type, software_version in groups:
            version, key = _version(software_version), (provider.id, device_type)
            if version:
                newest[key] = max(version, newest.get(key, version))
        return newest

    @api.model
    def stripe_help_facts(self):
        """Return what the help page about readers tells of the user's company.

        :return: dict of `minimum`, the smallest payment as text; False where Stripe tells none
        """
        currency = self.env.company.currency_id
        minimum = money.minimum_charge(currency.name)
        return {"minimum": bool(minimum) and currency._stripe_format(minimum)}

    def _advice_silent(self):
        """Say so when Stripe had not heard from the reader for two minutes at the last refresh."""
        if self.status != "offline":
            return None
        if not self.last_seen_at:
            return self.env._(
                "Stripe has never heard from it: switch it on and connect it to the internet."
            )
        return self.env._(
            "Silent since %s: check that it is on, charged and connected to the internet.",
            format_datetime(self.env, self.last_seen_at, dt_format="short"),
        )

    def _advice_old(self, newest):
        version = _version(self.software_version)
        if not version or not newest or not _is_far_behind(version, newest):
            return None
        return self.env._(
            "Its software is old: other readers of this model have %s. Leave it switched on and "
            "on power overnight, or restart it.",
            ".".join(map(str, newest)),
        )
