from odoo import fields, models
from odoo.exceptions import AccessError

MANAGER = "point_of_sale.group_pos_manager"


class PosConfig(models.Model):
    """Who may force payments, close with a difference and refund cards, and how that is proved.

    Where employees log in (`pos_hr`), the till's Odoo user tells nothing of who stands there: an
    employee has advanced rights, and proves by the PIN to be that employee.
    """

    _inherit = "pos.config"

    stripe_refund_pin = fields.Boolean(
        string="Card Refunds Need a Manager's PIN",
        help=(
            "Card refunds at this register need the PIN of an employee who has advanced rights "
            "there or is a Point of Sale manager."
        ),
    )

    def write(self, vals):
        """Let POS managers only change who has which rights at a register.

        :raise AccessError: core lets every POS user write registers, and a right that its owner
            can write is none
        """
        user = self.env.user
        if user.has_group(MANAGER) or user._is_system():
            return super().write(vals)
        before = self._stripe_terminal_rights()
        result = super().write(vals)
        if self._stripe_terminal_rights() != before:
            raise AccessError(
                self.env._("Only a Point of Sale manager can change the rights at a register.")
            )
        return result

    def _stripe_terminal_rights(self):
        """Return what decides about rights at registers, as plain data to compare."""
        managers, has_list = self.env.ref(MANAGER), "advanced_employee_ids" in self._fields
        return [
            (
                config.stripe_refund_pin,
                config.module_pos_hr,
                config.group_pos_manager_id.id,
                config.company_id.id,
                # pos_hr adds those who are managers, whoever writes.
                has_list
                and set(
                    config.advanced_employee_ids.filtered(
                        lambda one: managers not in one.user_id.all_group_ids
                    ).ids
                ),
            )
            for config in self.sudo()
        ]

    def _stripe_terminal_has_logins(self):
        """Tell whether employees log in at the register's tills."""
        self.ensure_one()
        return self.module_pos_hr and "hr.employee" in self.env

    def _stripe_terminal_advanced_employees(self):
        """Return the employees, in sudo, with advanced rights at the register.

        These are POS managers and, where employees log in, the register's advanced employees, as
        in `pos_hr`; `hr` has to be there.
        """
        self.ensure_one()
        employees = (
            self.env["hr.employee"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("user_id.all_group_ids", "in", self.sudo().group_pos_manager_id.ids),
                ]
            )
        )
        if self._stripe_terminal_has_logins():
            employees |= self.sudo().advanced_employee_ids.filtered(
                lambda one: one.active and one.company_id == self.company_id
            )
        return employees

    def _stripe_terminal_name(self, employee_id, pin=None, late=False):
        """Return what journal and chatter call the employee who uses a right at the till.

        :param int | None employee_id: who is logged in, as the till says
        :param str | None pin: of that employee; where there is one it has to be right
        :param bool late: the till could not reach Odoo then, and no PIN can be verified now
        :return: the name, marked where it is the till's word alone; None without advanced rights
        :raise AccessError: the PIN is wrong, or was wrong too often
        """
        employee = self._stripe_terminal_advanced_employees().filtered(
            lambda one: one.id == employee_id
        )
        if not employee:
            return None
        if employee.pin and not late:
            self.env["pos.stripe.pin.guard"]._check(employee, pin)
            return employee.name
        return self.env._("%s (as the till says)", employee.name)

    # Refunds with a PIN

    def _stripe_terminal_approvers(self):
        """Return the employees, in sudo, whose PIN a card refund needs; empty if it needs none.

        :raise AccessError: nobody has such a PIN; the sentence says what to set up
        """
        self.ensure_one()
        if not self.stripe_refund_pin or self._stripe_terminal_is_managers():
            return ()
        has_employees = "hr.employee" in self.env
        employees = has_employees and self._stripe_terminal_advanced_employees().filtered("pin")
        if employees:
            return employees
        if self._stripe_terminal_has_logins():
            raise AccessError(
                self.env._(
                    "Card refunds at this register need the PIN of an employee with advanced "
                    "rights, and none of them has a PIN. Enter one on the employee's form."
                )
            )
        raise AccessError(
            self.env._(
                "Card refunds at this register need a Point of Sale manager. Log in to Odoo as "
                "one, or give an employee who is one a PIN in the Employees app."
            )
        )

    def _stripe_terminal_is_managers(self):
        """Tell whether the Odoo user, who is known by the login, is a POS manager at the till."""
        return not self._stripe_terminal_has_logins() and self.env.user.has_group(MANAGER)

    def _stripe_terminal_approve(self, employee_id, pin):
        """Return the name of who approves a card refund; None where no approval is needed.

        :param int | None employee_id: whose PIN was entered at the till
        :param str | None pin: as it was entered
        :raise AccessError: it is needed and missing or wrong, or cannot be verified
        """
        self.ensure_one()
        if not self.stripe_refund_pin:
            return None
        employees = self._stripe_terminal_approvers()
        if not employees:
            return self.env.user.name
        employee = employees.filtered(lambda one: one.id == employee_id)
        if not employee or not pin:
            raise AccessError(
                self.env._(
                    "Card refunds at this register need the PIN of a manager. If the till does not "
                    "ask for it, reload the till."
                )
            )
        self.env["pos.stripe.pin.guard"]._check(employee, pin)
        return employee.name
