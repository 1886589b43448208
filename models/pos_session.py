from markupsafe import Markup

from odoo import models
from odoo.exceptions import AccessError, UserError

from .pos_payment_method import TERMINAL


class PosSession(models.Model):
    """A session with card payments closes when they agree with Stripe, or a manager says so."""

    _inherit = "pos.session"

    def stripe_terminal_compare(self, again=False):
        """Return how the session's card payments agree with Stripe; has Stripe asked beside it.

        A till asks again and again while the state is `comparing`.

        :param bool again: have Stripe asked anew
        :return: see `pos.stripe.comparison._result`; the state `none` without a Stripe terminal
        :raise AccessError: for those who do not sell
        """
        self.ensure_one()
        self._stripe_terminal_check_cashier()
        comparison = self._stripe_terminal_comparison()
        if not comparison:
            return {"state": "none", "sentence": "", "differences": []}
        comparison._ask(again)
        return comparison._result()

    def stripe_terminal_accept(self, keys):
        """Note that the session may be closed with the differences that were shown.

        :param list keys: of those differences
        :raise AccessError: for those who are no managers; where employees log in, the one who is
            logged in at the till needs advanced rights
        """
        self.ensure_one()
        self._stripe_terminal_check_cashier()
        person = self.env.user
        if self.config_id.module_pos_hr:
            person = self.sudo().employee_id
            may_accept = person in self.config_id.sudo().advanced_employee_ids or (
                person.user_id.has_group("point_of_sale.group_pos_manager")
            )
        else:
            may_accept = person.has_group("point_of_sale.group_pos_manager")
        if not may_accept:
            raise AccessError(
                self.env._("Only a manager can close the session while it differs from Stripe.")
            )
        self._stripe_terminal_comparison()._accept(keys, person.name)
