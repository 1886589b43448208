"""Tables for people: in the terminal and in Markdown, the same one."""

import dataclasses

NOTHING = "–"


@dataclasses.dataclass
class Table:
    """A title, the columns' names, and rows of texts and numbers.

    The first column stands left, the others right.
    """

    title: str
    columns: tuple
    rows: list
    note: str = ""

    def markdown(self):
        """Return the table with its title, if it has one, in Markdown."""
        rows = self._texts()
        widths = [max(len(row[index]) for row in rows) for index in range(len(self.columns))]
        lines = [_line(row, widths) for row in rows]
        marks = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
        lines.insert(1, f"| {' | '.join(marks)} |")
        note = [self.note, ""] if self.note else []
        title = [f"**{self.title}**", ""] if self.title else []
        return "\n".join([*title, *lines, "", *note])

    def _texts(self):
        return [tuple(self.columns), *(tuple(map(shown, row)) for row in self.rows)]


def _line(row, widths):
    cells = [row[0].ljust(widths[0])]
    cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
    return f"| {' | '.join(cells)} |"


def shown(value):
    """Return a cell's text: numbers with three digits that count, None as a dash."""
    if value is None:
        return NOTHING
    if not isinstance(value, float):
        return str(value)
    if abs(value) >= 100:
        return f"{value:.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}"


def milliseconds(seconds):
    """Return seconds as milliseconds for a cell; None stays None."""
    return None if seconds is None else seconds * 1000
