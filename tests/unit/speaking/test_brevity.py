"""Answers that end behind a sentence, sooner than the language model would."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from voiceos.speaking.brevity import brief


class Model:
    """Writes a text word by word, and knows whether it was stopped."""

    def __init__(self, text: str) -> None:
        self.left = re.findall(r"\s*\S+", text)

    async def pieces(self) -> AsyncIterator[str]:
        while self.left:
            yield self.left.pop(0)


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("It is at the corner. You can walk. It takes ten minutes.", 5, "It is at the corner."),
        ("Yes. It is at the corner, left of the bank. You can walk.", 5, "Yes. It is at the corner, left of the bank."),
        ("Ask Dr. Brown at 3.5 or so. He knows. And more.", 3, "Ask Dr. Brown at 3.5 or so."),
        ("It has no end that could be seen", 3, "It has no end that could be seen"),
        ("One sentence only.", 1, "One sentence only."),
        ("Wait! What? Never mind.", 2, "Wait! What?"),
        ('He said "go home." Then he left.', 3, 'He said "go home."'),
    ],
)
async def test_it_ends_with_a_sentence(text: str, words: int, said: str) -> None:
    model = Model(text)
    assert "".join([piece async for piece in brief(model.pieces(), words, "en")]) == said
    assert len(model.left) == max(0, len(text.split()) - len(said.split()) - 1), "it wrote on, unheard"
