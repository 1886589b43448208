from . import (
    pos_stripe_closing,
    pos_stripe_location_creation,
    pos_stripe_pairing,
    pos_stripe_rename,
    pos_stripe_tips,
)
