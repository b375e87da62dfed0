"""`config set`: one key changes, everything else stays as its owner wrote it."""

from __future__ import annotations

import difflib
import os
import resource
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceos.config import KEYS, Key, Places
from voiceos.config.edit import set_value, with_value
from voiceos.config.files import write
from voiceos.config.reference import config_toml
from voiceos.errors import ConfigError, StorageError
from voiceos.languages import available


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.fixture
def places(path: Path) -> Places:
    return Places(system=path.with_name("system.toml"), user=path)


def other_value(key: Key) -> bool | int | float | str:
    """A value that is allowed and not the default, where there is one."""
    if key.dotted == "assistant.language" and len(available()) == 1:
        return key.default
    if isinstance(key.default, bool):
        return not key.default
    if key.choices:
        return next(choice for choice in key.choices if choice != key.default)
    if key.words:
        return ", ".join(key.words[1:])
    if isinstance(key.default, str):
        others = {"language": "fr", "region": "GB", "character": "dry", "quiet_hours": "13:00-15:00"}
        return others.get(key.name, 'Zoë "x" # y')
    at_most = key.name in ("max_utterance_s", "drift")
    return key.default + (1 if isinstance(key.default, int) else 0.05) * (-1 if at_most else 1)


def changes(before: str, after: str) -> list[str]:
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


@pytest.mark.parametrize("name", KEYS)
def test_every_key_is_switched_on_in_its_own_line(path: Path, places: Places, name: str) -> None:
    path.write_text(config_toml())
    key, value = KEYS[name], other_value(KEYS[name])
    assert set_value(path, name, value if isinstance(value, str) else str(value).lower(), places=places) == value
    before, after = config_toml(), path.read_text()
    assert tomllib.loads(after)[key.section][key.name] == value
    removed, added = changes(before, after)
    assert removed.startswith(f"- #{key.name} = ")
    assert added.startswith(f"+ {key.name} = ")
    assert added.partition("  # ")[2] in removed or isinstance(key.default, str)
    assert tomllib.loads(after) == tomllib.loads(before) | {key.section: {key.name: value}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("[audio]\n# loud\nvolume = 1.0 # !\n", "[audio]\n# loud\nvolume = 0.5 # !\n", id="there"),
        pytest.param("[audio]\n# volume = 3\n\n[tts]\n", "[audio]\nvolume = 0.5\n\n[tts]\n", id="commented out"),
        pytest.param(
            "[audio]\nearcons = false # sh\n\n# voice\n[tts]\n",
            "[audio]\nearcons = false # sh\nvolume = 0.5\n\n# voice\n[tts]\n",
            id="section there",
        ),
        pytest.param(
            '[assistant]\npersona = """\n[audio]\n#volume = 1\n"""\n',
            '[assistant]\npersona = """\n[audio]\n#volume = 1\n"""\n\n[audio]\nvolume = 0.5\n',
            id="only inside a text",
        ),
        pytest.param("[tts] # v", "[tts] # v\n\n[audio]\nvolume = 0.5\n", id="section new"),
        pytest.param("", "[audio]\nvolume = 0.5\n", id="empty"),
        pytest.param("audio.earcons = true\n", "audio.earcons = true\naudio.volume = 0.5\n", id="dotted"),
        pytest.param("[tts]\n#volume = 2\n[audio]\n", "[tts]\n#volume = 2\n[audio]\nvolume = 0.5\n", id="elsewhere"),
        pytest.param("[audio]\r\n#volume = 1\r\n", "[audio]\r\nvolume = 0.5\r\n", id="windows"),
        pytest.param("[audio]\n# volume = so and so\n", "[audio]\nvolume = 0.5\n# volume = so and so\n", id="prose"),
    ],
)
def test_the_rest_stays_as_it_was(path: Path, places: Places, before: str, after: str) -> None:
    path.write_bytes(f"version = 1\n{before}".encode())
    set_value(path, "audio.volume", "0.5", places=places)
    assert path.read_bytes().decode().removeprefix("version = 1\n").lstrip("\n") == after


def test_an_inline_section_stays_inline(path: Path, places: Places) -> None:
    path.write_text("version = 1\naudio = {earcons = false} # short\n[tts]\n")
    set_value(path, "audio.volume", "0.5", places=places)
    _, line, rest = path.read_text().split("\n", 2)
    assert tomllib.loads(line) == {"audio": {"earcons": False, "volume": 0.5}}
    assert line.endswith("} # short")
    assert rest == "[tts]\n"


def test_text_of_several_lines_is_kept(path: Path, places: Places) -> None:
    persona = 'You are "brief".\n\tAlways.\\'
    for _ in range(2):
        set_value(path, "assistant.persona", persona, places=places)
        assert tomllib.loads(path.read_text())["assistant"]["persona"] == persona


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60), st.booleans())
def test_any_text_is_kept_whether_the_key_stands_there_or_not(persona: str, there: bool) -> None:
    text = config_toml()
    if there:
        text = text.replace('#persona = ""', "persona = '''\nof\nold''' # mine")
    new = with_value(text, KEYS["assistant.persona"], persona)
    assert tomllib.loads(new) == {**tomllib.loads(text), "assistant": {"persona": persona}}


def test_bytes_that_are_no_text_are_refused(path: Path, places: Places) -> None:
    with pytest.raises(ConfigError, match="not allowed") as caught:
        set_value(path, "assistant.name", os.fsdecode(b"Zo\xeb"), places=places)
    str(caught.value).encode()  # and the answer can be printed
    assert not path.exists()


def test_a_new_file_has_every_key_and_is_its_owners_alone(path: Path, places: Places) -> None:
    set_value(path, "assistant.name", "Zoë", places=places)
    assert path.stat().st_mode & 0o777 == 0o600
    assert changes(config_toml(), path.read_text()) == ['- #name = "Ada"', '+ name = "Zoë"']


def test_mode_and_link_of_an_old_file_are_kept(path: Path, places: Places) -> None:
    real = path.with_name("dotfiles.toml")
    real.write_text("version = 1\n")
    real.chmod(0o644)
    path.symlink_to(real)
    set_value(path, "tts.speed", "1.2", places=places)
    assert path.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o644
    assert tomllib.loads(real.read_text())["tts"] == {"speed": 1.2}


@pytest.mark.parametrize(
    ("text", "name", "value", "said"),
    [
        ("", "audio.volume", "3", 'audio.volume = "3" is not allowed; it takes a number from 0 to 1'),
        ("", "audio.volum", "1", 'unknown setting "audio.volum"; did you mean "audio.volume"'),
        ("", "listening.mode", "nam", 'did you mean "name"'),
        ("", "turn_taking.pause_ms", "900", "must not be above turn_taking.end_silence_ms"),
        ("[lmm]\n", "audio.volume", "1", r"config\.toml:1: unknown section \[lmm\]"),
        ("[audio\n", "audio.volume", "1", r"config\.toml:1: not valid TOML"),
        ("\naudio = 3\n", "audio.volume", "1", r"config\.toml:2: \"audio\" is a section"),
        ("version = 99\n", "audio.volume", "1", r"config\.toml:1: written for a newer voiceos"),
    ],
)
def test_what_would_not_be_right_is_not_written(
    path: Path, places: Places, text: str, name: str, value: str, said: str
) -> None:
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        set_value(path, name, value, places=places)
    assert path.read_text() == text
    assert list(path.parent.iterdir()) == [path]


def test_a_mistake_can_be_mended(path: Path, places: Places) -> None:
    path.write_text("version = 1\n[audio]\nvolume = 30\n")
    set_value(path, "audio.volume", "0.3", places=places)
    assert path.read_text() == "version = 1\n[audio]\nvolume = 0.3\n"


def test_values_must_fit_with_the_machines_file_too(path: Path, places: Places) -> None:
    places.system.write_text("version = 1\n[turn_taking]\nend_silence_ms = 1200\n")
    set_value(path, "turn_taking.pause_ms", "900", places=places)
    with pytest.raises(ConfigError, match="which is 1200"):
        set_value(path, "turn_taking.pause_ms", "1300", places=places)


def test_a_write_that_fails_half_way_leaves_the_old_file(path: Path) -> None:
    path.write_text("old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))  # the system itself breaks off the write, as a full disk does
    try:
        with pytest.raises(StorageError, match=r"config\.toml cannot be written: File too large"):
            write(path, "new" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_told(path: Path) -> None:
    path.write_text("a file")
    with pytest.raises(StorageError, match="cannot be written"):
        write(path / "below" / "config.toml", "")
