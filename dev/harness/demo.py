"""``dev/demo``: Odoo, PostgreSQL, a reader and a coffee bar, until Ctrl-C."""

import argparse
import os
import time

from . import python_env
from .console import Problem, clear_ending, say

# The last line of what it says once all is there.
READY = "Ctrl-C stops everything."
DESCRIPTION = """\
Bring up Odoo 19 with a coffee bar whose till takes cash and cards, and a Stripe reader to go with
it: simulated here, or Stripe's own simulated reader when STRIPE_SECRET_KEY holds a test key.
Everything is kept in the ignored folder .dev; Ctrl-C stops all of it."""


def main(arguments):
    """Run ``dev/demo`` with ``arguments`` until it is interrupted."""
    parser = argparse.ArgumentParser(prog="dev/demo", description=DESCRIPTION)
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away first")
    parser.add_argument("--port", type=int, help="Odoo's port (default: 8069, or a free one)")
    parser.add_argument(
        "--reader-port", type=int, help="the simulator's port (default: 8269, or a free one)"
    )
    parser.add_argument(
        "--kiosk", action="store_true", help="with a self-order kiosk and a reader beside it"
    )
    options = parser.parse_args(arguments)
    with clear_ending("dev/demo"):
        python_env.ensure()
        python_env.enter()
        _run(options)


def _run(options):
    from . import demo_database, odoo_source, ports, postgres
    from .server import OdooServer

    port = ports.given_or_free(options.port, 8069)
    reader_port = ports.given_or_free(options.reader_port, 8269)
    odoo = odoo_source.ensure()
    say("Starting PostgreSQL …")
    postgres.ensure()
    counter = _counter(os.environ.get("STRIPE_SECRET_KEY"))
    if options.kiosk:
        # A database of its own: what a kiosk needs changes the till as well.
        counter.database += "_kiosk"
    with demo_database.taken(counter.database):
        if options.reset:
            counter.reset()
        demo_database.ensure(odoo, counter.database, reset=options.reset, kiosk=options.kiosk)
        counter.open(reader_port)
        server = OdooServer(
            odoo.with_kiosk(), counter.database, port=port, variables=counter.variables
        )
        try:
            say("Starting Odoo …")
            server.start()
            till = demo_database.fit_out(server, counter)
            kiosk = demo_database.fit_out_kiosk(server, counter) if options.kiosk else None
            _tell(server, till, counter, kiosk)
            _wait(server, counter)
        finally:
            say("Stopping …")
            server.close()
            counter.close()


def _counter(key):
    from . import demo_simulated, demo_stripe

    return demo_stripe.StripeCounter(key) if key else demo_simulated.SimulatedCounter()


def _tell(server, till, counter, kiosk):
    login = f"{till.login} / {till.login}"
    # Till and kiosk share the reader, as a small shop would.
    at_kiosk = f"\n  The kiosk    {server.url}{kiosk}" if kiosk else ""
    print(
        f"""
  The till     {server.url}/pos/ui/{till.config_id}{at_kiosk}
  Login        {login}   (administrator: admin / admin, {server.url}/odoo)
  The reader   {counter.address}
  Server log   {server.log_file}

  {counter.advice}
  {READY}
""",
        flush=True,
    )


def _wait(server, counter):
    while server.process.poll() is None:
        counter.attend()
        time.sleep(0.2)
    raise Problem(f"Odoo has ended by itself (log: {server.log_file}).")
