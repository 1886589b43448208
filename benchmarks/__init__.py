"""What the addon costs beside core's own ``pos_stripe``, measured: see ``README.md``."""
