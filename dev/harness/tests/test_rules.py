"""The table of rules fits the code and the tests; each subject of it has a rule."""

import ast
import re

import pytest

from harness import mutation, paths, rules

# Tests that a loop adds to a class: what is broken, how, and when.
CELL = re.compile(r"test_\w+?__\w+$")


def functions(file):
    """Return the names of a file's functions and its methods, these as ``Class::method``."""
    found, classes = set(), {}
    for node in ast.parse((paths.ROOT / file).read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            classes[node.name] = node
    for name, node in classes.items():
        found |= {f"{name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
    return found


@pytest.mark.parametrize("rule", rules.ALL, ids=lambda rule: rule.sentence)
def test_a_rule(rule):
    source = (paths.ROOT / rule.file).read_text()
    mutated = mutation.replaced(source, rule.text, rule.replacement)
    assert ast.dump(ast.parse(mutated)) != ast.dump(ast.parse(source))
    assert rule.subject in rules.SUBJECTS
    assert rule.tests
    for test in rule.tests:
        file, _colons, name = test.partition("::")
        owner, _colons, cell = name.partition("::")
        if CELL.match(cell):
            assert f"add_cells({owner}, " in (paths.ROOT / file).read_text()
        else:
            assert name in functions(file)


def test_each_subject_has_a_rule():
    assert {rule.subject for rule in rules.ALL} == set(rules.SUBJECTS)


def test_no_sentence_is_there_twice():
    assert len({(rule.subject, rule.sentence) for rule in rules.ALL}) == len(rules.ALL)
