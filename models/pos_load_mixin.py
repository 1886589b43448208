from odoo import api, models

# The context of a model that is about to read records for a till.
READS_FOR_TILL = "stripe_reads_for_till"


class PosLoadMixin(models.AbstractModel):
    """What only the office shows does not travel to tills that load all fields of a model."""

    _inherit = "pos.load.mixin"

    @api.model
    def _stripe_office_fields(self):
        """Return the names of the fields that tills do without."""
        return frozenset()

    @api.model
    def _load_pos_data_read(self, records, config):
        """Read what the till loads, without what only the office shows."""
        if self._stripe_office_fields():
            self = self.with_context(**{READS_FOR_TILL: True})
        return super()._load_pos_data_read(records, config)

    @api.model
    def _load_pos_data_fields(self, config):
        """Name the fields one by one where a till reads all of them; an empty list means all."""
        names = super()._load_pos_data_fields(config)
        if names or not self.env.context.get(READS_FOR_TILL):
            return names
        office = self._stripe_office_fields()
        return [name for name in self.fields_get(attributes=()) if name not in office]
