"""The Python suite of the last release, as ``dev/test released`` runs it against today's addon."""
