from . import (
    payment_provider,
    pos_order,
    pos_payment,
    pos_payment_method,
    pos_stripe_payment,
    pos_stripe_payment_event,
    pos_stripe_payment_recovery,
    pos_stripe_payment_work,
    pos_stripe_reader,
    pos_stripe_webhook_event,
)
