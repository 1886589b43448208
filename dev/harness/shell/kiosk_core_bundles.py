"""Run in ``odoo shell``: ``patient_bundles.py``, with what tests of self-order take for granted."""

from harness.core_suite import patience

patience.be_patient()
# ``env`` comes from odoo shell.
company = env.company
# Their taxes are of the company's country, whose chart of accounts would have brought this along.
env["account.tax.group"].create(
    {
        "name": "Taxes",
        "company_id": company.id,
        "country_id": company.account_fiscal_country_id.id,
    }
)
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
