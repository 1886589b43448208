from odoo import models


class PosSession(models.Model):
    _inherit = "pos.session"

    def _validate_session(self, *args, **kwargs):
        """Capture what still waited for a tip: a closed session takes none any more."""
        result = super()._validate_session(*args, **kwargs)
        closed = self.filtered(lambda session: session.state == "closed")
        if closed:
            self.env["pos.stripe.payment"].sudo()._release_held([("session_id", "in", closed.ids)])
        return result
