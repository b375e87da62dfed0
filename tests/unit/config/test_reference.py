"""config.toml and docs/configuration.md are what the code makes of the model."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from voiceos.config import KEYS, Settings
from voiceos.config.lines import statements
from voiceos.config.reference import commented_out, config_toml, markdown

ROOT = Path(__file__).parents[3]


def test_config_toml_is_equal_to_the_code() -> None:
    # In a clone the file is also its owner's settings, so a key that is switched on counts as its commented line.
    lines = []
    for statement in statements((ROOT / "config.toml").read_text(encoding="utf-8")):
        switched_on = [path for path in statement.paths if path in KEYS]
        lines.append(commented_out(KEYS[switched_on[0]]) if switched_on else statement.text)
    assert "\n".join(lines) == config_toml(), "run `voiceos config reference --toml --output config.toml`"


def test_the_reference_is_equal_to_the_code() -> None:
    assert (ROOT / "docs/configuration.md").read_text(encoding="utf-8") == markdown(), "run `make docs`"


def test_the_file_as_shipped_sets_nothing() -> None:
    assert tomllib.loads(config_toml()) == {"version": 1} | {section: {} for section in Settings.model_fields}


def test_every_key_taken_out_of_its_comment_is_its_default() -> None:
    text = config_toml()
    for key in KEYS.values():
        assert text.count(f"\n{commented_out(key)}\n") >= 1
    everything = "\n".join(
        line.removeprefix("#") if line.startswith("#") and not line.startswith("# ") else line
        for line in text.splitlines()
    )
    data = tomllib.loads(everything)
    data.pop("version")
    assert data == Settings().model_dump()


@pytest.mark.parametrize("name", KEYS)
def test_every_key_says_why_what_it_takes_and_when_it_takes_effect(name: str) -> None:
    key = KEYS[name]
    assert key.why.endswith((".", ")"))
    assert key.allowed
    for suffix, word in (("_ms", "millisecond"), ("_s", "econds"), ("_tokens", "tokens")):
        if name.endswith(suffix):
            assert word in key.why
