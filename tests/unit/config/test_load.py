"""Layers, origins, and what is said of mistakes."""

from __future__ import annotations

from pathlib import Path

import pydantic
import pytest

from voiceos import config
from voiceos.config import KEYS, Places
from voiceos.errors import ConfigError


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(system=tmp_path / "etc" / "config.toml", user=tmp_path / "home" / "config.toml")


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(path: Path, text: str) -> list[str]:
    """What is wrong with a settings file of this text, each as "line: what"."""
    put(path, text)
    nothing = path.with_name("absent.toml")
    problems = config.check(path, environ={}, places=Places(nothing, nothing))
    return [str(problem).removeprefix(f"{path}:") for problem in problems]


def test_without_any_file_everything_is_at_its_default(places: Places) -> None:
    loaded = config.load(environ={}, places=places)
    assert loaded.settings == config.Settings()
    assert {loaded.origin(name) for name in KEYS} == {"default"}
    assert loaded.files == ()


def test_each_layer_goes_over_the_one_below_and_says_so(places: Places, tmp_path: Path) -> None:
    put(places.system, "version = 1\n[llm]\nthreads = 1\ntop_p = 0.1\nseed = 1\ntemperature = 0.1\n")
    put(places.user, "version = 1\n\n[llm]\n# mine\ntop_p = 0.2\nseed = 2\ntemperature = 0.2\n")
    loaded = config.load(
        environ={"VOICEOS_LLM__SEED": "3", "VOICEOS_LLM__TEMPERATURE": "0.3"},
        overrides={"llm.temperature": 0.4, "llm.model": None},
        places=places,
    )
    llm = loaded.settings.llm
    assert (llm.threads, llm.top_p, llm.seed, llm.temperature) == (1, 0.2, 3, 0.4)
    assert loaded.origin("llm.threads") == f"{places.system}:3"
    assert loaded.origin("llm.top_p") == f"{places.user}:5"
    assert loaded.origin("llm.seed") == "environment VOICEOS_LLM__SEED"
    assert loaded.origin("llm.temperature") == "flag"
    assert loaded.origin("llm.model") == "default"
    assert loaded.files == (places.system, places.user)


def test_a_given_file_stands_in_for_the_users(places: Places, tmp_path: Path) -> None:
    put(places.system, "version = 1\n[tts]\nspeed = 1.5\nthreads = 2\n")
    put(places.user, "this would be refused")
    given = put(tmp_path / "given.toml", "version = 1\n[tts]\nspeed = 0.8\n")
    loaded = config.load(given, environ={}, places=places)
    assert (loaded.settings.tts.speed, loaded.settings.tts.threads) == (0.8, 2)


def test_a_given_file_must_exist(places: Places, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"given\.toml: there is no such file"):
        config.load(tmp_path / "given.toml", environ={}, places=places)


def test_settings_are_frozen() -> None:
    settings = config.Settings()
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        settings.audio.volume = 0.5  # type: ignore[misc]  # that this is refused is the test


def test_all_mistakes_of_all_sources_are_told_at_once(places: Places) -> None:
    put(places.system, "version = 1\n[audio]\nvolume = 9\n")
    put(places.user, 'version = 1\n[audio]\nearcons = "on"\n\n[lisening]\n')
    with pytest.raises(ConfigError) as caught:
        config.load(environ={"VOICEOS_STT__THREADS": "two"}, overrides={"tts.sped": 1}, places=places)
    lines = str(caught.value).splitlines()
    assert lines[0] == "5 problems in the settings:"
    assert lines[1] == f"  {places.system}:3: audio.volume = 9 is not allowed; it takes a number from 0 to 1"
    assert lines[2] == f'  {places.user}:3: audio.earcons = "on" is not allowed; it takes true or false'
    assert lines[3] == f'  {places.user}:5: unknown section [lisening]; did you mean "listening"?'
    assert lines[4].startswith("  environment VOICEOS_STT__THREADS: ")
    assert lines[5] == '  flag: unknown setting "tts.sped"; did you mean "tts.speed"?'
    assert "config check" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[stt]\nmodle = "x"', '2: unknown setting "stt.modle"; did you mean "stt.model"?'),
        ("[audio]\n\nspeed = 1.0", '3: unknown setting "audio.speed"; did you mean "tts.speed"?'),
        ("[audio]\nqqqqq = 1.0", '2: unknown setting "audio.qqqqq"'),
        ("volume = 1.0", '1: "volume" stands in no section; put it under [audio]'),
        ("verzion = 1", '1: unknown setting "verzion"; did you mean "version"?'),
        ("[lmm]", '1: unknown section [lmm]; did you mean "llm"?'),
        ("audio = 3", '1: "audio" is a section: write [audio] above its settings'),
        ("[[audio]]\nvolume = 1.0", '1: "audio" is a section: write [audio] above its settings'),
        (
            '[listening]\nmode = "opne"',
            '"opne" is not allowed; it takes "open" or "name" or "push" or "wakeword"; did you mean "open"?',
        ),
        ('[listening]\nwake_word = "okay_nabu, hey_jarvi"', 'with commas between; did you mean "hey_jarvis"?'),
        ('[log]\nlevel = "info"', 'did you mean "INFO"?'),
        (
            '[assistant]\nregion = "XX"',
            'assistant.region = "XX" is not allowed; it takes "auto" or',
        ),
        ('[llm]\nengine = "vllm"', 'llm.engine = "vllm" is not allowed; it takes "llama_cpp" or "scripted"'),
        ("[audio]\nvolume = nan", "it takes a number from 0 to 1"),
        ("[audio]\nvolume = true", "it takes a number from 0 to 1"),
        ('[audio]\nvolume = "1"', "it takes a number from 0 to 1"),
        ("[audio]\nearcons = 1", "it takes true or false"),
        ("[llm]\nthreads = 1.5", "it takes a whole number from 0 to 256"),
        ("[audio.volume]\nx = 1", "1: audio.volume = {'x': 1} is not allowed"),
        ('[assistant]\nname = "  "', "2: assistant.name"),
        ('[assistant]\nlanguage = "english"', 'it takes "en"'),
        ('[stt]\nlanguage = "auto"\n[tts]\nvoice = ""', "4: tts.voice"),
        ('[stt]\nlanguage = "zz"', "a language that Whisper knows"),
        ("[llm]\nseed = 1\nseed = 2", "3: not valid TOML"),
        ("[llm]\nseed = \n", "2: not valid TOML"),
        ('[llm]\nmodel = """a\nb', "3: not valid TOML"),
        ("version = 99\n[lmm]", "1: written for a newer voiceos: version 99"),
        ('\nversion = "1"', "2: version must be the number 1"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_is_allowed(tmp_path: Path, text: str, said: str) -> None:
    (problem,) = problems_of(tmp_path / "config.toml", text)
    assert said in problem
    assert problem.split(":")[0].isdigit()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[turn_taking]\nbarge_in = true\npause_ms = 900",
            "3: turn_taking.pause_ms = 900 must not be above turn_taking.end_silence_ms, which is 500",
        ),
        (
            "[turn_taking]\nunfinished_silence_ms = 200",
            "2: turn_taking.end_silence_ms = 500 must not be above turn_taking.unfinished_silence_ms, which is 200",
        ),
        (
            "[listening]\nspeech_threshold = 0.2",
            "2: listening.silence_threshold = 0.35 must not be above listening.speech_threshold, which is 0.2",
        ),
        (
            "[llm]\nmax_reply_tokens = 3000",
            "2: llm.max_reply_tokens = 3000 must not be above 2048, half of llm.context_tokens",
        ),
    ],
)
def test_values_that_do_not_fit_together_are_told_at_the_one_that_was_set(tmp_path: Path, text: str, said: str) -> None:
    assert problems_of(tmp_path / "config.toml", text) == [said]


def test_values_need_only_fit_together_in_the_end(places: Places) -> None:
    put(places.system, "version = 1\n[turn_taking]\nunfinished_silence_ms = 4000\n")
    put(places.user, "version = 1\n[turn_taking]\nend_silence_ms = 3000\n")
    assert config.load(environ={}, places=places).settings.turn_taking.end_silence_ms == 3000


def test_long_values_are_not_repeated_in_full(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path / "config.toml", f'[assistant]\npersona = "{"secret " * 1000}"')
    assert "at most 4000 characters" in problem
    assert len(problem) < 200


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("audio.volume", "0.5", 0.5),
        ("audio.earcons", "off", False),
        ("audio.input_device", "", ""),
        ("llm.threads", "4", 4),
        ("listening.mode", "name", "name"),
    ],
)
def test_the_environment_is_text_made_into_the_settings_type(
    places: Places, name: str, text: str, value: object
) -> None:
    loaded = config.load(environ={KEYS[name].environment: text}, places=places)
    assert loaded.get(name) == value
    assert type(loaded.get(name)) is type(value)


def test_other_variables_of_ours_are_no_settings(places: Places) -> None:
    ours = {"VOICEOS_MODELS": "/m", "VOICEOS_SPEECH": "/s", "PATH": "", "OTHER__KEY": "1"}
    loaded = config.load(environ=ours, places=places)
    assert loaded.settings == config.Settings()
    assert not loaded.origins


def test_an_unknown_variable_is_refused(places: Places) -> None:
    with pytest.raises(ConfigError, match=r'VOICEOS_STT__MODLE: no such setting; did you mean "VOICEOS_STT__MODEL"\?'):
        config.load(environ={"VOICEOS_STT__MODLE": "x"}, places=places)


def test_a_variable_with_one_underscore_too_few_is_refused(places: Places) -> None:
    with pytest.raises(ConfigError, match="VOICEOS_AUDIO__VOLUME"):
        config.load(environ={"VOICEOS_AUDIO_VOLUME": "1"}, places=places)


def test_a_mark_that_an_editor_put_in_front_is_no_mistake(places: Places) -> None:
    places.user.parent.mkdir(parents=True, exist_ok=True)
    places.user.write_bytes(b"\xef\xbb\xbfversion = 1\r\n[audio]\r\nvolume = 0.5\r\n")
    assert config.load(environ={}, places=places).settings.audio.volume == 0.5


def test_asking_for_an_unknown_setting_names_the_nearest(places: Places) -> None:
    loaded = config.load(environ={}, places=places)
    for ask in (loaded.get, loaded.origin):
        with pytest.raises(ConfigError, match=r'did you mean "stt.model"\?'):
            ask("stt.modle")


def test_a_folder_in_place_of_the_file_is_told(places: Places) -> None:
    places.user.mkdir(parents=True)
    with pytest.raises(ConfigError, match=r"config\.toml: a folder"):
        config.load(environ={}, places=places)


def test_a_file_that_cannot_be_read_is_told(places: Places) -> None:
    places.user.parent.mkdir()
    places.user.symlink_to(places.user)
    with pytest.raises(ConfigError, match=r"config\.toml: cannot be read: Too many levels"):
        config.load(environ={}, places=places)


def test_a_link_that_leads_nowhere_is_told(places: Places) -> None:
    places.user.parent.mkdir()
    places.user.symlink_to("gone.toml")
    with pytest.raises(ConfigError, match="leads nowhere"):
        config.load(environ={}, places=places)


def test_text_that_is_not_utf_8_is_told_with_its_line(places: Places) -> None:
    places.user.parent.mkdir()
    places.user.write_bytes(b'version = 1\n[assistant]\nname = "Zo\xeb"\n')
    with pytest.raises(ConfigError, match=r"config\.toml:3: not UTF-8"):
        config.load(environ={}, places=places)
