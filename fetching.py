"""Reads rows with what is needed of the records that they refer to, in one statement.

A payment is a dozen short transactions, each of which begins with an empty cache: what the ORM
would ask for record by record, and the time besides, is most of what a payment costs the database.
"""

from typing import NamedTuple

from odoo.tools import SQL, ormcache

NO_LOCK = SQL()


class Plan(NamedTuple):
    """A statement without its condition, and what it reads.

    :ivar SQL select: all of it until WHERE
    :ivar list sources: for each table the name of its model and the fields, the own table first
    """

    select: SQL
    sources: list


def fetch_joined(model, condition, joined, lock=NO_LOCK):
    """Read fields of rows, and some of the records they refer to, into the cache.

    What is in the cache already stays as it is. What another addon does not store in a column, as
    for keys that are kept outside of the database, is left to the ORM.

    :param model: as superuser, because no access is checked; its records are read
    :param SQL condition: on the columns of `model`'s table, with that table's name
    :param dict joined: names of fields by the Many2one, or several in a row with dots, that leads
        to their record; what leads to another comes before it. By "" those of `model` itself, where
        not all that are prefetched are needed
    :param SQL lock: what ends the statement; a collision is not logged
    :return: the records that were found
    """
    plan = _plan(model, tuple((path, tuple(names)) for path, names in joined.items()))
    cr = model.env.cr
    cr.execute(SQL("%s WHERE %s %s", plan.select, condition, lock), log_exceptions=False)
    sources = [(model.env[name], fields) for name, fields in plan.sources]
    return model.browse([_keep(cr, row, sources) for row in cr.fetchall()])


# As a model's method, which it is for the cache: emptied whenever models or fields change.
@ormcache("joined", cache="stable")
def _plan(self, joined):
    """Return the `Plan` for a model, made once: putting it together takes longer than its query."""
    table, joined = self._table, dict(joined)
    names = joined.get("") or [n for n, field in self._fields.items() if field.prefetch is True]
    sources = {"": (table, self, _stored(self, names))}
    joins = [SQL.identifier(table)]
    for path, names in joined.items():
        if not path:
            continue
        before, _dot, last = path.rpartition(".")
        former, referring, _fields = sources[before]
        target, alias = self.env[referring._fields[last].comodel_name], f"{former}__{last}"
        sources[path] = (alias, target, _stored(target, names))
        joins.append(
            SQL(
                "LEFT JOIN %s AS %s ON %s = %s",
                SQL.identifier(target._table),
                SQL.identifier(alias),
                SQL.identifier(alias, "id"),
                SQL.identifier(former, last),
            )
        )
    columns = [
        SQL.identifier(alias, name)
        for alias, _model, fields in sources.values()
        for name in ("id", *(field.name for field in fields))
    ]
    select = SQL(
        "SELECT now() AT TIME ZONE 'UTC', %s FROM %s", SQL(", ").join(columns), SQL(" ").join(joins)
    )
    return Plan(select, [(source._name, fields) for _alias, source, fields in sources.values()])


def keep_inserted(record, columns):
    """Put a row that was just inserted into the cache, where it would be read back from.

    :param record: the new record
    :param dict columns: what was inserted, as the table has it; all else is empty
    """
    prefetched = [name for name, field in record._fields.items() if field.prefetch is True]
    for field in _stored(record, prefetched):
        value = columns.get(field.name)
        cached = None if value is None else field.convert_to_cache(value, record)
        field._insert_cache(record, [cached])


def _stored(model, names):
    """Return those fields that are a column with one value for everybody."""
    # Some are there only where another addon is.
    fields = filter(None, map(model._fields.get, names))
    return [
        field
        for field in fields
        if field.store and field.column_type and not (field.translate or field.company_dependent)
    ]


def _keep(cr, row, sources):
    """Put a row of values into the caches; returns the id of its own record."""
    values = iter(row)
    # Odoo would ask for the transaction's time at its first write.
    cr._now = next(values)
    own_id = None
    for model, fields in sources:
        record = model.browse(next(values) or ())
        own_id = own_id or record.id
        for field in fields:
            field._insert_cache(record, [next(values)])
    return own_id
