"""What the addon's Python does is said in functions that are read at a glance."""

import ast

import pytest

from harness import paths

# Those that are not what a server runs.
LEFT_OUT = {"tests", "dev", "benchmarks", "docs"}
MOST_LINES = 50
PLACES = [path for path in paths.ROOT.iterdir() if path.name[0] != "."]
FILES = sorted(
    file.relative_to(paths.ROOT).as_posix()
    for place in PLACES
    if place.name not in LEFT_OUT
    for file in ([place] if place.suffix == ".py" else place.rglob("*.py"))
    if "tests" not in file.parts
)


@pytest.mark.parametrize("file", FILES)
def test_a_function_has_few_lines(file):
    tree = ast.parse((paths.ROOT / file).read_text())
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > MOST_LINES
    }
    assert not long
