"""The table of rules fits the code and the tests; each subject of it has a rule."""

import ast

import pytest

from harness import mutation, paths, pytest_ids, rules


@pytest.mark.parametrize("rule", rules.ALL, ids=lambda rule: rule.sentence)
def test_a_rule(rule):
    source = (paths.ROOT / rule.file).read_text()
    mutated = mutation.replaced(source, rule.text, rule.replacement)
    assert ast.dump(ast.parse(mutated)) != ast.dump(ast.parse(source))
    assert rule.subject in rules.SUBJECTS
    assert rule.tests
    for test in rule.tests:
        assert pytest_ids.is_there(test), test


def test_each_subject_has_a_rule():
    assert {rule.subject for rule in rules.ALL} == set(rules.SUBJECTS)


def test_no_sentence_is_there_twice():
    assert len({(rule.subject, rule.sentence) for rule in rules.ALL}) == len(rules.ALL)
