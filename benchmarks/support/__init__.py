"""What the measurements share: a far Stripe, servers, tills, numbers, tables and plots."""
