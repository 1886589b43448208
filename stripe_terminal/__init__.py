"""Stripe Terminal without Odoo: gateway, error map, money and the settlement rules."""
