"""What the pages for shops and developers name is there: a wrong name costs a newcomer an hour."""

import functools
import re
import shlex

import pytest

from harness import commands, paths, testing

ARCHITECTURE = paths.ROOT / "docs" / "ARCHITECTURE.md"
README = paths.DEV / "README.md"
PAGES = [ARCHITECTURE, paths.ROOT / "CONTRIBUTING.md", README]
FRONT = paths.ROOT / "README.md"
MANUAL = [
    FRONT,
    *(paths.ROOT / name for name in ("CHANGELOG.md", "ROADMAP.md", "SECURITY.md")),
    *sorted((paths.ROOT / "docs").glob("[0-9O]*.md")),
]
# So much can be read at one go.
ARCHITECTURE_BYTES = 12_000
FRONT_BYTES = 8_000

CODE = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"```.*?```", re.DOTALL)
LINK = re.compile(r"\]\(([^)#]*)(?:#([^)]*))?\)")
COMMAND = re.compile(r"(?<!\.)\./(dev/\w+)((?: [\w./@:-]+)*)")
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


@pytest.mark.parametrize("page", [*PAGES[1:], FRONT], ids=lambda page: page.name)
def test_each_command_can_be_given(page):
    given = COMMAND.findall(page.read_text())
    assert given
    for program, arguments in given:
        assert (paths.ROOT / program).is_file(), program
        words = shlex.split(arguments)
        if program == "dev/test" and words and words[0][0] != "-":
            parts, words = testing.split(words)
            assert parts, arguments
        named = [word.partition("::")[0] for word in words if FILE.fullmatch(word)]
        assert [name for name in named if not is_there(name, page)] == []


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
