from odoo import models


class PosSession(models.Model):
    """Tills are told of no fields that they do not load."""

    _inherit = "pos.session"

    def _load_pos_data_relations(self, model, fields):
        """Leave out what only the office shows, see `pos.load.mixin`."""
        relations = super()._load_pos_data_relations(model, fields)
        loaded = self.env[model]
        # Not all of them are loaded by the mixin's ways.
        if hasattr(loaded, "_stripe_office_fields"):
            for name in loaded._stripe_office_fields():
                relations.pop(name, None)
        return relations
