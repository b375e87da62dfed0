"""What `say` and `ask` are given, and how they refuse what is no text: before anything is loaded."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

VERBS = pytest.mark.parametrize("verb", ["say", "ask"])


def voiceos(*arguments: str | bytes, stdin: bytes | None = b"", before: str = "") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "voiceos", *arguments]
    if before:
        command = ["sh", "-c", f'exec "$@" {before}', "sh", *command]
    environ = os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8:strict"}
    return subprocess.run(command, input=stdin, capture_output=True, check=False, env=environ)


def refused(done: subprocess.CompletedProcess[bytes], told: str) -> None:
    error = done.stderr.decode()
    assert "Traceback" not in error
    assert (done.returncode, told in error) == (2, True), error


@VERBS
def test_standard_input_may_be_closed(verb: str) -> None:
    refused(voiceos(verb, "-", before="<&-"), "standard input is closed")
    refused(voiceos(verb, before="<&-"), "there is no text" if verb == "say" else "give either the question as text")


@VERBS
@pytest.mark.parametrize("arguments", [("-",), ()])
def test_bytes_that_are_no_text_are_refused(verb: str, arguments: tuple[str, ...]) -> None:
    refused(voiceos(verb, *arguments, stdin=b"\xff\xfe\x00h"), "bytes that are not UTF-8")


@VERBS
def test_neither_are_they_taken_as_an_argument(verb: str) -> None:
    refused(voiceos(verb, b"\xffhello"), "bytes that are not UTF-8")


@VERBS
def test_who_forgets_the_quotes_is_told_of_them(verb: str) -> None:
    refused(voiceos(verb, "what", "time", "is", "it"), f"voiceos {verb} 'what time is it'")


@VERBS
@pytest.mark.parametrize("stdin", [b"", b" \n"])
def test_nothing_is_no_text(verb: str, stdin: bytes) -> None:
    refused(voiceos(verb, stdin=stdin), "there is no text")
