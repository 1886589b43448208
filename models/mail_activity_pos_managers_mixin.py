from odoo import models

from ..guard import for_each


class PosStripeManagersMixin(models.AbstractModel):
    """What has activities of a company and can ask its POS managers to look at it."""

    _name = "mail.activity.pos.managers.mixin"
    _description = "Asks POS Managers to Look at It"

    def _stripe_tell_managers(self, summary, note):
        """Ask the POS managers, by an activity on the record, to look at it.

        :param str summary: a few words
        :param str note: what happened
        """
        self.ensure_one()
        group = self.env.ref("point_of_sale.group_pos_manager").sudo()
        # Not from here: the runner holds a place in the database, and mail servers are slow.
        record = self.sudo().with_context(mail_notify_force_send=False)
        managers = group.all_user_ids.filtered(
            lambda user: self.company_id in user.company_ids and not user.share
        )

        def tell(manager):
            record.activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, note=note, user_id=manager.id
            )

        failed = for_each(managers, tell)
        if managers and failed == managers:
            # Nobody was told: the caller has to know why.
            tell(managers[:1])
