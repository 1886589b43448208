from odoo import fields, models


class PosStripeClosing(models.TransientModel):
    """Asks in the backend whether a session is closed although it differs from Stripe."""

    _name = "pos.stripe.closing"
    _description = "Compare a Session with Stripe"

    session_id = fields.Many2one("pos.session", required=True, readonly=True)
    shown = fields.Text(help="The keys of the differences that the dialog has shown, one a line.")

    def action_close(self):
        """Close the session; what differs was shown in this dialog and is accepted by the user.

        :return: what `action_pos_session_closing_control` returns: this dialog again where
            something differs that it has not shown
        :raise AccessError: it differs, and the user is no manager
        """
        self.ensure_one()
        if self.session_id.stripe_terminal_compare()["differences"]:
            self.session_id.stripe_terminal_accept((self.shown or "").splitlines())
        return self.session_id.action_pos_session_closing_control()
