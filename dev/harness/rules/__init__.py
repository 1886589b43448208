"""The rules that `dev/test rules` takes out of the code in turn, see `parts.mutations`."""

from . import evidence, kinds, money, queue, rights, strict, words

_FILES = (money, rights, evidence, queue, words, strict, kinds)
SUBJECTS = tuple(subject for file in _FILES for subject in file.SUBJECTS)
ALL = tuple(rule for file in _FILES for rule in file.RULES)
