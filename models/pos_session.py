from markupsafe import Markup

from odoo import models
from odoo.exceptions import AccessError, UserError

from ..stripe_terminal.settlement import CANCELED, PAID
from .pos_config import MANAGER


class PosSession(models.Model):
    """A session with card payments closes when they agree with Stripe, or a manager says so."""

    _name = "pos.session"
    _inherit = ["pos.session", "mail.activity.pos.managers.mixin"]

    def stripe_terminal_compare(self, again=False):
        """Tell whether the session's card payments agree with Stripe; Stripe is asked beside it.

        A till calls this again and again while the state is `comparing`.

        :param bool again: have Stripe asked anew, as when the register is about to be closed
        :return: see `pos.stripe.comparison._result`; the state `none` without a Stripe terminal
        :raise AccessError: for those who do not sell
        :raise UserError: the session is closed
        """
        self._stripe_terminal_check_cashier()
        comparison = self._stripe_terminal_comparison()
        if not comparison:
            return {"state": "none", "sentence": "", "differences": [], "accepted": False}
        comparison._ask(again)
        return comparison._result()

    def stripe_terminal_accept(self, keys, employee_id=None):
        """Note that the session may be closed with the differences that were shown.

        :param list keys: of those differences
        :param int | None employee_id: who is logged in at a till with employees, and has no PIN
        :raise AccessError: see `_stripe_terminal_accept`
        """
        self._stripe_terminal_accept(keys, employee_id)

    def _stripe_terminal_accept(self, keys, employee_id=None, pin=None):
        """Note that the session may be closed with differences, and who has said so.

        :param str | None pin: of the employee; never by a method of the ORM's routes, whose
            arguments Odoo may log
        :raise AccessError: for those who are no managers; where employees log in, the employee
            needs advanced rights, and the right PIN if there is one
        """
        self._stripe_terminal_check_cashier()
        comparison = self._stripe_terminal_comparison()
        config, user = self.config_id.sudo(), self.env.user
        if employee_id and config._stripe_terminal_has_logins():
            name = config._stripe_terminal_name(employee_id, pin)
        else:
            name = user.has_group(MANAGER) and user.name
        if not name:
            raise AccessError(
                self.env._("Only a manager can close the session while it differs from Stripe.")
            )
        comparison._accept(keys, name)

    def _stripe_terminal_check_cashier(self):
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("point_of_sale.group_pos_user"):
            raise AccessError(self.env._("You cannot close this session."))
        if self.state == "closed":
            raise UserError(
                self.env._("This session is closed, so there is nothing to compare with Stripe.")
            )

    def _stripe_terminal_comparison(self):
        """Return the session's comparison in sudo, empty when there is nothing to compare."""
        self.ensure_one()
        comparisons = self.env["pos.stripe.comparison"].sudo()
        is_concerned = self._stripe_terminal_methods() or self.env[
            "pos.stripe.payment"
        ].sudo().search_count([("session_id", "=", self.id)], limit=1)
        return comparisons._for_session(self) if is_concerned else comparisons

    def _stripe_terminal_methods(self):
        """Return the session's payment methods with a Stripe reader, in sudo."""
        return self.sudo().payment_method_ids.filtered(lambda method: method._is_stripe_terminal())

    # Closing

    def _stripe_terminal_obstacle(self):
        """Return why the session must not be closed now, or None."""
        comparison = self._stripe_terminal_comparison()
        if not comparison:
            return None
        result = comparison._result()
        if result["state"] == "agrees" or result["accepted"]:
            return None
        if result["state"] == "comparing":
            return self.env._("The card payments are still being compared with Stripe.")
        problems = [difference["problem"] for difference in result["differences"]]
        return "\n".join(
            [self.env._("The card payments differ from what Stripe knows:"), *problems]
        )

    def _stripe_terminal_check_closing(self):
        obstacle = self._stripe_terminal_obstacle()
        if obstacle:
            raise UserError(obstacle)

    def _cannot_close_session(self, bank_payment_method_diffs=None):
        """Hold a till's closing up while the card payments differ from what Stripe knows."""
        reason = super()._cannot_close_session(bank_payment_method_diffs)
        obstacle = not reason and self._stripe_terminal_obstacle()
        if obstacle:
            return {
                "successful": False,
                "title": self.env._("Compare with Stripe"),
                "message": obstacle,
                "redirect": False,
                "stripe_terminal": True,
            }
        return reason

    def update_closing_control_state_session(self, notes):
        """Keep the session selling while the card payments differ from what Stripe knows.

        :raise UserError: nobody has accepted the differences
        """
        self._stripe_terminal_check_closing()
        return super().update_closing_control_state_session(notes)

    def action_pos_session_closing_control(self, *args, **kwargs):
        """Show the comparison in the backend, before anything is closed, unless it agrees."""
        for session in self:
            if session.state != "closed" and session._stripe_terminal_obstacle():
                return session._stripe_terminal_closing_action()
        return super().action_pos_session_closing_control(*args, **kwargs)

    def _validate_session(self, *args, **kwargs):
        """Note the differences that a manager closes with; refuse to close with others.

        What readers still ask for on behalf of orders that only their tills have is taken back,
        and what waited for a tip is captured: a closed session takes none any more.

        :raise UserError: nobody has accepted the differences
        """
        self._stripe_terminal_check_closing()
        comparison = self._stripe_terminal_comparison()
        differences = comparison._result()["differences"] if comparison else []
        result = super()._validate_session(*args, **kwargs)
        if result is True:
            rows = self.env["pos.stripe.payment"].sudo()
            rows = rows.search(
                [("session_id", "in", self.ids), ("state", "not in", (PAID, CANCELED))]
            )
            rows._give_up_left_over()
            if differences:
                self._stripe_terminal_note(comparison.accepted_by, differences)
        closed = self.filtered(lambda session: session.state == "closed")
        if closed:
            self.env["pos.stripe.payment"].sudo()._release_held([("session_id", "in", closed.ids)])
        return result

    def _stripe_terminal_note(self, person, differences):
        """Post the differences with which a person closed the session."""
        item = Markup("<li>%s</li>")
        problems = Markup("").join(item % difference["problem"] for difference in differences)
        self.message_post(
            body=Markup("%s<ul>%s</ul>")
            % (
                self.env._("%s closed the session although it differs from Stripe:", person),
                problems,
            )
        )

    def _stripe_terminal_closing_action(self):
        """Return the dialog that compares with Stripe and closes the session."""
        wizard = self.env["pos.stripe.closing"].create({"session_id": self.id})
        return {
            "name": self.env._("Compare with Stripe"),
            "type": "ir.actions.act_window",
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }
