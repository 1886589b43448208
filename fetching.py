"""Reads rows with what is needed of the records that they refer to, in one statement.

A payment is a dozen short transactions, each of which begins with an empty cache: what the ORM
would ask for record by record, and the time besides, is most of what a payment costs the database.
"""

from odoo.tools import SQL

NO_LOCK = SQL()


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
    table, cr = model._table, model.env.cr
    names = joined.get("") or [n for n, field in model._fields.items() if field.prefetch is True]
    sources = {"": (table, model, _stored(model, names))}
    joins = [SQL.identifier(table)]
    for path, names in joined.items():
        if not path:
            continue
        before, _dot, last = path.rpartition(".")
        former, referring, _names = sources[before]
        target, alias = model.env[referring._fields[last].comodel_name], f"{former}__{last}"
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
    cr.execute(
        SQL(
            "SELECT now() AT TIME ZONE 'UTC', %s FROM %s WHERE %s %s",
            SQL(", ").join(columns),
            SQL(" ").join(joins),
            condition,
            lock,
        ),
        log_exceptions=False,
    )
    return model.browse([_keep(cr, row, sources.values()) for row in cr.fetchall()])


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
    for _alias, model, fields in sources:
        record = model.browse(next(values) or ())
        own_id = own_id or record.id
        for field in fields:
            field._insert_cache(record, [next(values)])
    return own_id
