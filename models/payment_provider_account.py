import hashlib
import logging

from markupsafe import Markup

from odoo import api, fields, models

from ..stripe_terminal.account import (
    LOCAL_CURRENCIES,
    PERMISSIONS,
    RESTRICTED,
    RESTRICTED_KEY_URL,
    examine,
)
from ..stripe_terminal.errors import Kind, StripeProblem
from ..stripe_terminal.gateway import CHECK_TIMEOUT

_logger = logging.getLogger(__name__)

LEVELS = ("success", "warning", "danger")
TICKS = {
    True: "fa-check text-success",
    False: "fa-times text-danger",
    None: "fa-question text-700",
}


def worst(advice):
    """Return the most urgent level of a list of (level, sentence)."""
    return max((level for level, _sentence in advice), key=LEVELS.index)


class PaymentProvider(models.Model):
    """What Stripe says of the secret key, asked when it is entered and when somebody wants it."""

    _inherit = "payment.provider"

    # What `stripe_terminal.account.examine` found, and `key`, the mark of the key it is about; with
    # what `_stripe_terminal_note_account` adds, which stays when the key is another one.
    stripe_terminal_account = fields.Json(copy=False, groups="base.group_system")
    stripe_terminal_account_level = fields.Selection(
        [("success", "Success"), ("warning", "Warning"), ("danger", "Danger")],
        compute="_compute_stripe_terminal_account",
        groups="base.group_system",
    )
    stripe_terminal_account_advice = fields.Text(
        compute="_compute_stripe_terminal_account", groups="base.group_system"
    )
    stripe_terminal_account_name = fields.Char(
        string="Stripe Account",
        compute="_compute_stripe_terminal_account",
        groups="base.group_system",
    )
    stripe_terminal_account_country_id = fields.Many2one(
        "res.country",
        string="Account Country",
        compute="_compute_stripe_terminal_account",
        groups="base.group_system",
    )
    stripe_terminal_account_mode = fields.Char(
        string="Key Mode", compute="_compute_stripe_terminal_account", groups="base.group_system"
    )
    stripe_terminal_account_charges = fields.Char(
        string="Real Payments",
        compute="_compute_stripe_terminal_account",
        groups="base.group_system",
    )
    stripe_terminal_account_permissions = fields.Html(
        string="Key Permissions",
        compute="_compute_stripe_terminal_account",
        sanitize=False,
        groups="base.group_system",
    )
    stripe_terminal_restricted_key_url = fields.Char(
        compute="_compute_stripe_terminal_restricted_key_url"
    )
    stripe_terminal_connect_works = fields.Boolean(compute="_compute_stripe_terminal_connect_works")

    @api.depends("stripe_terminal_account", "stripe_secret_key", "state", "company_id")
    @api.depends_context("lang")
    def _compute_stripe_terminal_account(self):
        for provider in self:
            facts = provider._stripe_terminal_facts()
            advice = provider._stripe_terminal_account_advice()
            is_known = "charges_enabled" in facts
            provider.stripe_terminal_account_level = worst(advice) if advice else False
            provider.stripe_terminal_account_advice = "\n".join(text for _level, text in advice)
            provider.stripe_terminal_account_name = is_known and f"{facts['name']} ({facts['id']})"
            provider.stripe_terminal_account_country_id = self._stripe_terminal_country(facts)
            provider.stripe_terminal_account_mode = (
                "permissions" in facts and provider._stripe_terminal_mode()
            )
            provider.stripe_terminal_account_charges = is_known and (
                self.env._("Enabled")
                if facts["charges_enabled"]
                else self.env._("Not enabled by Stripe yet")
            )
            provider.stripe_terminal_account_permissions = provider._stripe_terminal_ticks(facts)

    def _compute_stripe_terminal_restricted_key_url(self):
        self.stripe_terminal_restricted_key_url = RESTRICTED_KEY_URL

    def _compute_stripe_terminal_connect_works(self):
        # The hook of payment_stripe for the addon that completes Connect, on Odoo's own hosting.
        hook = type(self)._stripe_has_connected_account
        self.stripe_terminal_connect_works = not hook.__module__.startswith(
            "odoo.addons.payment_stripe."
        )

    def web_save(self, vals, specification, next_id=None):
        """Check a secret key that was entered in the form; whatever comes of it, it is saved."""
        answer = super().web_save(vals, specification, next_id)
        if not vals.get("stripe_secret_key"):
            return answer
        provider = self or self.browse(answer[0]["id"])
        if provider.code != "stripe":
            return answer
        provider._stripe_terminal_check_account()
        shown = self.browse(next_id) if next_id else provider
        return shown.with_context(bin_size=True).web_read(specification)

    def action_stripe_terminal_check_account(self):
        """Ask Stripe about the secret key.

        :return: a notification with what came of it, which also reloads the form
        """
        self.ensure_one()
        self.check_access("write")
        self._stripe_terminal_check_account()
        level, text = self.stripe_terminal_account_level, self.stripe_terminal_account_advice
        return self._stripe_terminal_notification(level, text)

    def _stripe_terminal_onboard(self):
        """Return the action that starts Stripe's onboarding, None where keys are entered by hand.

        :raise RedirectWarning: Stripe Connect is not available in the company's country
        """
        if not self.stripe_terminal_connect_works:
            return None
        if self.state == "enabled" or self.stripe_secret_key:
            return None
        return self.action_start_onboarding()

    def _stripe_terminal_check_account(self):
        """Ask Stripe whose the secret key is and what it may do, and store the answer.

        An answer that did not come leaves what is known of the same key.
        """
        self.ensure_one()
        before = self.stripe_terminal_account or {}
        facts = {**self._stripe_terminal_facts(), "key": self._stripe_terminal_key_mark()}
        facts.pop("problem", None)
        facts.update({name: before[name] for name in ("last", "former") if name in before})
        try:
            gateway = self._stripe_terminal_gateway(CHECK_TIMEOUT)
            facts.update(examine(gateway, self.stripe_secret_key.strip()))
        except StripeProblem as problem:
            _logger.warning("Stripe key of payment provider %s: %s", self.id, problem)
            facts["problem"] = {
                "kind": problem.kind.value,
                "code": problem.code,
                "http_status": problem.http_status,
            }
        if "id" in facts:
            self._stripe_terminal_note_account(facts)
        self.stripe_terminal_account = facts

    def _stripe_terminal_facts(self):
        """Return what Stripe said of the present secret key, {} when it was not asked yet."""
        self.fetch(["stripe_terminal_account", "stripe_secret_key"])
        facts = self.stripe_terminal_account or {}
        is_current = facts.get("key") == self._stripe_terminal_key_mark()
        return facts if self.stripe_secret_key and is_current else {}

    def _stripe_terminal_key_mark(self):
        """Return what tells one key from another and gives none away."""
        return hashlib.sha256((self.stripe_secret_key or "").strip().encode()).hexdigest()[:16]

    def _stripe_terminal_account_advice(self):
        """Return what to tell the administrator of the key, as a list of (level, sentence).

        :return: empty when Stripe was not asked yet
        """
        facts = self._stripe_terminal_facts()
        advice = self._stripe_terminal_sdk_advice() + self._stripe_terminal_mode_advice()
        if "problem" in facts:
            advice.append(self._stripe_terminal_problem_advice(facts["problem"]))
        elif facts:
            advice += self._stripe_terminal_permission_advice(facts)
        advice += self._stripe_terminal_former_advice(facts)
        # A warning: a register of the company may well sell in another currency.
        advice += [
            ("warning", sentence)
            for _level, sentence in self._stripe_terminal_currency_advice(
                facts, self.company_id.currency_id, self.company_id.name
            )
        ]
        if facts and not advice:
            advice.append(("success", self._stripe_terminal_all_is_well(facts)))
        return advice

    def _stripe_terminal_all_is_well(self, facts):
        if self._stripe_terminal_is_test():
            return self.env._(
                "Stripe accepts the key, and it may do all that card payments need. No real money "
                "moves with it."
            )
        return self.env._("Stripe accepts the key, and it may do all that card payments need.")

    def _stripe_terminal_mode_advice(self):
        """Return what to tell of a key for real payments where there should be none."""
        if "_live_" not in (self.stripe_secret_key or ""):
            return []
        if self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"):
            return [
                (
                    "danger",
                    self.env._(
                        "This database is a copy for tests, and the key takes real money. Replace "
                        "it with a key for tests: it begins with sk_test_ or rk_test_."
                    ),
                )
            ]
        if self.state == "test":
            return [
                (
                    "danger",
                    self.env._(
                        "The payment provider is in test mode, and the key takes real money. "
                        "Replace it with a key for tests, which begins with sk_test_ or rk_test_, "
                        "or enable the provider."
                    ),
                )
            ]
        return []

    def _stripe_terminal_problem_advice(self, problem):
        """Return level and sentence for a key that could not be checked.

        :param dict problem: as `_stripe_terminal_check_account` stores it
        """
        kind, code, http_status = Kind(problem["kind"]), problem["code"], problem["http_status"]
        if http_status is None and kind == Kind.ambiguous:
            return "warning", self.env._(
                "Stripe cannot be reached, so the key could not be checked. It is saved. Check the "
                "internet connection of the Odoo server, then press “Check the key”."
            )
        if kind in (Kind.ambiguous, Kind.offline):
            return "warning", self.env._(
                "Stripe has a technical problem or too much to do, so the key could not be "
                "checked. It is saved. Press “Check the key” in a while."
            )
        unsolved = StripeProblem(kind, code, http_status=http_status)
        return "danger", self._stripe_terminal_advice(unsolved, self.company_id)

    def _stripe_terminal_permission_advice(self, facts):
        """Return what to tell of missing permissions, and of an account that may not charge."""
        advice = []
        answers = facts["permissions"]
        missing = [one for one in PERMISSIONS if answers.get(one.name) is False]
        if any(one.is_needed for one in missing):
            advice.append(
                (
                    "danger",
                    self.env._(
                        "The key cannot take card payments: it lacks %s. Edit the key in Stripe's "
                        "dashboard (Developers, API keys), then press “Check the key”.",
                        ", ".join(f"“{one.label}”" for one in missing if one.is_needed),
                    ),
                )
            )
        elif missing:
            advice.append(
                (
                    "warning",
                    self.env._(
                        "The key can take card payments, but lacks %s. What that is for is listed "
                        "with the permissions.",
                        ", ".join(f"“{one.label}”" for one in missing),
                    ),
                )
            )
        if any(answers.get(one.name) is None for one in PERMISSIONS):
            advice.append(
                (
                    "warning",
                    self.env._(
                        "Not every permission could be checked. Press “Check the key” in a while."
                    ),
                )
            )
        if facts.get("charges_enabled") is False and not self._stripe_terminal_is_test():
            advice.append(
                (
                    "danger",
                    self.env._(
                        "The Stripe account %(account)s cannot take real payments yet. Finish its "
                        "activation in Stripe's dashboard.",
                        account=facts["name"],
                    ),
                )
            )
        return advice

    def _stripe_terminal_currency_advice(self, facts, currency, seller):
        """Return what to tell of the country of an account, and of a currency to charge in.

        :param dict facts: see `_stripe_terminal_facts`
        :param currency: the `res.currency` that cards are charged in
        :param str seller: the name of the company or payment method that charges in it
        :return: list of (level, sentence), empty where the country is not known
        """
        country = self._stripe_terminal_country(facts)
        if not country:
            return []
        local = LOCAL_CURRENCIES.get(country.code)
        if not local:
            return [
                (
                    "warning",
                    self.env._(
                        "The Stripe account is in %(country)s, where Stripe has no card "
                        "readers as far as is known here. Ask Stripe before you buy one.",
                        country=country.name,
                    ),
                )
            ]
        if currency.name == local:
            return []
        return [
            (
                "danger",
                self.env._(
                    "%(seller)s sells in %(currency)s, but card readers of a Stripe account in "
                    "%(country)s take %(local)s only. Sell in %(local)s, or use a Stripe account "
                    "in a country with %(currency)s.",
                    seller=seller,
                    currency=currency.name,
                    country=country.name,
                    local=local,
                ),
            )
        ]

    def _stripe_terminal_country(self, facts):
        """Return the `res.country` of the account, empty where it is not known."""
        code = facts.get("country")
        countries = self.env["res.country"]
        return countries.search([("code", "=", code)], limit=1) if code else countries

    def _stripe_terminal_mode(self):
        if self._stripe_terminal_is_test():
            return self.env._("Test mode or sandbox")
        return self.env._("Live: real payments")

    def _stripe_terminal_ticks(self, facts):
        """Return what the key may do as HTML, False when that is not known."""
        if "permissions" not in facts:
            return False
        if not self.stripe_secret_key.startswith(RESTRICTED):
            return self.env._(
                "Full access. A restricted key (rk_…) with fewer permissions is enough."
            )
        rows = [
            Markup('<li><i class="fa fa-fw {}"></i> <strong>{}</strong>: {}</li>').format(
                TICKS[facts["permissions"].get(one.name)], one.label, self.env._(one.purpose)
            )
            for one in PERMISSIONS
        ]
        return Markup('<ul class="list-unstyled mb-0">{}</ul>').format(Markup("").join(rows))
