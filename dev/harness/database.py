"""Create, copy, drop and list databases; every name begins with this clone's mark."""

import contextlib
import os
import re

import psycopg2
from psycopg2 import sql

from . import paths

# The version of PostgreSQL that can be told to copy files, the quicker way for templates.
COPIES_FILES = 150000
PREFIX = f"pps_{paths.clone_id()}_"


def connect(database=None):
    """Return a connection to ``database``, or to the server's own from which others are made."""
    return psycopg2.connect(dbname=database or os.environ.get("PGDATABASE") or "postgres")


@contextlib.contextmanager
def _cursor(database=None):
    connection = connect(database)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def name(purpose):
    """Return the full name of this clone's database for ``purpose``."""
    return PREFIX + purpose


def temporary_name(purpose):
    """Return a name for a database that may be dropped once this process has ended."""
    return name(f"{purpose}_tmp{os.getpid()}")


def exists(database):
    """Tell whether ``database`` exists."""
    with _cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
        return bool(cursor.fetchone())


def create(database, template="template0"):
    """Create ``database`` as a copy of ``template``, over the dead body of its namesake."""
    drop(database)
    with _cursor() as cursor:
        _end_connections(cursor, template)
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
            sql.Identifier(database), sql.Identifier(template)
        )
        if cursor.connection.server_version >= COPIES_FILES:
            statement += sql.SQL(" STRATEGY FILE_COPY")
        cursor.execute(statement)


def drop(database):
    """Drop ``database`` if it exists, with whoever is connected to it."""
    with _cursor() as cursor:
        _end_connections(cursor, database)
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(database)))


def rename(database, new_name):
    """Give ``database`` another name, replacing one that has it."""
    drop(new_name)
    with _cursor() as cursor:
        _end_connections(cursor, database)
        cursor.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(database), sql.Identifier(new_name)
            )
        )


def names():
    """Return the names of all databases of this clone."""
    with _cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (PREFIX,))
        return [row[0] for row in cursor.fetchall()]


def comment(database):
    """Return the comment on ``database``, or None."""
    with _cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            (database,),
        )
        return cursor.fetchone()[0]


def set_comment(database, text):
    """Replace the comment on ``database``."""
    with _cursor() as cursor:
        cursor.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(database), sql.Literal(text)
            )
        )


def installed_modules(database):
    """Return the names of the Odoo modules that are installed in ``database``."""
    with _cursor(database) as cursor:
        cursor.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        return {row[0] for row in cursor.fetchall()}


def drop_leftovers():
    """Drop the temporary databases of processes that have ended without doing so."""
    for database in names():
        owner = re.search(r"_tmp(\d+)$", database)
        if owner and not os.path.exists(f"/proc/{owner.group(1)}"):
            drop(database)


def _end_connections(cursor, database):
    cursor.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        # PostgreSQL ends its own autovacuum workers by itself, and lets nobody else do it.
        " WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
        (database,),
    )
