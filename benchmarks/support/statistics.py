"""What many samples say in a few numbers."""

import math
import statistics


def median(values):
    """Return the median of some numbers; None of none."""
    values = list(values)
    return statistics.median(values) if values else None


def percentile(values, percent):
    """Return the smallest value that so many percent of the values do not exceed; None of none."""
    values = sorted(values)
    if not values:
        return None
    return values[max(math.ceil(percent / 100 * len(values)), 1) - 1]


def p95(values):
    """Return the 95th percentile."""
    return percentile(values, 95)


def ratio(ours, other):
    """Return `ours` as a multiple of `other`; None where there is nothing to divide by."""
    return ours / other if ours is not None and other else None


def summary(values):
    """Return count, median and 95th percentile of some numbers."""
    values = list(values)
    return {"count": len(values), "median": median(values), "p95": p95(values)}
