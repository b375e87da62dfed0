"""A text or a number that begins with a minus is no option; a misspelt option is no text."""

from __future__ import annotations

from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from voiceos.cli.minus import TakesMinus

app = typer.Typer()


@app.command(cls=TakesMinus)
def say(text: str, out: Annotated[str, typer.Option("--out", "-o")] = "") -> None:
    print(f"{text}|{out}")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-5 degrees"], "-5 degrees|"),
        (["-10"], "-10|"),
        (["-5 degrees", "-o", "x.wav"], "-5 degrees|x.wav"),
        (["--out", "x.wav", "- and on it goes"], "- and on it goes|x.wav"),
        (["--", "-5 degrees"], "-5 degrees|"),
        (["-"], "-|"),
        (["five - five"], "five - five|"),
    ],
)
def test_it_is_taken_as_it_is_meant(arguments: list[str], told: str) -> None:
    assert CliRunner().invoke(app, arguments).output.strip() == told


@pytest.mark.parametrize("arguments", [["--ot", "x", "hello"], ["-q", "hello"], ["--hlep"]])
def test_a_misspelt_option_is_refused(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2
