"""The commands of this repository that its pages give."""

import functools
import re
import shlex
from typing import NamedTuple

from . import commands, paths

# In code of any kind; before it may be variables, after it are words of a shell.
COMMAND = re.compile(r"(?m)(?:^|[\s`])((?:[A-Z_]+=\S+ )*)\./(dev/\w+)((?: [^\s`|]+)*)")


class Quoted(NamedTuple):
    """A command as a page gives it.

    :ivar tuple variables: pairs of name and value that stand before it
    :ivar str program: such as ``dev/test``
    :ivar tuple words: what follows it
    """

    variables: tuple
    program: str
    words: tuple

    def __str__(self):
        before = "".join(f"{name}={value} " for name, value in self.variables)
        return f"{before}./{shlex.join([self.program, *self.words])}"


def on(page):
    """Return the :class:`Quoted` commands of a page, in its order."""
    return [
        Quoted(
            tuple(tuple(pair.split("=", 1)) for pair in variables.split()),
            program,
            tuple(shlex.split(words)),
        )
        for variables, program, words in COMMAND.findall(page.read_text())
    ]


@functools.cache
def pages():
    """Return all pages of the repository."""
    names = commands.output(["git", "-C", paths.ROOT, "ls-files", "*.md"]).splitlines()
    return [paths.ROOT / name for name in names if (paths.ROOT / name).is_file()]
