from odoo import fields, models


class PosStripeHealth(models.TransientModel):
    """Shows operators whether payments move on."""

    _name = "pos.stripe.health"
    _description = "Monitoring of Card Payments"

    due = fields.Integer(
        string="Waiting for Odoo",
        compute="_compute_figures",
        help="Payments and refunds that Odoo is about to look at.",
    )
    oldest_due_seconds = fields.Integer(string="Longest Wait (seconds)", compute="_compute_figures")
    idle_seconds = fields.Integer(
        string="Scheduled Action Ran (seconds ago)",
        compute="_compute_figures",
        help="“Stripe Terminal: settle open payments” runs every minute.",
    )
    silent = fields.Integer(
        string="Silent Stripe Accounts",
        compute="_compute_figures",
        help="Stripe accounts that have not answered a payment or refund which is open.",
    )
    refused_captures = fields.Integer(
        compute="_compute_figures",
        help="Authorized payments that Stripe refuses to capture: their time runs out.",
    )
    unrecorded = fields.Integer(
        string="Not Recorded by Odoo",
        compute="_compute_figures",
        help="Stripe took the money, and Odoo tries again to record it.",
    )
    unverified = fields.Integer(
        compute="_compute_figures",
        help="Recorded as paid by a person, and not confirmed by Stripe yet.",
    )
    unpaid = fields.Integer(
        string="Recorded but Unpaid",
        compute="_compute_figures",
        help="Recorded as paid, and Stripe took another amount or nothing.",
    )
    unattached = fields.Integer(
        compute="_compute_figures", help="Charged, and no order shows the payment."
    )
    is_late = fields.Boolean(compute="_compute_figures")

    def _compute_figures(self):
        """Count what the user may read, now."""
        self.update(self.env["pos.stripe.payment"]._health())

    def action_open_payments(self):
        """Open the journal with the rows behind the `figure` that the context names."""
        journal = self.env["pos.stripe.payment"]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pos_payment_stripe.pos_stripe_payment_action"
        )
        rows = journal.search(journal._health_domains()[self.env.context.get("figure", "due")])
        return {**action, "domain": [("id", "in", rows.ids)], "context": {}, "target": "main"}
