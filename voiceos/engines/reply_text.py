"""From the pieces that a language model writes to text that may be spoken: whole characters, no thoughts, no loops."""

from __future__ import annotations

import codecs
import re

THOUGHT_OPENS, THOUGHT_ENDS = "<think>", "</think>"

_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]")


class ReplyText:
    """Bytes of tokens in, text out. A character that is split over tokens waits for its rest; thoughts are dropped."""

    def __init__(self) -> None:
        # A model may end in the middle of a character; there is nothing to say of the stump.
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        self._held = ""
        self._thinks = False
        self._blank = False
        """A thought has just ended, and the blank lines behind it belong to it."""

    def add(self, piece: bytes) -> str:
        """Text that is ready to be said, perhaps none."""
        self._held += self._decoder.decode(piece)
        ready = ""
        while True:
            mark = THOUGHT_ENDS if self._thinks else THOUGHT_OPENS
            before, found, after = self._held.partition(mark)
            if not found:
                break
            ready += "" if self._thinks else before
            self._held = after
            self._blank = self._thinks
            self._thinks = not self._thinks
        keep = _begun(self._held, mark)
        if not self._thinks:
            ready += self._held[: len(self._held) - keep]
        self._held = self._held[len(self._held) - keep :]
        if self._blank:
            ready = ready.lstrip()
            self._blank = not ready
        return ready

    def end(self) -> str:
        """What was held back and turned out to be no mark."""
        rest = "" if self._thinks else self._held
        self._held = ""
        return rest


def _begun(text: str, mark: str) -> int:
    """Length of the longest end of `text` that begins `mark`."""
    return next((n for n in range(min(len(mark) - 1, len(text)), 0, -1) if mark.startswith(text[-n:])), 0)


class LoopGuard:
    """Notices a reply that runs in circles, as small models do.

    Three whole repetitions of the same tokens in a row, long enough to be no figure of speech ("ha ha ha"), or the same
    sentence of three words or more for the third time.
    """

    LONGEST_PERIOD = 64
    """Tokens."""
    SHORTEST_LOOP = 24
    """Tokens that the repetitions must fill together."""

    def __init__(self) -> None:
        self._tokens: list[int] = []
        self._open_sentence = ""
        self._sentences: dict[str, int] = {}

    def loops(self, token: int, text: str) -> bool:
        """True once the reply, after this token and its text, goes round and round."""
        self._tokens.append(token)
        return self._repeats() or self._says_again(text)

    def _repeats(self) -> bool:
        said = self._tokens
        for period in range(1, self.LONGEST_PERIOD + 1):
            span = max(3 * period, self.SHORTEST_LOOP)
            if span > len(said):
                return False
            if said[-span:-period] == said[-span + period :]:
                return True
        return False

    def _says_again(self, text: str) -> bool:
        self._open_sentence += text
        end = 0
        again = False
        for found in _SENTENCE.finditer(self._open_sentence):
            end = found.end()
            sentence = " ".join(found[0].casefold().split())
            if sentence.count(" ") >= 2:
                self._sentences[sentence] = self._sentences.get(sentence, 0) + 1
                again = again or self._sentences[sentence] >= 3
        self._open_sentence = self._open_sentence[end:]
        return again
