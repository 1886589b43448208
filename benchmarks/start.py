"""Opening the Point of Sale in a new browser: time, bytes, and what its bundles weigh."""

import contextlib
import gzip
import urllib.request

from harness import shopfitting
from harness.console import say

from .support import browser
from .support.figures import Figure, at_most
from .support.shop import CORE, CORE_MODULE, CORE_TERMINAL, OURS, BenchServer
from .support.statistics import median, p95, ratio
from .support.tables import Table, milliseconds

NAME = "start"
TITLE = "POS start"
# Core's addon is opened in every so many rounds; where it hangs, so often in all.
FULL = {"rounds": 15, "core_every": 3, "core_hanging": 2}
QUICK = {"rounds": 2, "core_every": 1, "core_hanging": 1}

WITHOUT = "without"
ADDONS = {
    WITHOUT: {"addon": False, "modules": ()},
    CORE: {"addon": False, "modules": (CORE_MODULE,)},
    OURS: {"addon": True, "modules": ()},
}
ANSWERING, REFUSED, HANGING = HOSTS = ("answering", "refused", "hanging")
# Of a Point of Sale without an addon; and compressed bytes.
TARGET, TARGET_GROWTH = 1.03, 15_000
READER = "BENCH-START"
PRODUCT = shopfitting.PRODUCTS[0][0]
SHOWN = browser.when(".pos .product-screen .product-list", PRODUCT, "shownAt")
# Of a page that waits for a host which accepts and stays silent.
PATIENCE = 120_000  # milliseconds
BUNDLES = "performance.getEntriesByType('resource').map((e) => e.name)"


def measure(far_end, sizes):
    """Open a register again and again, the addons in turn; returns a sample for each time."""
    far_end.add_readers([READER])
    samples, bundles = [], {}
    with contextlib.ExitStack() as stack:
        shops = {}
        for side, addons in ADDONS.items():
            server = stack.enter_context(BenchServer(far_end, f"{NAME}_{side}", **addons))
            shops[side] = _Shop(server, side)
        running = stack.enter_context(browser.playwright())
        ports = {
            ANSWERING: (far_end.api_port, far_end.script_port),
            REFUSED: (far_end.closed_port, far_end.closed_port),
            HANGING: (far_end.silent_port, far_end.silent_port),
        }
        chromiums = {hosts: browser.launch(running, port) for hosts, (_, port) in ports.items()}
        for shop in shops.values():
            # The server's own first time is another matter.
            sample, urls = shop.open(chromiums[ANSWERING])
            bundles[shop.side] = _weigh(urls)
        for number in range(sizes["rounds"]):
            for hosts, chromium in chromiums.items():
                far_end.lead_to(ports[hosts][0])
                for side in _turned(list(shops), number):
                    if side != CORE or _core_has_a_turn(number, hosts, sizes):
                        sample, _urls = shops[side].open(chromium)
                        samples.append({"side": side, "hosts": hosts, **sample})
            say(f"Round {number + 1} of {sizes['rounds']}")
        for chromium in chromiums.values():
            chromium.close()
    return {"samples": samples, "bundles": bundles}


class _Shop:
    """A register that takes cash and two kinds of cards, by the addon of its side."""

    def __init__(self, server, side):
        self.side = side
        self._server = server
        admin = server.admin
        if side == OURS:
            # One that the server drives, and one that the page does.
            methods = [
                shopfitting.add_card_method(admin, f"Card {connection}", READER, connection)
                for connection in ("server", "browser")
            ]
        else:
            terminals = (CORE_TERMINAL if side == CORE else None, None)
            methods = [_add_method(admin, number, one) for number, one in enumerate(terminals)]
        register = shopfitting.open_register(admin, "Start", more_methods=methods)
        shopfitting.start_session(server.cashier, register.config_id)
        # As the office's button does it, past the welcome screen.
        self._address = f"{server.url}/pos/ui/{register.config_id}?from_backend=1"

    def open(self, chromium):
        """Open the register with nothing cached.

        Returns its sample and the addresses that the page loaded.
        """
        profile = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
        cookie = {"name": "session_id", "value": self._server.cashier.session_id}
        profile.add_cookies([{**cookie, "url": self._server.url}])
        profile.add_init_script(SHOWN)
        page = profile.new_page()
        loaded = []
        network = profile.new_cdp_session(page)
        network.on("Network.loadingFinished", lambda event: loaded.append(event))
        network.send("Network.enable")
        page.goto(self._address, wait_until="commit", timeout=PATIENCE)
        page.wait_for_function("window.shownAt", timeout=PATIENCE)
        seconds = page.evaluate("window.shownAt - performance.timeOrigin / 1000")
        size = sum(event["encodedDataLength"] for event in loaded)
        urls = page.evaluate(BUNDLES)
        profile.close()
        return {"seconds": seconds, "bytes": size, "requests": len(loaded)}, urls


def _add_method(admin, number, terminal):
    bank = admin.search("account.journal", [("type", "=", "bank")], limit=1)[0]
    values = {"name": f"Card {number}", "sequence": 2, "journal_id": bank}
    if terminal:
        values.update(
            payment_method_type="terminal",
            use_payment_terminal=terminal,
            stripe_serial_number=READER,
        )
    return admin.create("pos.payment.method", **values)


def _core_has_a_turn(number, hosts, sizes):
    turn, rest = divmod(number, sizes["core_every"])
    return not rest and (hosts != HANGING or turn < sizes["core_hanging"])


def _turned(sides, number):
    """Return the sides with another one first in each round."""
    return sides[number % len(sides) :] + sides[: number % len(sides)]


def _weigh(urls):
    """Return the bytes of the bundles among the addresses, plain and as a web server sends them."""
    sizes = {"bytes": 0, "compressed": 0}
    for url in urls:
        # What comes beside the start, as for tips, may or may not be there yet.
        is_beside = "/pos_payment_stripe." in url
        is_bundle = "/web/assets/" in url and url.split("?")[0].endswith((".js", ".css"))
        if is_bundle and not is_beside:
            with urllib.request.urlopen(url, timeout=60) as answer:
                body = answer.read()
            sizes["bytes"] += len(body)
            sizes["compressed"] += len(gzip.compress(body, 6, mtime=0))
    return sizes


def figures(result):
    """Return the figures of a result that have a target."""
    seconds = groups(result, "seconds")
    found = []
    for hosts in HOSTS:
        without, core, ours = (median(seconds[hosts, side]) for side in (WITHOUT, CORE, OURS))
        found.append(
            Figure(
                f"Opening the Point of Sale, Stripe's hosts {hosts}, ms",
                f"≤ {TARGET} × without an addon",
                milliseconds(core),
                milliseconds(ours),
                at_most(ratio(ours, without), TARGET),
                ratio(ours, without),
                WITHOUT,
            )
        )
    core, ours = (_growth(result, side) for side in (CORE, OURS))
    found.append(
        Figure(
            "What the Point of Sale's bundles gain, kB compressed",
            f"≤ {TARGET_GROWTH / 1000:.0f}",
            core / 1000,
            ours / 1000,
            at_most(ours, TARGET_GROWTH),
        )
    )
    return found


def _growth(result, side):
    """Return by how many compressed bytes a side's bundles are larger than without."""
    bundles = result["bundles"]
    return bundles[side]["compressed"] - bundles[WITHOUT]["compressed"]


def groups(result, name):
    """Return what the samples of a result say of a name: a list for each (hosts, side)."""
    found = {}
    for sample in result["samples"]:
        found.setdefault((sample["hosts"], sample["side"]), []).append(sample[name])
    return found


def tables(result):
    """Return the tables of a result."""
    seconds, sizes = groups(result, "seconds"), groups(result, "bytes")
    rows = []
    for hosts in HOSTS:
        base = median(seconds[hosts, WITHOUT])
        for side in ADDONS:
            values = seconds[hosts, side]
            rows.append(
                (
                    f"{hosts}, {side}",
                    milliseconds(median(values)),
                    milliseconds(p95(values)),
                    ratio(median(values), base),
                    median(sizes[hosts, side]) / 1000,
                    len(values),
                )
            )
    bundles = [
        (
            side,
            found["bytes"] / 1000,
            found["compressed"] / 1000,
            _growth(result, side) / 1000,
        )
        for side, found in result["bundles"].items()
    ]
    return [
        Table(
            "Opening the Point of Sale, milliseconds until its products are shown",
            ("Stripe's hosts, addon", "median", "p95", "ratio to without", "kB loaded", "times"),
            rows,
            "In a new Chromium profile each time, from a server that has been asked before. A host "
            "that hangs accepts connections and never answers.",
        ),
        Table(
            "The bundles of the Point of Sale, kB",
            ("", "plain", "gzip -6", "more than without"),
            bundles,
        ),
    ]
