"""An answer that ends sooner than the language model would: behind a whole sentence, so that nothing breaks off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

from voiceos.speaking.phrases import PhraseSplitter


async def brief(pieces: AsyncIterator[str], words: int, language: str) -> AsyncIterator[str]:
    """The pieces up to the end of the sentence in which there are so many words. Then they are closed, which stops the
    language model; it had begun no more than the next sentence's first word."""
    splitter = PhraseSplitter(language)
    said = ""
    async with aclosing(pieces) as stream:  # type: ignore[type-var]
        async for piece in stream:
            if _ends(splitter, said, piece, words):
                return
            said += piece
            yield piece


def _ends(splitter: PhraseSplitter, said: str, piece: str, words: int) -> bool:
    """Whether the answer ends before this piece."""
    begins = said[-1:].isspace() or piece[:1].isspace()
    following = piece.strip()[:1]
    return bool(
        begins and following and len(said.split()) >= words and splitter.ends_sentence(said.rstrip(), following)
    )
