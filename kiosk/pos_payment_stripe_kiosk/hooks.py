from odoo.addons.pos_payment_stripe.stripe_terminal import settlement

from .models.pos_stripe_payment_order import KIOSK_ORDER, KIOSK_RESULT

NOTHING_DUE = {"carry_due": False, "carry_at": False, "carry_tries": 0}


def uninstall_hook(env):
    """Take back what kiosks ask for just now, and leave no step behind that nobody does any more.

    What is paid and on no order stays among the unattached payments.
    """
    rows = env["pos.stripe.payment"].search([("of_kiosk", "=", True)])
    rows.filtered(lambda row: row.state in settlement.OPEN_STATES)._cancel()
    for row in rows.filtered("carry_due"):
        due = {
            step: reason
            for step, reason in row.carry_due.items()
            if step not in (KIOSK_ORDER, KIOSK_RESULT)
        }
        row.write({"carry_due": due} if due else NOTHING_DUE)
