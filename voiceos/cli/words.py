"""The text that `ask` and `say` are given: an argument, or standard input."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence

import typer

STDIN = "-"


def piped() -> bool:
    """Something other than a keyboard is at standard input."""
    return sys.stdin is not None and not sys.stdin.isatty()


def text_of(words: Sequence[str], verb: str) -> str:
    """One text, without white space around it. Raises typer.BadParameter for none, for several, and for bytes that are
    no text."""
    if len(words) > 1:  # joined they would have lost what the shell took: quotes, double spaces, stars
        raise typer.BadParameter(f"put the text in quotes: voiceos {verb} {shlex.quote(' '.join(words))}")
    text = _from_stdin() if words[0] == STDIN else words[0]
    if not text.strip():
        raise typer.BadParameter("there is no text")
    try:
        text.encode()
    except UnicodeEncodeError:  # bytes of an argument that are no UTF-8
        raise typer.BadParameter("this is no text: it holds bytes that are not UTF-8") from None
    return text.strip()


def _from_stdin() -> str:
    if sys.stdin is None:
        raise typer.BadParameter("standard input is closed; give the text as an argument")
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise typer.BadParameter("this is no text: standard input holds bytes that are not UTF-8") from None
