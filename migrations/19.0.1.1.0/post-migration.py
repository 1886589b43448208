def migrate(cr, version):
    """Say of whoever forced a payment that no PIN proved it: versions before asked for none."""
    cr.execute(
        """UPDATE pos_stripe_payment
              SET forced_by = forced_by || ' (as the till says)'
            WHERE forced_by <> ''"""
    )
