"""Run a program, keep what it wrote, and fail with one sentence."""

import os
import re
import subprocess
import sys

from . import paths
from .console import Problem, Terminated

PARTING_SECONDS = 30
# What runs in the background of a shell ignores Ctrl-C, and so would all that it starts.
INTERRUPTIBLE = ("env", "--default-signal=INT")
# “module.SomeError: what went wrong”, “fatal: …”, “ERROR: …”
ERROR = re.compile(r"([\w.]+(Error|Exception)|fatal|ERROR): ")


def ending_with_us():
    """Return what a command begins with to end when this process does, also when that is killed."""
    return [sys.executable, str(paths.DEV / "harness" / "child.py"), str(os.getpid())]


def run(command, *, log, purpose, env=None, cwd=None, stdin=None, timeout=None):
    """Run ``command`` to its end with its output in ``.dev/logs/<log>.log``.

    :param command: the program and its arguments
    :param log: the log file's name without ending
    :param purpose: what fails when it fails ("Installing …"), the sentence's beginning
    :param env: the environment, or None for this process's own
    :param stdin: a path whose content the program reads, or None
    :param timeout: seconds, or None for no limit
    :raises Problem: the program is missing, failed, or took too long
    """
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log_file = paths.LOGS / f"{log}.log"
    with log_file.open("wb") as output, open(stdin or "/dev/null", "rb") as feed:
        try:
            done = subprocess.run(
                [str(part) for part in command],
                stdin=feed,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                timeout=timeout,
                check=False,
            )
        except FileNotFoundError:
            raise Problem(f"{purpose} needs the program “{command[0]}”: install it.") from None
        except subprocess.TimeoutExpired:
            raise Problem(
                f"{purpose} took longer than {timeout} s; its output is in {log_file}."
            ) from None
    if done.returncode:
        raise Problem(f"{purpose} failed: {last_line(log_file)} (all of it is in {log_file})")


def call(command, *, env=None, cwd=None, stdout=None):
    """Run ``command`` in the foreground and return its exit code.

    Ctrl-C reaches the program too; it gets the time to clean up after itself.

    :param stdout: a file for all its output, or None for the terminal
    """
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.STDOUT if stdout else None,
        env=env,
        cwd=cwd,
    )
    try:
        return process.wait()
    except KeyboardInterrupt as interruption:
        if isinstance(interruption, Terminated):
            process.terminate()
        try:
            process.wait(PARTING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        raise


def last_line(log_file):
    """Return the line of ``log_file`` that most likely says what went wrong, or a placeholder.

    That is the last one which names an error, else the last one that reads like a message.
    """
    lines = log_file.read_text(errors="replace").splitlines()
    messages = [line.strip() for line in lines if line[:1].isalnum()]
    errors = [line for line in messages if ERROR.match(line)]
    return (errors or messages or ["it wrote nothing"])[-1]


def output(command, *, env=None):
    """Return what ``command`` prints, or None if it is missing or fails."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=env,
            check=False,
        )
    except (FileNotFoundError, PermissionError):
        return None
    return done.stdout if done.returncode == 0 else None
