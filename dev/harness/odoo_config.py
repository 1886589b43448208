"""Odoo's configuration file for one database."""

from . import addon_link, paths

DEFAULTS = {
    "data_dir": paths.DATA,
    "db_maxconn": 24,
    "dbfilter": None,
    "http_interface": "127.0.0.1",
    "list_db": "False",
    "log_handler": ":INFO,werkzeug:WARNING",
    "max_cron_threads": 1,
    "proxy_mode": "False",
    "server_wide_modules": "base,rpc,web",
    "unaccent": "False",
    "workers": 0,
}


def write(odoo, database, file_name=None, **options):
    """Write a configuration file for ``database`` and return its path.

    :param odoo: the :class:`~harness.odoo_source.Odoo` to run
    :param file_name: the file's name in ``.dev/run``, by default that of the database
    :param options: Odoo options that add to or replace the defaults
    """
    addons = [*odoo.addons, addon_link.ensure()]
    values = {
        **DEFAULTS,
        "addons_path": ",".join(str(folder) for folder in addons),
        "db_name": database,
        "dbfilter": f"^{database}$",
        **options,
    }
    lines = [
        "[options]",
        *(f"{key} = {value}" for key, value in values.items() if value is not None),
    ]
    paths.RUN.mkdir(parents=True, exist_ok=True)
    path = paths.RUN / f"{file_name or database}.conf"
    path.write_text("\n".join(lines) + "\n")
    return path
