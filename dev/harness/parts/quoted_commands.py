"""Each command that the pages give, as they give it; measurements with few samples.

But for those that ``dev/test`` without arguments gives by itself, and for that one.
"""

import os
import signal
import subprocess

from .. import commands, demo, paths, quoted, testing
from ..console import say
from . import Count

LOGS = paths.LOGS / "commands"
# Measured in full they take half an hour; two thousand stories take an hour.
FEW_SAMPLES = {"dev/bench": ["--quick"]}
FEW = {"STORIES": "20", "ROAMING": "20"}
# It goes on until somebody stops it.
ENDLESS = "dev/demo"
# Stands for what only the reader has: a key, a checkout of another Odoo.
GAP = "…"


def run(extra):
    """Run the commands of all pages, or those with one of the words of ``extra`` in them."""
    LOGS.mkdir(parents=True, exist_ok=True)
    given = dict.fromkeys(command for page in quoted.pages() for command in quoted.on(page))
    count = Count()
    for command in given:
        if not _is_left_out(command) and (
            not extra or set(extra) & {command.program, *command.words}
        ):
            is_good = _run(command)
            count += Count(int(is_good), int(not is_good))
    return count


def _is_left_out(command):
    """Tell whether a command has a gap, is given elsewhere, or would never end."""
    if command.program == "dev/test":
        is_elsewhere = {*testing.PARTS}.issuperset(command.words)
    else:
        # Each of its measurements is given.
        is_elsewhere = command.program == "dev/bench" and not command.words
    return GAP in str(command) or is_elsewhere or command.words[:1] == ("commands",)


def _run(command):
    say(str(command))
    variables = {name: FEW.get(name, value) for name, value in command.variables}
    log_file = LOGS / f"{'_'.join([command.program, *command.words]).replace('/', '_')}.log"
    few = [] if "report" in command.words else FEW_SAMPLES.get(command.program, [])
    with log_file.open("w", buffering=1) as log:
        process = subprocess.Popen(
            [*commands.INTERRUPTIBLE, paths.ROOT / command.program, *command.words, *few],
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        is_there = command.program != ENDLESS
        for line in process.stdout:
            log.write(line)
            if command.program == ENDLESS and demo.READY in line:
                is_there = True
                process.send_signal(signal.SIGINT)
        code = process.wait()
    is_good = is_there and (code == 0 or command.program == ENDLESS)
    if not is_good:
        say(f"It ended with {code} (log: {log_file}).")
    return is_good
