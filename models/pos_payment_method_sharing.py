from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .pos_payment_method import CORE_TERMINAL, TERMINAL


class PosPaymentMethod(models.Model):
    """Registers of a company may share a reader, and the form says with whom."""

    _inherit = "pos.payment.method"

    stripe_reader_sharing = fields.Char(
        string="Shared Card Reader", compute="_compute_stripe_reader_sharing"
    )

    @api.depends("use_payment_terminal", "stripe_serial_number", "company_id", "config_ids")
    def _compute_stripe_reader_sharing(self):
        for method in self:
            users = method._stripe_reader_users()
            method.stripe_reader_sharing = len(users) > 1 and self.env._(
                "This reader is shared by %(users)s. It takes one payment at a time: who has to "
                "wait is told which order it is busy with.",
                users=", ".join(users),
            )

    def _stripe_reader_users(self):
        """Return the names of the registers that share this method's reader.

        Registers of another method are named with it, and so is a method without register.
        """
        if not self._is_stripe_terminal() or not self.stripe_serial_number:
            return []
        others = self.search(
            [
                ("use_payment_terminal", "=", TERMINAL),
                ("stripe_serial_number", "=", self.stripe_serial_number),
                ("company_id", "=", self.company_id.id),
                ("id", "!=", self._origin.id),
            ]
        )
        names = self.config_ids.mapped("name") or [self.name or ""]
        for other in others:
            registers = other.config_ids.mapped("name")
            names += [f"{register} ({other.name})" for register in registers] or [other.name]
        return names

    @api.constrains("active", "use_payment_terminal", "stripe_serial_number", "company_id")
    def _check_stripe_reader_sharing(self):
        """Keep a reader to one company, and away from Odoo's own addon, which shares none."""
        # Methods of an addon that was uninstalled charge nobody.
        selection = self.browse()._get_payment_terminal_selection()
        terminals = {TERMINAL, CORE_TERMINAL} & {*dict(selection)}
        for method in self:
            if not method.active or not method._is_stripe_terminal():
                continue
            others = self.sudo().search(
                [
                    ("use_payment_terminal", "in", terminals),
                    ("stripe_serial_number", "=", method.stripe_serial_number),
                    ("id", "!=", method.id),
                ]
            )
            if others.company_id - method.company_id:
                raise ValidationError(
                    self.env._(
                        "The card reader %(serial_number)s is already used by another company. "
                        "A reader serves the registers of one company only.",
                        serial_number=method.stripe_serial_number,
                    )
                )
            core = others.filtered(lambda other: other.use_payment_terminal == CORE_TERMINAL)
            if core:
                raise ValidationError(
                    self.env._(
                        "The card reader %(serial_number)s is used by %(methods)s with Odoo's own "
                        "Stripe addon. Convert that payment method too, or choose another reader.",
                        serial_number=method.stripe_serial_number,
                        methods=", ".join(core.mapped("name")),
                    )
                )

    def _validate_fields(self, field_names, excluded_names=()):  # pylint: disable=missing-return
        """Let our methods share a reader where core's `pos_stripe` is installed, too.

        Core refuses any serial number that another method has. That rule stays for core's methods,
        and is checked also when one of ours becomes core's; ours have their own.
        """
        names = set(field_names)
        ours = self.filtered(lambda method: method._is_stripe_terminal())
        ours_names = others_names = names
        if "stripe_serial_number" in names:
            ours_names = names - {"stripe_serial_number"} | {"use_payment_terminal"}
        if "use_payment_terminal" in names:
            others_names = names | {"stripe_serial_number"}
        for methods, checked in ((ours, ours_names), (self - ours, others_names)):
            if methods:
                super(PosPaymentMethod, methods)._validate_fields(checked, excluded_names)
