def uninstall_hook(env):
    """Leave a Point of Sale that opens: a terminal nobody implements stops the payment screen.

    The methods become ones without terminal and keep name, journal and history. Written by SQL,
    because the ORM refuses to change a method while its session is open.
    """
    env.cr.execute(
        """UPDATE pos_payment_method
              SET use_payment_terminal = NULL,
                  payment_method_type = 'none',
                  write_date = NOW() AT TIME ZONE 'UTC'
            WHERE use_payment_terminal = 'stripe_terminal'"""
    )
    env.invalidate_all()
