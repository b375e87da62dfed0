"""What `voiceos bench` measures."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

import pytest
import typer

from voiceos.cli.bench import Bench, chosen


@pytest.mark.parametrize(
    ("words", "names", "options"),
    [
        ((), list(Bench), []),
        (("stt", "idle"), [Bench.STT, Bench.IDLE], []),
        (("noise", "--limit", "3"), [Bench.NOISE], ["--limit", "3"]),
        (("--sweep", "--png", "curve.png"), [Bench.CONVERSATION], ["--sweep", "--png", "curve.png"]),
    ],
)
def test_names_and_their_options(words: Sequence[str], names: list[Bench], options: list[str]) -> None:
    assert chosen(words) == (names, options)


@pytest.mark.parametrize("words", [("sst",), ("stt", "idle", "--limit", "3"), ("stt", "sst", "--json")])
def test_what_cannot_be_measured_is_said(words: Sequence[str]) -> None:
    with pytest.raises(typer.BadParameter):
        chosen(words)


@pytest.mark.parametrize("one", Bench)
def test_each_name_is_a_module(one: Bench) -> None:
    assert importlib.util.find_spec(f"voiceos.bench.{one.value.replace('-', '_')}") is not None
