"""The pictures of the measurements, small SVG files."""

import matplotlib
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from . import answer, growth, send, start, tills
from .support.shop import CORE, OURS, OURS_WITH_SDK, SIDES
from .support.statistics import median, p95
from .support.tables import milliseconds, shown

NAMES = {
    CORE: "core's pos_stripe",
    OURS: "this addon",
    OURS_WITH_SDK: "this addon, from the till's browser",
    start.WITHOUT: "no Stripe addon",
}
COLORS = {CORE: "#b08a3e", OURS: "#4f46e5", OURS_WITH_SDK: "#8b86ee", start.WITHOUT: "#9aa3af"}
STYLE = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#6b7280",
    "axes.axisbelow": True,
    "grid.color": "#e5e7eb",
    "legend.frameon": False,
    # Both are as wide as each other, so that texts can stay texts.
    "font.sans-serif": ["DejaVu Sans", "Verdana"],
    "svg.fonttype": "none",
    # The same numbers shall make the same file.
    "svg.hashsalt": "benchmarks",
}


def write(results, folder):
    """Draw a picture for each of the results that has one.

    :param results: by the measurements' names
    :param folder: where they go
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in DRAWINGS.items():
        if name in results:
            with matplotlib.rc_context(STYLE):
                figure = draw(results[name])
                figure.savefig(folder / f"{name}.svg", metadata={"Date": None})


def _send(result):
    figure, panels = _panels(2, 3.1)
    for panel, name, title in zip(
        panels,
        ("send", "network"),
        ("From the click to the reader", "In requests to Stripe"),
        strict=True,
    ):
        groups = {
            f"{round_trip * 1000:.0f} ms": {
                side: [milliseconds(sample[name]) for sample in by_side[side]]
                for side in send.ALL_SIDES
            }
            for round_trip, cold, by_side in send.groups(result)
            if not cold
        }
        _bars(panel, groups, send.ALL_SIDES)
        panel.set_title(f"{title}, ms")
        panel.set_xlabel("round trip to Stripe")
    _legend(figure, send.ALL_SIDES, "bars: medians of a payment; lines: up to p95")
    return figure


def _tills(result):
    figure, panels = _panels(3, 3.1)
    counts = tills.counts(result)
    found = {side: [tills.summary(result, count, side) for count in counts] for side in SIDES}
    for panel, name, title in zip(
        panels,
        ("rate", "overhead_p95", "unrelated_p95"),
        ("Payments per second", "Overhead, p95, ms", "Unrelated request, p95, ms"),
        strict=True,
    ):
        places = range(len(counts))
        if name == "rate":
            allowed = [one["allowed"] for one in found[OURS]]
            panel.plot(places, allowed, ":", color="#374151", label="what the taps allow")
            panel.legend(loc="lower right")
        for side in SIDES:
            values = [one[name] for one in found[side]]
            panel.plot(places, values, "o-", color=COLORS[side], markersize=4)
        panel.set_xticks(places, counts)
        panel.set_xlabel("tills")
        panel.set_title(title)
        panel.grid(axis="y")
        _logarithmic(panel.yaxis)
    _legend(figure, SIDES, "two workers, a Stripe that takes 200 ms")
    return figure


def _answer(result):
    figure, (panel,) = _panels(1, 2.6)
    ways = answer.by_way(result)
    names = {way: NAMES.get(way) or way.replace(OURS, NAMES[OURS]) for way in ways}
    for place, (way, seconds) in enumerate(ways.items()):
        color = COLORS[CORE if way == CORE else OURS]
        values = [milliseconds(one) for one in seconds]
        panel.plot(values, [place] * len(values), "o", color=color, alpha=0.35, markersize=5)
        panel.plot([median(values)] * 2, [place - 0.3, place + 0.3], color=color, linewidth=2.5)
    panel.set_yticks(range(len(ways)), [names[way] for way in ways])
    panel.invert_yaxis()
    panel.set_xlim(left=0)
    panel.grid(axis="x")
    panel.set_title("From the approval to “Payment Successful”, ms")
    panel.set_xlabel("dots: payments; lines: medians")
    return figure


def _start(result):
    figure, (panel,) = _panels(1, 3.1)
    seconds = start.groups(result, "seconds")
    groups = {hosts: {side: seconds[hosts, side] for side in start.ADDONS} for hosts in start.HOSTS}
    _bars(panel, groups, start.ADDONS)
    panel.set_title("Until the Point of Sale shows its products, seconds")
    panel.set_xlabel("Stripe's hosts are …")
    _legend(figure, start.ADDONS, "bars: medians; lines: up to p95")
    return figure


def _growth(result):
    few, many = growth.lengths(result)
    found = growth.by_operation(result)
    figure, (panel,) = _panels(1, 3.6)
    for place, by_rows in enumerate(found.values()):
        values = [milliseconds(median(by_rows[rows])) for rows in (few, many)]
        panel.plot(values, [place] * 2, color="#c7c9d9", linewidth=2, zorder=1)
        panel.plot(values[0], place, "o", color=COLORS[start.WITHOUT], markersize=7)
        panel.plot(values[1], place, "o", color=COLORS[OURS], markersize=5)
    panel.set_yticks(range(len(found)), found)
    panel.invert_yaxis()
    panel.set_xlim(left=0)
    panel.grid(axis="x")
    panel.set_title("A request by the length of the journal, medians, ms")
    for rows, color in ((few, COLORS[start.WITHOUT]), (many, COLORS[OURS])):
        panel.plot([], [], "o", color=color, label=f"{rows:,} payments")
    panel.legend()
    return figure


DRAWINGS = {"send": _send, "tills": _tills, "answer": _answer, "start": _start, "growth": _growth}


def _panels(count, height):
    figure = Figure(figsize=(8.4, height), layout="constrained")
    return figure, figure.subplots(1, count, squeeze=False)[0]


def _bars(panel, groups, sides):
    """Draw a group of bars for each of the groups, which hold a list of numbers for each side."""
    width = 0.8 / len(sides)
    for number, side in enumerate(sides):
        places = [group + (number - (len(sides) - 1) / 2) * width for group in range(len(groups))]
        lists = [by_side[side] for by_side in groups.values()]
        heights = [median(values) for values in lists]
        highest = [p95(values) for values in lists]
        panel.bar(places, heights, width * 0.92, color=COLORS[side])
        panel.vlines(places, heights, highest, color="#374151", linewidth=1)
        for place, height in zip(places, heights, strict=True):
            panel.annotate(
                shown(float(height)),
                (place, height),
                (0, 3),
                textcoords="offset points",
                ha="center",
                fontsize=8,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )
    panel.set_xticks(range(len(groups)), groups)
    panel.tick_params(axis="x", length=0)
    panel.grid(axis="y")


def _logarithmic(axis):
    """Let an axis grow by multiples, with plain numbers."""
    axis.axes.set_yscale("log")
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def _legend(figure, sides, note):
    handles = [Patch(color=COLORS[side], label=NAMES[side]) for side in sides]
    figure.legend(handles=handles, loc="outside lower left", ncols=len(handles))
    figure.supxlabel(note, x=0.99, ha="right", fontsize=8, color="#6b7280")
