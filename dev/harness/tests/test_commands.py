"""A missing or failing program is one sentence."""

import sys

import pytest

from harness import commands, ports
from harness.console import Problem, clear_ending


def run(*command, **options):
    commands.run(command, log="harness-test", purpose="Trying", **options)


def test_a_missing_program_is_named():
    with pytest.raises(Problem, match=r"Trying needs the program “no-such-program”"):
        run("no-such-program")


def test_a_failure_tells_its_last_message():
    with pytest.raises(Problem, match=r"Trying failed: it went wrong"):
        run(sys.executable, "-c", "import sys; print('it went wrong'); print('  ^'); sys.exit(1)")


def test_an_error_says_more_than_what_follows_it():
    with pytest.raises(Problem, match=r"Trying failed: some.ParseError: not valid"):
        run(
            sys.executable,
            "-c",
            "print('some.ParseError: not valid\\nfile x'); raise SystemExit(1)",
        )


def test_a_slow_program_is_ended():
    with pytest.raises(Problem, match="took longer than"):
        run(sys.executable, "-c", "import time; time.sleep(30)", timeout=0.2)


def test_a_problem_ends_a_command_without_a_traceback(capsys):
    with pytest.raises(SystemExit) as ending, clear_ending("dev/test"):
        raise Problem("the thing is missing.")
    assert ending.value.code == 2
    assert capsys.readouterr().err == "dev/test: the thing is missing.\n"


def test_a_given_port_must_be_free():
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        with pytest.raises(Problem, match=f"port {taken} is taken"):
            ports.given_or_free(taken, 8069)
        assert ports.given_or_free(None, taken) != taken
