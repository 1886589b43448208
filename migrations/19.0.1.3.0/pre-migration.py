from odoo.tools import SQL
from odoo.tools.sql import rename_column

# By table and column of what names them: parts of names as they were, and as they are.
RENAMED = (
    ("ir_model", "model", "pos.stripe.terminal.test", "pos.stripe.diagnosis"),
    ("ir_model_fields", "model", "pos.stripe.terminal.test", "pos.stripe.diagnosis"),
    ("ir_model_constraint", "name", "pos_stripe_terminal_test", "pos_stripe_diagnosis"),
    ("ir_model_data", "name", "pos_stripe_terminal_test", "pos_stripe_diagnosis"),
    ("ir_model_data", "name", "__in_till_refund", "__browser_sdk_refund"),
)


def migrate(cr, version):
    """Take over what is stored by the names of versions before: `in_till`, “terminal test”.

    Odoo would delete what it does not find in this version, with what an open refund knows of the
    charge that a page may have refunded already.
    """
    rename_column(cr, "pos_stripe_payment", "in_till_refund", "browser_sdk_refund")
    cr.execute(
        """UPDATE ir_model_fields SET name = 'browser_sdk_refund'
            WHERE model = 'pos.stripe.payment' AND name = 'in_till_refund'"""
    )
    cr.execute(
        """UPDATE pos_stripe_payment_event SET verb = 'collect_by_browser_sdk'
            WHERE verb = 'collect_in_till'"""
    )
    # A test that is under way ends with the update: its page asks for the model's former name.
    cr.execute("DROP TABLE pos_stripe_terminal_test")
    for table, column, before, now in RENAMED:
        cr.execute(
            SQL(
                "UPDATE %(table)s SET %(column)s = replace(%(column)s, %(before)s, %(now)s)"
                " WHERE strpos(%(column)s, %(before)s) > 0",
                table=SQL.identifier(table),
                column=SQL.identifier(column),
                before=before,
                now=now,
            )
        )
