from odoo import fields, models

from ..stripe_terminal import settlement


class PaymentProvider(models.Model):
    """A key of another account than before: nothing that the former account has is of use then."""

    _inherit = "payment.provider"

    def _stripe_terminal_note_account(self, facts):
        """Compare the account of the key with the one that was known last.

        :param dict facts: see `_stripe_terminal_check_account`; `last`, with `id` and `name` of the
            account, is set, and `former` when there was another before it: also with `until`, the
            time (UTC) of the change
        """
        account = {"id": facts["id"], "name": facts["name"]}
        last = facts.get("last", account)
        if last["id"] != account["id"]:
            self._stripe_terminal_leave_account()
            is_back = (facts.get("former") or {}).get("id") == account["id"]
            now = fields.Datetime.to_string(fields.Datetime.now())
            facts["former"] = None if is_back else {**last, "until": now}
        facts["last"] = account

    def _stripe_terminal_leave_account(self):
        """Forget the webhook, readers and locations of the account of the key before."""
        self._stripe_terminal_forget_webhook()
        for model in ("pos.stripe.reader", "pos.stripe.location"):
            listed = self.env[model].sudo().search([("provider_id", "=", self.id)])
            listed.active = False

    def _stripe_terminal_former_advice(self, facts):
        """Return what to tell of payments that only the key of the former account can finish.

        :param dict facts: see `_stripe_terminal_note_account`
        :return: list of (level, sentence), empty when there are none
        """
        former = facts.get("former")
        count = former and self.env["pos.stripe.payment"].search_count(
            [
                ("provider_id", "=", self.id),
                ("state", "in", settlement.OPEN_STATES),
                ("requested", "=", True),
                ("create_date", "<=", former["until"]),
            ]
        )
        if not count:
            return []
        return [
            (
                "danger",
                self.env._(
                    "Card payments of the Stripe account %(account)s that are not finished: "
                    "%(count)s. Enter its key again until they are, then change the key.",
                    account=f"{former['name']} ({former['id']})",
                    count=count,
                ),
            )
        ]
