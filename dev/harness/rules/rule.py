from typing import NamedTuple


class Rule(NamedTuple):
    """A rule of the code, and the tests that fail without it.

    :ivar str subject: what it is a part of, one of `SUBJECTS` of the file
    :ivar str sentence: the rule, in the words of a shop
    :ivar str file: where it is kept, from the repository's root
    :ivar str text: the code that keeps it, which occurs once in the file
    :ivar str replacement: what stands there instead while the tests run
    :ivar tuple tests: pytest's ids, from the repository's root; each of them has to fail
    """

    subject: str
    sentence: str
    file: str
    text: str
    replacement: str
    tests: tuple

    def has_one_of(self, words):
        """Tell whether one of some words is in the rule's sentence, file or tests."""
        text = " ".join([self.subject, self.sentence, self.file, *self.tests]).lower()
        return any(word.lower() in text for word in words)
