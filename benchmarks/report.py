"""What the measurements say in the documentation, written between marks and never by hand."""

import re

from harness import paths

from .support.tables import NOTHING, Table, shown

SPEED = paths.ROOT / "docs" / "09-speed.md"
DETAILS = paths.ROOT / "benchmarks" / "README.md"
COMMAND = "./dev/bench"


def write_pages(measurements, results):
    """Write the tables of some results into both pages.

    :param measurements: the modules by their names
    :param results: by the same names, as many as there are
    """
    for page, name, text in (
        (SPEED, "figures", figures(measurements, results)),
        (DETAILS, "tables", details(measurements, results)),
    ):
        page.write_text(between(page.read_text(), name, text))


def between(page, name, text):
    """Return a page with a text between the marks `name`.

    :raises ValueError: the page has no such marks
    """
    begin, end = f"<!-- {name} of dev/bench: begin -->", f"<!-- {name} of dev/bench: end -->"
    if not re.search(f"{begin}.*{end}", page, re.DOTALL):
        raise ValueError(f"There is no {begin} and {end}.")
    before, rest = page.split(begin, 1)
    return f"{before}{begin}\n\n{text.strip()}\n\n{end}{rest.split(end, 1)[1]}"


def figures(measurements, results):
    """Return one table of the figures of all results, in Markdown."""
    rows = []
    for name, module in measurements.items():
        for figure in module.figures(results[name]) if name in results else ():
            missed = " (missed)" if figure.met is False else ""
            beside = f" × {figure.to or 'core'}"
            rows.append(
                (
                    figure.what,
                    (figure.target or NOTHING) + missed,
                    figure.core,
                    figure.ours,
                    NOTHING if figure.ratio is None else shown(figure.ratio) + beside,
                    f"`{COMMAND} {name}`",
                )
            )
    columns = ("", "target", "core's `pos_stripe`", "this addon", "ratio", "made by")
    return Table("", columns, rows).markdown()


def details(measurements, results):
    """Return all tables of all results with their titles, in Markdown."""
    texts = []
    for name, module in measurements.items():
        if name in results:
            made = results[name]["made"]
            texts.append(f"### {module.TITLE}")
            texts.append(
                f"`{COMMAND} {name}`, {made['date']}, revision {made['revision']}, "
                f"{made['cores']} cores, {made['seconds'] / 60:.0f} minutes."
            )
            texts += [table.markdown().strip() for table in module.tables(results[name])]
    return "\n\n".join(texts)
