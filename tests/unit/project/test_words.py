"""No language stands in code: what the user hears, and the words that rules go by, are data in `voiceos/languages`.

English shows itself by its small words. So each text in the code is looked at that is no docstring, no key, no message
of an error or of the log and no help of a command; one that holds such a word is a rule, or a sentence, in the wrong
place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import voiceos

CODE = Path(voiceos.__file__).parent

_ENGLISH = (
    "a an the my our your his her its their mine yours theirs i me we us you he him she it they them "
    "myself yourself this that these those who whose whom and or but if because so not never no "
    "is are was were am be been do does did have has had can could would should will to"
)
SMALL_WORDS = frozenset(_ENGLISH.split())

KEYS = frozenset({"is", "did", "has", "to", "no", "never", "not", "who", "whose", "can", "am", "if"})
"""Alone these are keys of tables as well; so is a single letter of much else."""

NOT_SHIPPED_TALK = ("bench/", "cli/")
"""What measures, and what is read in a terminal: not looked at."""

READ = {
    "config/": "what settings are, and what is wrong with them",
    "daemon/": "answers to commands, and pages of the documentation",
    "catalogue/": "what becomes of a download",
    "engines/": "what becomes of an engine",
    "audio/": "what becomes of the sound",
    "errors.py": "a bug, as the log has it",
    "habits.py": "a line of `voiceos report`",
    "memory/database.py": "why the memory cannot be read",
    "memory/forgetting.py": "likewise",
    "memory/markdown.py": "headings of a file that is exported",
    "memory/schema.py": "comments in SQL",
    "memory/transfer.py": "why a file cannot be taken in",
    "repair.py": "lines of the log",
    "stored.py": "docs/stored-data.md",
    "thinking/character.py": "what the fields of a persona's file are",
    "turn_taking/machine.py": "docs/turn-taking.md",
}
"""Where sentences are read on a screen or in a page, and never heard. Rules are looked for there all the same."""

LET_BE = {
    "engines/chat_template.py": "a program in Jinja",
    "engines/scripted.py": "what the fake engines go by and say",
    "redaction.py": "what secrets are called in a log",
}
"""Files with such a rule, and what it is."""

MESSAGES = frozenset({"debug", "info", "warning", "error", "exception", "critical", "warn", "create_task", "Field"})
"""Calls whose texts are for whoever reads the log or a help."""

LOOKING_UP = frozenset({"get", "pop", "setdefault", "text", "group", "start", "end", "span"})
"""Calls whose texts are keys."""

_RULE = re.compile(r"\\[bwsd]|\(\?|[a-z]\|[a-z]|\)\|")
_NO_WORDS = re.compile(r"\(\?P?[<=]\w*[>)]?|\(\?[aiLmsux-]+[:)]|\\[A-Za-z]|\[[^\]]*\]|\{[\w,]*\}")
"""Of a regular expression: names of groups, flags, classes of characters, counts and what is filled in."""
_WORD = re.compile(r"(?<![\w'’])[a-z]+(?![\w'’])")
_POSSESSIVE = re.compile(r"['’]s\b")


class Texts(ast.NodeVisitor):
    """Those of one file that hold English: rules, words alone, and sentences where these are looked for."""

    def __init__(self, *, sentences: bool) -> None:
        self._sentences = sentences
        self.found: list[tuple[int, str]] = []

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        """What an error tells."""

    def visit_MatchValue(self, node: ast.MatchValue) -> None:
        """A key."""

    def visit_Dict(self, node: ast.Dict) -> None:
        for value in node.values:
            self.visit(value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        if not isinstance(node.slice, ast.Constant):
            self.visit(node.slice)

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called.endswith("Error") or called in MESSAGES:
            return
        self.visit(node.func)
        for given in (*node.args, *(one.value for one in node.keywords)):
            if called not in LOOKING_UP or not isinstance(given, ast.Constant):
                self.visit(given)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        parts = [str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values]
        self._look_at(node.lineno, "".join(parts))
        for one in node.values:
            if isinstance(one, ast.FormattedValue):
                self.visit(one.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._look_at(node.lineno, node.value)

    def _look_at(self, line: int, text: str) -> None:
        small = {word for word in _WORD.findall(_NO_WORDS.sub(" ", text)) if word in SMALL_WORDS}
        small |= set(_POSSESSIVE.findall(text))
        is_rule = _RULE.search(text) is not None
        is_word = text in SMALL_WORDS - KEYS and len(text) > 1
        is_sentence = self._sentences and re.search(r"\s|['’]s\b", text) is not None
        if small and (is_rule or is_word or is_sentence):
            self.found.append((line, text))


def english(source: str, *, sentences: bool = True) -> list[tuple[int, str]]:
    """Lines and texts of what is English."""
    texts = Texts(sentences=sentences)
    texts.visit(ast.parse(source))
    return texts.found


def files() -> Iterator[tuple[str, str]]:
    """Names and sources of what is looked at."""
    for path in sorted(CODE.rglob("*.py")):
        name = path.relative_to(CODE).as_posix()
        if not name.startswith(NOT_SHIPPED_TALK):
            yield name, path.read_text("utf-8")


def test_no_words_of_a_language_stand_in_code() -> None:
    found = [
        f"voiceos/{name}:{line}: {text!r}"
        for name, source in files()
        if name not in LET_BE
        for line, text in english(source, sentences=not name.startswith(tuple(READ)))
    ]
    assert not found, "these belong into voiceos/languages/en:\n" + "\n".join(found)


@pytest.mark.parametrize("name", [*READ, *LET_BE])
def test_what_is_let_be_is_there(name: str) -> None:
    sources = [source for path, source in files() if path.startswith(name)]
    assert any(english(source) for source in sources), f"take {name} out"


@pytest.mark.parametrize(
    "source",
    [
        r"""X = re.compile(r"\b(?:not|never) (?:\w+ )")""",
        r"""X = rf"(?P<who>I|we|{owner}(?:'s {someone})?)" """,
        """found = not {"i", "me", "we", "us"} & heard""",
        """article = "an" if told[0] in "aeiou" else "a" """,
        """said = f"your {subject}" """,
        """whose = f"{who}'s" """,
        """text.startswith("the ")""",
        """marks = (",", " and ", " but ")""",
    ],
)
def test_what_is_english_is_found(source: str) -> None:
    assert english(source)


@pytest.mark.parametrize(
    "source",
    [
        '''def told() -> str:\n    """What they are told."""''',
        """raise StorageError("it cannot be read", hint="look at the disk")""",
        """log.warning("the engine has not answered for %s s", silent)""",
        """who = hit.groupdict().get("who") or hit["whose"]""",
        r"""X = re.compile(r"(?P<who>[a-z]+) (?i:\w+) [^A-Za-z ,.]")""",
        """phrases.text("never_told", when=when)""",
    ],
)
def test_what_is_no_text_is_none(source: str) -> None:
    assert not english(source)
