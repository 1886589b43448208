"""Run in ``odoo shell``: make the company that tests share; Odoo's own make one for each class."""

# ``env`` comes from odoo shell.
company = env["res.company"].create({"name": "Shared by tests"})
charts = env["account.chart.template"]
chart = charts._guess_chart_template(company.country_id)
charts.try_loading(chart, company=company, install_demo=False)
if not company.account_fiscal_country_id:
    company.account_fiscal_country_id = env.ref("base.us")
env.cr.commit()
