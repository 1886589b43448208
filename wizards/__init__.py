from . import pos_stripe_closing
