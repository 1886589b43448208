"""Stand-alone: `python -m stripe_simulator --reader WSC513105011295`."""

import argparse
import logging
import signal
import threading

from .errors import SimulatorError
from .simulator import Simulator


def parse(arguments=None):
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="stripe_simulator", description="A simulator of Stripe for Terminal."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--country", default="US", help="of the account")
    parser.add_argument("--currency", help="of the account; by default its country's")
    parser.add_argument("--name", default="Simulated shop", help="of the account")
    parser.add_argument("--secret-key", help="of the account; made up by default")
    parser.add_argument(
        "--reader",
        action="append",
        default=[],
        metavar="SERIAL[=LABEL]",
        help="a reader to have; can be given more than once",
    )
    parser.add_argument("--state-file", help="JSON file that keeps everything between two runs")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds of each call")
    parser.add_argument(
        "--acknowledgement-delay", type=float, default=0.3, help="seconds a reader takes to answer"
    )
    parser.add_argument(
        "--processing-time", type=float, default=1.5, help="seconds between card and answer"
    )
    parser.add_argument("--verbose", action="store_true", help="log each connection")
    return parser.parse_args(arguments)


def main(arguments=None):
    """Run until Ctrl-C or SIGTERM."""
    options = parse(arguments)
    logging.basicConfig(level=logging.DEBUG if options.verbose else logging.WARNING)
    simulator = Simulator(
        port=options.port,
        host=options.host,
        country=options.country,
        currency=options.currency,
        name=options.name,
        secret_key=options.secret_key,
        latency=options.latency,
        acknowledgement_delay=options.acknowledgement_delay,
        processing_time=options.processing_time,
        webhook_retry_delays=(5, 30, 120),
        state_file=options.state_file,
    )
    for wanted in options.reader:
        serial_number, _equals, label = wanted.partition("=")
        try:
            simulator.reader(serial_number)
        except SimulatorError:
            simulator.account.add_reader(serial_number, label=label or None)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_args: stop.set())
    with simulator:
        print(f"Stripe simulator: {simulator.url}")
        print(f"Secret key: {simulator.account.secret_key}")
        for device in simulator.account.readers():
            print(f"Reader {device.label}: {simulator.url}/reader/{device.serial_number}")
        print("Ready.", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
