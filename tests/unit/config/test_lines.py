from __future__ import annotations

from voiceos.config.lines import key_lines, statements

TEXT = '''\
# [not.a.header]
a.b = 1
text = """
[not.a.header]
c = 2
"""
list = [
  1, # one
  2,
]
"quoted key" = 'x'

[one.two] # a comment
  indented = { inner = 3 }
[[many]]
x = 1
[[many]]
x = 2
'''


def test_every_key_has_its_line() -> None:
    assert key_lines(TEXT) == {
        "a": 2,
        "a.b": 2,
        "text": 3,
        "list": 7,
        "quoted key": 11,
        "one.two": 13,
        "one.two.indented": 14,
        "one.two.indented.inner": 14,
        "many": 15,
        "many.x": 16,
    }


def test_statements_put_together_are_the_text() -> None:
    parts = list(statements(TEXT))
    assert "\n".join(part.text for part in parts) == TEXT
    assert [part.line for part in parts[1:]] == [part.last_line + 1 for part in parts[:-1]]


def test_windows_line_ends_count_alike() -> None:
    assert key_lines(TEXT.replace("\n", "\r\n")) == key_lines(TEXT)
