from . import (
    ir_http,
    pos_config,
    pos_order,
    pos_payment_method,
    pos_stripe_payment,
    pos_stripe_payment_messages,
    pos_stripe_payment_order,
)
