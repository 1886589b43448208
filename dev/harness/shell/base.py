"""Run in ``odoo shell``: an empty company becomes one that can sell, with all data in SQL."""

# ``env`` comes from odoo shell.
attachments = env["ir.attachment"]
settings = env["ir.config_parameter"]
company = env.company

# A copy of the database is then a whole copy: there is no folder of files beside it.
settings.set_param("ir_attachment.location", "db")
attachments.force_storage()

settings.set_param("database.is_neutralized", False)
euro = env.ref("base.EUR")
euro.active = True
belgium = env.ref("base.be")
company.write({"name": "Coffee Bar Ltd", "currency_id": euro.id, "country_id": belgium.id})
if not company.chart_template:
    env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
company.write({"currency_id": euro.id, "account_fiscal_country_id": belgium.id})
assert company.currency_id == euro, company.currency_id.name

env.cr.commit()
