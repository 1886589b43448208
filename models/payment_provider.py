import ipaddress
import os
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..stripe_terminal.account import PERMISSIONS, check_form
from ..stripe_terminal.errors import Kind, StripeProblem, sentence
from ..stripe_terminal.gateway import API_VERSION, READ_TIMEOUT, get_gateway

# A reader's success is not among them: it is told twice at once, and only the PaymentIntent says
# whether it was paid. Older webhooks tell it, which is of no harm.
WEBHOOK_EVENTS = [
    "charge.refunded",
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.succeeded",
    "refund.created",
    "refund.failed",
    "refund.updated",
    "terminal.reader.action_failed",
]


def _is_local(url):
    """Tell whether only this machine or its own network can reach a URL."""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".internal", ".lan", ".local", ".localhost"))


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    @api.model
    def _stripe_terminal_provider(self, company):
        """Return the Stripe provider of a company or its parents, in sudo; empty when none is.

        Terminal works with a provider that is disabled for online payments. One with a secret key
        comes first, then the one closest to the company, at last one that is not in test mode.
        Users find those of the companies that they have switched on.
        """
        if not self.env.su and company not in self.env.companies:
            return self.sudo().browse()
        # Every payment asks: not all columns of companies and providers are read for it.
        company = company.sudo()
        company.fetch(["parent_path"])
        providers = self.sudo().search_fetch(
            [("code", "=", "stripe"), ("company_id", "in", company.parent_ids.ids)],
            ["company_id", "state", "stripe_secret_key"],
        )
        return providers.sorted(
            lambda found: (
                bool(found.stripe_secret_key),
                len(found.company_id.parent_ids),
                found.state != "test",
            ),
            reverse=True,
        )[:1]

    def _stripe_terminal_gateway(self, read_timeout=READ_TIMEOUT):
        """Return the gateway to the Stripe account of this provider, whatever its state.

        Terminal needs the secret key only. Another address of Stripe's API, for tests, comes from
        the server's environment alone, so that nobody can redirect payments from a screen.

        :param int read_timeout: seconds to wait for Stripe's answer
        :return: stripe_terminal.gateway.Gateway
        :raise StripeProblem: `no_provider` on an empty recordset, `no_secret_key`, or a key that
            cannot be one, see `stripe_terminal.account.check_form`
        """
        if not self:
            raise StripeProblem(Kind.misconfigured, "no_provider")
        self.fetch(["stripe_secret_key"])
        secret_key = (self.stripe_secret_key or "").strip()
        if not secret_key:
            raise StripeProblem(Kind.misconfigured, "no_secret_key")
        check_form(secret_key)
        return get_gateway(secret_key, os.environ.get("STRIPE_API_BASE"), read_timeout)

    def _stripe_terminal_is_test(self):
        """Return whether the secret key belongs to Stripe's test mode or a sandbox."""
        return "_test_" in (self.stripe_secret_key or "")

    @api.model
    def _stripe_terminal_advice(self, problem, company):
        """Return what to tell the person who sets up the terminals of a company.

        :param StripeProblem problem: why Stripe could not be asked
        """
        if problem.code == "no_provider":
            return self.env._(
                "There is no Stripe payment provider for %(company)s. An administrator can "
                "duplicate the one of another company, or install Stripe in Payment Providers, "
                "and enter the secret key.",
                company=company.name,
            )
        advice = self._stripe_terminal_key_advice(problem.code)
        if advice:
            return advice
        if problem.http_status == 403:
            return self._stripe_terminal_permission_sentence(problem)
        if problem.http_status is None:
            return self.env._(
                "Stripe cannot be reached, so nothing could be checked. Check the internet "
                "connection of the Odoo server and try again. The payment method can be saved."
            )
        return self.env._(sentence(problem.code, problem.kind))

    def _stripe_terminal_key_advice(self, code):
        """Return what to do about a secret key that is missing or wrong; "" for other codes."""
        if code == "no_secret_key":
            return self.env._(
                "The Stripe payment provider has no secret key yet. An administrator enters it "
                "in the provider's credentials; the provider may stay disabled."
            )
        if code == "key_is_publishable":
            return self.env._(
                "The secret key of the Stripe payment provider is the publishable key (pk_…). "
                "Replace it with the secret key from the same page of Stripe's dashboard: it "
                "begins with sk_ or rk_."
            )
        if code == "key_is_webhook_secret":
            return self.env._(
                "The secret key of the Stripe payment provider is the secret of a webhook "
                "(whsec_…). Replace it with the secret key from Stripe's dashboard (Developers, "
                "API keys): it begins with sk_ or rk_."
            )
        if code == "key_is_incomplete":
            return self.env._(
                "The secret key of the Stripe payment provider has blanks or other characters in "
                "it that no key has. Reveal the key in Stripe's dashboard (Developers, API keys), "
                "press it to copy the whole of it, and paste it again."
            )
        if code == "api_key_invalid":
            return self.env._(
                "Stripe does not accept the secret key. Copy it again from Stripe's dashboard "
                "(Developers, API keys) to the credentials of the Stripe payment provider."
            )
        if code in ("api_key_expired", "platform_api_key_expired"):
            return self.env._(
                "The secret key has expired or was replaced in Stripe's dashboard. Copy the key "
                "that is there now (Developers, API keys) to the credentials of the Stripe payment "
                "provider."
            )
        return ""

    def _stripe_terminal_setup_advice(self, problem):
        """Return what to tell the person whose change at Stripe was not made.

        :param StripeProblem problem: why Stripe did not change, or perhaps did not
        """
        param = problem.param or ""
        if param == "registration_code":
            return self.env._(
                "Stripe does not accept this registration code. A code works once and for a short "
                "time: generate a new one on the reader, and enter it as it is shown there."
            )
        if param.startswith("address"):
            return self.env._(
                "Stripe does not accept the company's address: %s Correct it in the company's "
                "settings, then try again.",
                problem.message,
            )
        if problem.code in (
            "terminal_location_country_unsupported",
            "terminal_reader_invalid_location_for_activation",
        ):
            return self.env._(
                "The reader cannot be used in the country of this location. Choose a location in "
                "the country that the reader was bought for; it has to be the country of the "
                "Stripe account."
            )
        if problem.code == "resource_missing":
            return self.env._(
                "The Stripe account does not know this location or card reader any more. Press "
                "“Refresh from Stripe” in the list of card readers, then try again."
            )
        if problem.kind == Kind.ambiguous:
            return self.env._(
                "Stripe cannot be reached or has a problem. Check the internet connection of the "
                "Odoo server and try again."
            )
        if problem.kind == Kind.bug:
            return self.env._("Stripe did not accept it: %s", problem.message)
        return self._stripe_terminal_advice(problem, self.company_id or self.env.company)

    @api.model
    def _stripe_terminal_permission_sentence(self, problem):
        """Return which permission a restricted key lacks, or what Stripe says of it.

        :param StripeProblem problem: answered with 403
        """
        named = (
            permission.label
            for permission in PERMISSIONS
            if f"rak_{permission.name.rpartition('_')[0]}_" in problem.message
        )
        return self.env._(
            "The Stripe key lacks a permission. Give it “%s” in Stripe's dashboard "
            "(Developers, API keys), or use the secret key.",
            next(named, problem.message),
        )

    # Webhook

    stripe_terminal_webhook_secret = fields.Char(
        string="Card Readers Webhook Secret",
        help="Signs what Stripe tells about card payments in the Point of Sale. Without it, Odoo "
        "asks Stripe by itself, which takes a little longer.",
        copy=False,
        groups="base.group_system",
    )
    stripe_terminal_webhook_id = fields.Char(
        string="Card Readers Webhook ID", copy=False, readonly=True, groups="base.group_system"
    )

    def write(self, vals):
        """Forget the webhook when the key goes from tests to real payments or back.

        It is of the other mode at Stripe, and would never tell anything again.
        """
        if "stripe_secret_key" not in vals:
            return super().write(vals)
        was_test = {provider: provider._stripe_terminal_is_test() for provider in self}
        result = super().write(vals)
        self.filtered(
            lambda provider: (
                provider.stripe_terminal_webhook_id
                and provider._stripe_terminal_is_test() != was_test[provider]
            )
        )._stripe_terminal_forget_webhook()
        return result

    def _stripe_terminal_forget_webhook(self):
        """Take no more events; whatever is at Stripe stays there."""
        self.write({"stripe_terminal_webhook_secret": False, "stripe_terminal_webhook_id": False})

    def _stripe_terminal_check_public(self, url):
        """Refuse an address that Stripe does not send events to.

        :raise UserError: it is local, or no https address
        """
        simulated = _is_local(os.environ.get("STRIPE_API_BASE") or "https://api.stripe.com")
        if not simulated and (_is_local(url) or urlsplit(url).scheme != "https"):
            raise UserError(
                self.env._(
                    "Stripe can send events to a public https address only, and the address of "
                    "this database is %(url)s. Change the system parameter web.base.url if that is "
                    "wrong. Without a webhook card payments work too: Odoo asks Stripe by itself.",
                    url=self.get_base_url(),
                )
            )

    def action_stripe_terminal_create_webhook(self):
        """Create our webhook on the Stripe account, in place of those with the same address.

        The secret is told at creation only, so that an existing webhook is of no use.
        See https://docs.stripe.com/api/webhook_endpoints/create

        :return: a notification, which also reloads the form
        :raise UserError: Stripe could not reach the address, or did not do it
        """
        url = self._stripe_terminal_webhook_url()
        self._stripe_terminal_check_public(url)
        try:
            gateway = self._stripe_terminal_gateway()
            former = self._stripe_terminal_webhooks(gateway)
            webhook = gateway.create_webhook_endpoint(
                {
                    "url": url,
                    "enabled_events": WEBHOOK_EVENTS,
                    "api_version": API_VERSION,
                    "description": f"Odoo Point of Sale, {self.env.cr.dbname}",
                }
            ).data
        except StripeProblem as problem:
            raise UserError(self._stripe_terminal_webhook_advice(problem)) from problem
        self.write(
            {
                "stripe_terminal_webhook_secret": webhook["secret"],
                "stripe_terminal_webhook_id": webhook["id"],
            }
        )
        message = self.env._("Stripe now tells Odoo about card payments as soon as they happen.")
        try:
            for webhook_id in former:
                gateway.delete_webhook_endpoint(webhook_id)
        except StripeProblem as problem:
            # The new secret must not be lost for that.
            advice = self._stripe_terminal_webhook_advice(problem)
            message = self.env._(
                "The webhook works, but its predecessor %(webhook)s is still at Stripe. Delete it "
                "in Stripe's dashboard (Developers, Webhooks). %(advice)s",
                webhook=webhook_id,
                advice=advice,
            )
            return self._stripe_terminal_notification("warning", message)
        return self._stripe_terminal_notification("success", message)

    def action_stripe_terminal_remove_webhook(self):
        """Delete our webhook at Stripe and forget its secret.

        A webhook with another address than this database has now is left at Stripe: in a copy
        of the database it is the shop's.

        :return: a notification, which also reloads the form
        :raise UserError: Stripe did not do it; nothing is forgotten then
        """
        try:
            gateway = self._stripe_terminal_gateway()
            webhooks = self._stripe_terminal_webhooks(gateway)
            for webhook_id in webhooks:
                gateway.delete_webhook_endpoint(webhook_id)
        except StripeProblem as problem:
            raise UserError(self._stripe_terminal_webhook_advice(problem)) from problem
        known = self.stripe_terminal_webhook_id
        self._stripe_terminal_forget_webhook()
        if known and known not in webhooks:
            message = self.env._(
                "Odoo no longer takes events. The webhook %(webhook)s is not at Stripe with this "
                "database's address: if nobody needs it, delete it in Stripe's dashboard "
                "(Developers, Webhooks).",
                webhook=known,
            )
            return self._stripe_terminal_notification("warning", message)
        message = self.env._("The webhook is removed. Odoo asks Stripe by itself.")
        return self._stripe_terminal_notification("success", message)

    def _stripe_terminal_webhook_url(self):
        """Return the address that Stripe sends the events of this provider to."""
        self.ensure_one()
        return f"{self.get_base_url().rstrip('/')}/pos_payment_stripe/webhook/{self.id}"

    def _stripe_terminal_webhooks(self, gateway):
        """Return the ids of the webhooks that Stripe has for our address.

        :raise StripeProblem: from asking Stripe
        """
        # Stripe allows 16 of them: one page has all.
        listed = gateway.list_webhook_endpoints({"limit": 100}).data["data"]
        url = self._stripe_terminal_webhook_url()
        return [webhook["id"] for webhook in listed if webhook["url"] == url]

    def _stripe_terminal_webhook_advice(self, problem):
        """Return what to tell the administrator who sets up the webhook.

        :param StripeProblem problem: why it could not be done
        """
        if problem.http_status == 403:
            return self.env._(
                "The Stripe key may not manage webhooks. Give it the permission to write Webhook "
                "Endpoints in Stripe's dashboard, or use the secret key."
            )
        return self._stripe_terminal_setup_advice(problem)

    @api.model
    def _stripe_terminal_notification(self, level, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": level,
                "message": message,
                "sticky": level != "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
