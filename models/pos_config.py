from odoo import models


class PosConfig(models.Model):
    _inherit = "pos.config"

    def _stripe_terminal_advanced_employee(self, employee_id):
        """Return who is logged in at a till, in sudo; empty without advanced rights there.

        Such rights have the register's advanced employees and POS managers, as in `pos_hr`.

        :param int | None employee_id: as the till says
        """
        self.ensure_one()
        employee = self.env["hr.employee"].sudo().browse(employee_id or 0).exists()
        employee = employee.filtered(lambda one: one.company_id == self.company_id)
        is_manager = self.group_pos_manager_id in employee.user_id.all_group_ids
        return employee.filtered(lambda one: is_manager or one in self.advanced_employee_ids)
