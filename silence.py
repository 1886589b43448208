"""Tells a Stripe account that does not answer from a single row that gets no answer."""

from collections import Counter

# So many rows in a row without an answer: it is not about one of them.
ENOUGH = 3


class Silences:
    """What a run over many rows has found out about the accounts that it asks.

    A row may be without answer for a reason of its own: an object on which Stripe fails, or a
    reader that never acknowledges. No connection for a row that had its answers until now, or
    Stripe's word that it is asked too much, is about the account.
    """

    def __init__(self):
        self._counts = Counter()

    def note(self, account, problem, was_stuck):
        """Note how a look at a row of an account ended.

        :param account: anything that names it
        :param StripeProblem | None problem: what `runner.carry_out` returned
        :param bool was_stuck: the looks before had no answer either
        """
        if not problem:
            del self._counts[account]
            return
        is_of_account = problem.http_status == 429 or (not problem.http_status and not was_stuck)
        self._counts[account] += ENOUGH if is_of_account else 1

    def silent(self):
        """Return the accounts that are not to be asked any more in this run."""
        return [account for account, count in self._counts.items() if count >= ENOUGH]
