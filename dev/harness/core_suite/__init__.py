"""Odoo's own tests of the Point of Sale, as ``dev/test core`` runs them in Odoo's process."""
