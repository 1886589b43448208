"""``dev/bench``: make the measurements, keep what came out, and tell it in tables and plots."""

import argparse
import logging
import os
import subprocess
import time

from harness import chromium, odoo_source, paths, postgres, template
from harness.console import say

from . import answer, chain, cost, growth, hour, limit, plots, report, send, start, tills
from .support import results
from .support.far_end import FarEnd
from .support.shop import CORE_MODULE

MEASUREMENTS = {
    module.NAME: module for module in (send, tills, limit, answer, start, growth, cost, hour)
}
RESULTS = paths.ROOT / "benchmarks" / "results"
PLOTS = paths.ROOT / "docs" / "speed"
QUICK_RESULTS = paths.STATE / "benchmarks"
_logger = logging.getLogger(__name__)

DESCRIPTION = """\
Measure the addon beside Odoo's own pos_stripe, both in turn in one run. Without a name all eight
measurements are made (about three quarters of an hour on an idle machine with two cores), their
results replace those in benchmarks/results, and the tables and plots of docs/09-speed.md are made
from them anew. A measurement that fails leaves its older result where it is."""


def main(arguments):
    """Run ``dev/bench`` with ``arguments`` and return its exit code."""
    parser = argparse.ArgumentParser(prog="dev/bench", description=DESCRIPTION)
    parser.add_argument(
        "names",
        nargs="*",
        type=_name,
        metavar="name",
        help=f"{', '.join(MEASUREMENTS)}; report: only tables and plots, from what is there",
    )
    parser.add_argument(
        "--quick", action="store_true", help="few samples, to see that it works; kept in .dev"
    )
    parser.add_argument(
        "--layout",
        action="append",
        default=[],
        type=chain.layout,
        metavar="tills,workers,servers[,version]",
        help="so many tills, on so many workers of each of so many servers, are all that “tills” "
        "measures; can be given again; kept in .dev",
    )
    parser.add_argument("--out", type=paths.Path, help="the folder for the results")
    options = parser.parse_args(arguments)
    is_part = options.quick or options.layout
    folder = options.out or (QUICK_RESULTS if is_part else RESULTS)
    names = [name for name in MEASUREMENTS if name in options.names or not options.names]
    if names:
        _prepare()
    done = [_measure(MEASUREMENTS[name], folder, options) for name in names]
    found = results.load(folder, MEASUREMENTS)
    if folder == RESULTS:
        plots.write(found, PLOTS)
        report.write_pages(MEASUREMENTS, found)
    else:
        plots.write(found, folder)
    print(f"\n{report.figures(MEASUREMENTS, found)}", flush=True)
    return 0 if all(done) else 1


def _name(text):
    # As `choices`, argparse of Python 3.11 would want to find no name at all among them.
    if text not in (*MEASUREMENTS, "report"):
        raise argparse.ArgumentTypeError(f"there is no “{text}”")
    return text


def _prepare():
    odoo = odoo_source.ensure()
    chromium.ensure()
    postgres.ensure()
    template.ensure(odoo, modules=(CORE_MODULE,))


def _measure(module, folder, options):
    """Make a measurement and keep its result; tells whether it could be made."""
    sizes = module.QUICK if options.quick else module.FULL
    if options.layout and module is tills:
        sizes = {**sizes, "tills": {}, "layouts": options.layout}
    say(f"── {module.NAME} " + "─" * (70 - len(module.NAME)))
    began = time.monotonic()
    try:
        with FarEnd() as far_end:
            result = module.measure(far_end, sizes)
    except Exception:
        _logger.exception("%s failed; what else there is goes on", module.NAME)
        return False
    result["sizes"] = sizes
    result["made"] = {
        "date": time.strftime("%Y-%m-%d"),
        "revision": _revision(),
        "cores": os.cpu_count(),
        "seconds": round(time.monotonic() - began),
        "quick": options.quick,
    }
    results.save(result, folder, module.NAME)
    for table in module.tables(result):
        print(f"\n{table.markdown()}", flush=True)
    say(f"{module.NAME}: {result['made']['seconds']} s")
    return True


def _revision():
    done = subprocess.run(
        ["git", "-C", str(paths.ROOT), "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()
