"""What the pages for shops and developers name is there: a wrong name costs a newcomer an hour."""

import functools
import importlib
import os
import re
import shlex

import pytest

from harness import commands, paths, quoted, rules, testing
from harness.released_suite.changed import CHANGED

ARCHITECTURE = paths.ROOT / "docs" / "ARCHITECTURE.md"
README = paths.DEV / "README.md"
PAGES = [ARCHITECTURE, paths.ROOT / "CONTRIBUTING.md", README]
FRONT = paths.ROOT / "README.md"
MANUAL = [
    FRONT,
    *(paths.ROOT / name for name in ("CHANGELOG.md", "ROADMAP.md", "SECURITY.md")),
    *sorted((paths.ROOT / "docs").glob("[0-9O]*.md")),
]
HOOKS = paths.ROOT / ".pre-commit-config.yaml"
BENCHMARKS = sorted((paths.ROOT / "benchmarks").glob("*.py"))
# Where their options are.
TAKES_OPTIONS = {"dev/demo": "dev/harness/demo.py", "dev/bench": "benchmarks/command.py"}
PYTEST_OPTIONS = {"-k", "-s", "-x", "--pdb"}
# So much can be read at one go.
ARCHITECTURE_BYTES = 12_000
FRONT_BYTES = 8_000

CODE = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"```.*?```", re.DOTALL)
LINK = re.compile(r"\]\(([^)#]*)(?:#([^)]*))?\)")
OPTION = re.compile(r"(?m)(?<=`)(--?[a-z][\w-]*)(?=`)")
FILE = re.compile(r"[\w.*/-]+(?:/|\.(?:cjs|csv|js|lock|md|pot|py|toml|xml|yaml))")
NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
ROUTE = re.compile(r"/pos_payment_stripe/[\w/]+")


def spans(page):
    """Return what a page writes as code within a line."""
    return CODE.findall(BLOCK.sub("", page.read_text()))


@functools.cache
def files(*patterns):
    """Return the files of the repository, or those that patterns of git's name."""
    names = commands.output(["git", "-C", paths.ROOT, "ls-files", *patterns])
    return [paths.ROOT / name for name in names.splitlines() if (paths.ROOT / name).is_file()]


@functools.cache
def sources():
    """Return all that is written in Python, JavaScript or XML, in one text."""
    return "\n".join(file.read_text() for file in files("*.py", "*.js", "*.xml"))


def is_there(name, page):
    """Tell whether a file, a folder or a pattern of files is in the repository.

    Its path may begin beside the page, and a name alone is that of any file. What `dev/` makes
    itself, in `.dev/`, does not count.
    """
    if name.startswith(".dev/"):
        return True
    if "/" not in name and any(file.name == name for file in files()):
        return True
    return any(next(folder.glob(name), None) for folder in (paths.ROOT, page.parent))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_file_is_there(page):
    named = [name for name in spans(page) if FILE.fullmatch(name) and name[0] != "/"]
    assert named
    assert [name for name in named if not is_there(name, page)] == []


@pytest.mark.parametrize("page", [*PAGES, *MANUAL], ids=lambda page: page.name)
def test_each_link_leads_somewhere(page):
    for target, anchor in LINK.findall(page.read_text()):
        if "://" in target:
            continue
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), target
        if anchor:
            titles = re.findall(r"(?m)^#+ (.+)$", file.read_text())
            slugs = [re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles]
            assert anchor in slugs, f"{target}#{anchor}"


def needless(page, program, words):
    """Return those of a command's words that it could do nothing with."""
    if program == "dev/test":
        return needless_of_test(page, words)
    # Their usage is all that these take.
    if program not in TAKES_OPTIONS:
        return [word for word in words if word not in ("-h", "--help")]
    source = (paths.ROOT / TAKES_OPTIONS[program]).read_text()
    measurements = re.findall(r'(?m)^NAME = "(\w+)"', "\n".join(f.read_text() for f in BENCHMARKS))
    return [
        word
        for word in words
        if f'"{word}"' not in source and not (program == "dev/bench" and word in measurements)
    ]


def needless_of_test(page, words):
    """Return those words after `dev/test` that are no part, option, file, hook or suite of it."""
    parts, words = testing.split(words)
    if words and not parts:
        return words
    values = {words[at + 1] for at, word in enumerate(words[:-1]) if word == "-k"}
    hooks = re.findall(r"- id: ([\w-]+)", HOOKS.read_text())
    allowed = {
        "lint": {"--fix", *hooks},
        "odoo": {*PYTEST_OPTIONS, "kiosk"},
        "commands": {word for word in words if (paths.ROOT / word).is_file()},
        "core": {word for word in words if word[0] == "/"} | {"kiosk"},
        "hoot": {word for word in words if is_suite(word)},
        "released": {word for word in words if any(word in one.test for one in CHANGED)},
        "rules": {word for word in words if any(rule.has_one_of([word]) for rule in rules.ALL)},
    }
    for part in testing.PYTEST_PARTS:
        allowed.setdefault(part, PYTEST_OPTIONS)
    known = values.union(*(allowed.get(part, ()) for part in parts))
    named = {word: word.partition("::")[0] for word in words if word not in known}
    return [
        word for word, name in named.items() if not FILE.fullmatch(name) or not is_there(name, page)
    ]


def is_suite(word):
    """Tell whether hoot has a suite of a name such as `@pos_payment_stripe/unit`."""
    addon, _slash, folder = word.removeprefix("@").partition("/")
    return addon == paths.ADDON and (paths.ROOT / "static" / "tests" / folder).exists()


@pytest.mark.parametrize("page", [*PAGES[1:], FRONT], ids=lambda page: page.name)
def test_commands_are_given(page):
    assert quoted.on(page)


@pytest.mark.parametrize("page", files("*.md"), ids=lambda page: str(page.relative_to(paths.ROOT)))
def test_each_command_can_be_given(page):
    for command in quoted.on(page):
        assert os.access(paths.ROOT / command.program, os.X_OK), command.program
        assert needless(page, command.program, list(command.words)) == [], str(command)
        assert [name for name, _value in command.variables if name not in sources()] == []


def test_a_command_that_cannot_be_given_is_noticed():
    for words in (
        "everything",
        "--all",
        "unit --fix",
        "lint no-such-hook",
        "odoo tests/test_nothing.py",
        "hoot @pos_payment_stripe/nothing",
        "rules nothing-of-the-kind",
        "released nothing-of-the-kind",
    ):
        assert needless(README, "dev/test", shlex.split(words)), words
    assert needless(README, "dev/demo", ["--nothing"])
    assert needless(README, "dev/bench", ["nothing"])
    assert needless(README, "dev/package", ["--out"])


@pytest.mark.parametrize("page", [*PAGES[1:], FRONT], ids=lambda page: page.name)
def test_each_option_is_one_of_our_commands(page):
    sources_of_commands = "".join(
        path.read_text() for path in [*(paths.DEV / "harness").rglob("*.py"), *BENCHMARKS]
    )
    for option in OPTION.findall(page.read_text()):
        assert f'"{option}"' in sources_of_commands or option in PYTEST_OPTIONS, option


@pytest.mark.parametrize("page", files("*.md"), ids=lambda page: str(page.relative_to(paths.ROOT)))
def test_what_pip_installs_and_python_runs_is_there(page):
    text = page.read_text()
    for name in re.findall(r"pip install -r pos_payment_stripe/(\S+?)[`\s]", text):
        assert (paths.ROOT / name).is_file(), name
    for module, words in re.findall(r"(?m)python -m (stripe_simulator)(.*)$", text):
        importlib.import_module(f"{module}.__main__").parse(shlex.split(words))


@pytest.mark.parametrize("page", PAGES[:2], ids=lambda page: page.name)
def test_each_name_is_in_the_code(page):
    for name in spans(page):
        if NAME.fullmatch(name) and not FILE.fullmatch(name):
            last = name.rpartition(".")[2]
            assert re.search(rf"\b{last}\b", sources()), name
        elif ROUTE.fullmatch(name):
            assert name in sources(), name


def test_each_promise_has_its_tests():
    promises = re.findall(r"(?m)^(\d+)\. \*\*", ARCHITECTURE.read_text())
    rows = dict(re.findall(r"(?m)^\| (\d+)\. [^|]+\| ([^|]+) \|$", README.read_text()))
    assert list(rows) == promises
    for number, tests in rows.items():
        named = CODE.findall(tests)
        assert named, number
        assert [name for name in named if "test" not in name.rpartition("/")[2]] == []


def test_the_architecture_can_be_read_at_one_go():
    assert len(ARCHITECTURE.read_bytes()) <= ARCHITECTURE_BYTES


def test_the_front_page_is_short_and_leads_to_every_chapter():
    assert len(FRONT.read_bytes()) <= FRONT_BYTES
    led_to = {(FRONT.parent / target).resolve() for target, _ in LINK.findall(FRONT.read_text())}
    assert set(MANUAL) - led_to == {FRONT}
