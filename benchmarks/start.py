"""x"""

NAME = "start"
QUICK = FULL = {}


def measure(far_end, sizes):
    return {}


def tables(result):
    return []
