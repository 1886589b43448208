import logging
import time

from markupsafe import Markup

from odoo import SUPERUSER_ID, api
from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG
from odoo.exceptions import UserError

from . import runner
from .guard import for_each
from .models.pos_payment_method import SWITCH, TERMINAL
from .models.res_config_settings_retention import RETENTION
from .silence import Silences
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
        fresh["ir.config_parameter"].search([("key", "in", (SWITCH, RETENTION))]).unlink()
    env.invalidate_all()


def _settle_payments(registry):
    """Take running payments back at Stripe and read the others; a silent account is left alone.

    In transactions of their own: tills and the runner write the same rows meanwhile.
    """
    with registry.cursor() as cr:
        journal = api.Environment(cr, SUPERUSER_ID, {})["pos.stripe.payment"]
        payments = journal.search(
            [
                "|",
                "|",
                ("state", "in", settlement.OPEN_STATES),
                ("wanted", "!=", False),
                "&",
                ("state", "=", settlement.DECLINED),
                ("intent_status", "in", settlement.INTENT_OPEN),
            ]
        )
        account_of = {row.id: (row.provider_id.id, bool(row.stuck_since)) for row in payments}
    silences = Silences()
    for payment_id, (account, was_stuck) in account_of.items():
        if account in silences.silent():
            continue
        try:
            runner._transact(registry, payment_id, _take_back)
            silences.note(account, _carry_out(registry, payment_id), was_stuck)
        except Exception:
            _logger.exception("Card payment %s stays as it is", payment_id)
    for account in silences.silent():
        _logger.warning(
            "Stripe cannot be asked for payment provider %s, so its open card payments stay as "
            "they are",
            account,
        )


def _take_back(payment):
    """Want a payment canceled that has not gone through; an authorized one is captured.

    One that waits for a tip is captured without: orders that have their tip wait no more.
    """
    payment.tip_released = True
    if payment.wanted != settlement.REFUND_ALL and payment.state != settlement.AUTHORIZED:
        payment.wanted = settlement.CANCEL


def _carry_out(registry, payment_id):
    """Carry a row out; returns the `StripeProblem` that kept it from being answered, or None."""
    for _try in range(TRIES):
        try:
            return runner.carry_out_with(registry, payment_id)
        except runner.RowTaken:
            time.sleep(1)
    return None


def _note_unsettled(env):
    """Note on its order, or else its session, what is left to be looked up at Stripe."""
    payments = env["pos.stripe.payment"].search(
        [
            "|",
            "|",
            "|",
            ("carry_tries", ">", 0),
            ("state", "in", settlement.OPEN_STATES),
            ("unverified", "=", True),
            "&",
            "&",
            ("state", "=", settlement.PAID),
            ("refunded_minor", "=", 0),
            "|",
            ("wanted", "=", settlement.REFUND_ALL),
            ("payment_id", "=", False),
        ]
    )
    shown = env["pos.payment"].search(
        [("uuid", "in", payments.mapped("line_uuid")), ("pos_order_id.state", "!=", "cancel")]
    )
    uuids = set(shown.mapped("uuid"))
    for_each(payments, lambda payment: _note_if_unsettled(payment, payment.line_uuid in uuids))


def _note_if_unsettled(payment, is_shown):
    """Note what is not settled about a payment, or that no order shows it.

    :param bool is_shown: an order shows it
    """
    env = payment.env
    sentence = _unsettled(payment)
    if not sentence and is_shown:
        return
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
        return env._("the payment is authorized on the card, and has not been captured yet.")
    if payment.state in settlement.OPEN_STATES or payment.unverified:
        return env._("it is not known whether the card was charged.")
    if payment.carry_sentence:
        return payment.carry_sentence
    if payment.wanted == settlement.REFUND_ALL:
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
    line_of = {line.uuid: line for line in lines}
    failed = for_each(rows, lambda row: _finish_draft_line(row, line_of[row.line_uuid]))
    kept = lines.filtered(lambda line: line.uuid in rows.mapped("line_uuid"))
    if failed:
        # The card was charged, so that the line stays, whatever could not be written on it.
        left = kept.filtered(lambda line: line.uuid in failed.mapped("line_uuid"))
        for_each(left, lambda line: line.write({"payment_status": "done"}))
    # Nothing is left to be taken back at Stripe.
    unpaid = (lines - kept).with_context(**{MODULE_UNINSTALL_FLAG: True})
    for_each(unpaid, lambda line: line.unlink())


def _finish_draft_line(row, line):
    row.payment_id = line
    row._fill_pos_payment()
    line.payment_status = "done"


def _remove_webhooks(env):
    """Have Stripe stop calling an address that is about to vanish."""
    providers = env["payment.provider"].search([("stripe_terminal_webhook_id", "!=", False)])
    for_each(providers, _remove_webhook)


def _remove_webhook(provider):
    try:
        provider.action_stripe_terminal_remove_webhook()
    except UserError as error:
        _logger.warning("The webhook of %s stays at Stripe: %s", provider.name, error)


def _replace_activities(env):
    """Turn the activities on orders into notes: without our addon orders have none."""
    activities = env["mail.activity"].search([("res_model", "=", "pos.order")])
    notes_of = {}
    for activity in activities:
        # Each manager has one of the same.
        notes_of.setdefault(activity.res_id, {})[activity.summary or "", activity.note or ""] = True
    for_each(env["pos.order"].browse(notes_of), lambda order: _post(order, notes_of[order.id]))
    activities.unlink()


def _post(order, notes):
    for summary, note in notes:
        order.message_post(body=Markup("<b>%s</b> %s") % (summary, Markup(note)))


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
