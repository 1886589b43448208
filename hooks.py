import logging
import time

from markupsafe import Markup

from odoo import SUPERUSER_ID, api
from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG
from odoo.exceptions import UserError

from . import runner
from .models.pos_payment_method import SWITCH, TERMINAL
from .stripe_terminal import settlement

_logger = logging.getLogger(__name__)

# Times a second that a payment which a till is just asking about is tried.
TRIES = 5


def uninstall_hook(env):
    """Leave a Point of Sale that sells, and say which payments nobody looks after any more.

    What `pos.payment` knows of a card is core's and stays; the journal goes. Payments are therefore
    taken back or read once more, and those that are not settled then are noted on their orders.
    """
    _settle_payments(env.registry)
    # Odoo's own transaction began long ago and does not see what was learnt just now.
    with env.registry.cursor() as cr:
        fresh = api.Environment(cr, SUPERUSER_ID, {})
        _settle_draft_lines(fresh)
        _note_unsettled(fresh)
        _remove_webhooks(fresh)
        _replace_activities(fresh)
        _free_payment_methods(fresh)
        fresh["ir.config_parameter"].search([("key", "=", SWITCH)]).unlink()
    env.invalidate_all()


def _settle_payments(registry):
    """Take running payments back at Stripe and read the others, until Stripe is found silent.

    In transactions of their own: tills and the runner write the same rows meanwhile.
    """
    with registry.cursor() as cr:
        journal = api.Environment(cr, SUPERUSER_ID, {})["pos.stripe.payment"]
        payment_ids = journal.search(
            [
                "|",
                "|",
                ("state", "in", settlement.OPEN_STATES),
                ("wanted", "!=", False),
                "&",
                ("state", "=", settlement.DECLINED),
                ("intent_status", "in", settlement.INTENT_OPEN),
            ]
        ).ids
    for payment_id in payment_ids:
        runner._transact(registry, payment_id, _take_back)
        if not _carry_out(registry, payment_id):
            _logger.warning("Stripe cannot be asked, so open card payments stay as they are")
            return


def _take_back(payment):
    """Want a payment canceled that has not gone through; an authorized one is captured.

    One that waits for a tip is captured without: orders that have their tip wait no more.
    """
    payment.tip_released = True
    if payment.wanted != settlement.REFUND and payment.state != settlement.AUTHORIZED:
        payment.wanted = settlement.CANCEL


def _carry_out(registry, payment_id):
    """Carry a row out; returns whether Stripe answered."""
    for _try in range(TRIES):
        try:
            return runner.carry_out_with(registry, payment_id)
        except runner.RowTaken:
            time.sleep(1)
    return True


def _note_unsettled(env):
    """Note on its order, or else its session, what is left to be looked up at Stripe."""
    payments = env["pos.stripe.payment"].search(
        [
            "|",
            "|",
            ("state", "in", settlement.OPEN_STATES),
            ("unverified", "=", True),
            "&",
            "&",
            ("state", "=", settlement.PAID),
            ("refunded_minor", "=", 0),
            "|",
            ("wanted", "=", settlement.REFUND),
            ("payment_id", "=", False),
        ]
    )
    shown = env["pos.payment"].search(
        [("uuid", "in", payments.mapped("line_uuid")), ("pos_order_id.state", "!=", "cancel")]
    )
    uuids = set(shown.mapped("uuid"))
    for payment in payments:
        sentence = _unsettled(payment)
        if not sentence and payment.line_uuid in uuids:
            continue
        sentence = sentence or env._("the card was charged, but no order shows it.")
        _logger.warning(
            "Unsettled card payment %s (PaymentIntent %s, order %s): %s",
            payment.line_uuid,
            payment.payment_intent,
            payment.order_ref,
            sentence,
        )
        order = env["pos.order"].search([("uuid", "=", payment.order_uuid)])
        (order or payment.session_id).message_post(
            body=env._(
                "Stripe Terminal was uninstalled. Card payment of %(amount)s for order %(order)s: "
                "%(sentence)s Look for it in Stripe's dashboard: %(intent)s.",
                amount=payment.currency_id.format(payment.amount),
                order=payment.order_ref or "?",
                sentence=sentence,
                intent=payment.payment_intent or payment.line_uuid,
            )
        )


def _unsettled(payment):
    """Return what is not settled about a payment, whatever its order says, or None."""
    env = payment.env
    if payment.state == settlement.AUTHORIZED:
        return env._("the money is reserved on the card, and has not been captured yet.")
    if payment.state in settlement.OPEN_STATES or payment.unverified:
        return env._("it is not known whether the card was charged.")
    if payment.wanted == settlement.REFUND:
        return env._("it was to be refunded, and Stripe has not done so yet.")
    return None


def _settle_draft_lines(env):
    """Let orders that are still being paid go on: without our addon a waiting line never ends."""
    lines = env["pos.payment"].search(
        [
            ("pos_order_id.state", "=", "draft"),
            ("payment_method_id.use_payment_terminal", "=", TERMINAL),
        ]
    )
    rows = env["pos.stripe.payment"].search(
        [("line_uuid", "in", lines.mapped("uuid")), ("state", "=", settlement.PAID)]
    )
    for row in rows:
        row.payment_id = lines.filtered(lambda line, row=row: line.uuid == row.line_uuid)
        row._fill_pos_payment()
    rows.payment_id.payment_status = "done"
    # Nothing is left to be taken back at Stripe.
    unpaid = (lines - rows.payment_id).with_context(**{MODULE_UNINSTALL_FLAG: True})
    unpaid.unlink()


def _remove_webhooks(env):
    """Have Stripe stop calling an address that is about to vanish."""
    for provider in env["payment.provider"].search([("stripe_terminal_webhook_id", "!=", False)]):
        try:
            provider.action_stripe_terminal_remove_webhook()
        except UserError as error:
            _logger.warning("The webhook of %s stays at Stripe: %s", provider.name, error)


def _replace_activities(env):
    """Turn the activities on orders into notes: without our addon orders have none."""
    activities = env["mail.activity"].search([("res_model", "=", "pos.order")])
    # Each manager has one of the same.
    for order_id, summary, note in {
        (activity.res_id, activity.summary or "", activity.note or "") for activity in activities
    }:
        env["pos.order"].browse(order_id).message_post(
            body=Markup("<b>%s</b> %s") % (summary, Markup(note))
        )
    activities.unlink()


def _free_payment_methods(env):
    """Make our payment methods ones without terminal, which keep name, journal and history.

    A terminal that nobody implements stops the payment screen. Written by SQL, because the ORM
    refuses to change a method while its session is open.
    """
    env.flush_all()
    env.cr.execute(
        """UPDATE pos_payment_method
              SET use_payment_terminal = NULL,
                  payment_method_type = 'none',
                  write_date = NOW() AT TIME ZONE 'UTC'
            WHERE use_payment_terminal = %s""",
        [TERMINAL],
    )
