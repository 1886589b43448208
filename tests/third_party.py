from functools import wraps

from odoo.exceptions import UserError, ValidationError

# What is written of a card payment in Odoo, and by which methods.
WRITTEN = {
    "pos.payment": ("write",),
    "pos.order": ("create", "write"),
    "pos.order.line": ("create",),
    "mail.activity": ("create",),
}
ERRORS = ("user", "validation", "database")


class ThirdParty:
    """Another addon's constraints, automation rules and lock dates: they refuse what is written.

    :param case: the test, at whose end they are gone
    :ivar int refused: how often they have refused
    """

    def __init__(self, case):
        self.refused = 0
        self._refusals = []
        for model, methods in WRITTEN.items():
            for method in methods:
                self._guard(case, model, method)

    def refuse(self, model, error="user", times=None):
        """Refuse what is written of a model.

        :param str error: one of `ERRORS`; of these, only the database's ends the transaction
        :param int | None times: how often, None for ever
        """
        self._refusals.append([model, error, times])

    def relent(self):
        """Refuse nothing any more."""
        self._refusals.clear()

    def _guard(self, case, model, method):
        original = getattr(case.registry[model], method)

        @wraps(original)
        def guarded(records, *args, **kwargs):
            self._check(records)
            return original(records, *args, **kwargs)

        case.patch(case.registry[model], method, guarded)

    def _check(self, records):
        for refusal in self._refusals:
            model, error, times = refusal
            if model != records._name or times == 0:
                continue
            if times:
                refusal[2] -= 1
            self.refused += 1
            if error == "database":
                # As a trigger or a constraint would: PostgreSQL goes on only before a savepoint.
                statement = "UPDATE pos_session SET config_id = NULL WHERE config_id IS NOT NULL"
                records.env.cr.execute(statement, log_exceptions=False)
            raise (ValidationError if error == "validation" else UserError)("A third party's no")
