from . import (
    pos_stripe_adoption,
    pos_stripe_closing,
    pos_stripe_diagnosis,
    pos_stripe_diagnosis_steps,
    pos_stripe_health,
    pos_stripe_location_creation,
    pos_stripe_location_japan,
    pos_stripe_pairing,
    pos_stripe_rename,
    pos_stripe_setup,
    pos_stripe_tips,
)
