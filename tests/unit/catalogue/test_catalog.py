"""The catalogue as it ships, and what it refuses."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import voiceos
from voiceos.catalogue import Fit, Kind, catalog, fit, recommend, size_text
from voiceos.catalogue.catalog import parse
from voiceos.errors import ModelError

GIB = 1 << 30

ENTRY = """
[[model]]
name = "thing"
kind = "tts"
languages = ["en"]
licence = "MIT"
ram_mb = 1
cores = 1
rank = 1
repo = "somebody/thing"
revision = "0123456789abcdef0123456789abcdef01234567"
[[model.file]]
path = "a/thing.onnx"
size = 1
sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
"""


def test_starter_set_has_one_model_of_each_kind() -> None:
    assert sorted(model.kind for model in catalog().starter) == sorted(Kind)


def test_starter_set_is_free_to_use_and_comes_from_packages_too() -> None:
    for model in catalog().starter:
        assert not model.restricted
        assert all(file.packages for file in model.files), model.name


def test_starter_set_is_what_the_settings_name_by_default() -> None:
    from voiceos.config import Settings

    settings = Settings()
    named = {settings.stt.model, settings.llm.model, settings.tts.voice, settings.end_of_turn.model}
    # The embedding model is chosen by no setting: the vectors that are kept belong to one.
    assert named == {model.name for model in catalog().starter if model.kind is not Kind.EMBEDDING}


def test_single_file_models_say_what_the_engine_opens() -> None:
    for model in catalog():
        assert bool(model.opens) == (model.kind in {Kind.LLM, Kind.TTS, Kind.TURN}), model.name


def test_a_wheel_carries_the_catalogue(tmp_path: Path) -> None:
    """The layout of an installed wheel: the package alone, the catalogue inside it."""
    package = Path(voiceos.__file__).parent
    shutil.copytree(package, tmp_path / "voiceos", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(package.parent / "models" / "catalog.toml", tmp_path / "voiceos" / "catalogue")
    code = "import voiceos.catalogue as c; print(c.__file__, len(c.catalog().models))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [
        str(tmp_path / "voiceos" / "catalogue" / "__init__.py"),
        str(len(catalog().models)),
    ]


def test_names_are_found_in_any_case() -> None:
    assert catalog().get("EN_us-JOE-medium").name == "en_US-joe-medium"


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ModelError) as caught:
        catalog().get("en_US-jo-medium")
    assert "en_US-joe-medium" in caught.value.hint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "thing"', 'name = "../thing"'),
        ('name = "thing"', 'name = ".thing"'),
        ('path = "a/thing.onnx"', 'path = "a/.."'),
        ('path = "a/thing.onnx"', 'path = "a/.verified.json"'),
        ('sha256 = "0123', 'sha256 = "X123'),
        ('revision = "0123', 'revision = "main'),
        ("rank = 1", "rank = 1\nopens = 'other.onnx'"),
        ("rank = 1", "rank = 1\ncolour = 'red'"),
        ("size = 1", "size = 1\npackages = [{ requirement = '--index-url=x==1', member = 'a' }]"),
        ("size = 1", "size = 1\npackages = [{ requirement = 'thing>=1', member = 'a' }]"),
    ],
)
def test_a_catalogue_that_could_mislead_is_refused(old: str, new: str) -> None:
    assert parse(ENTRY).models
    assert old in ENTRY
    with pytest.raises(ModelError):
        parse(ENTRY.replace(old, new))


def test_two_models_of_one_name_are_refused() -> None:
    with pytest.raises(ModelError, match="same name"):
        parse(ENTRY + ENTRY.replace('"thing"', '"THING"'))


def test_the_reference_machine_is_told_of_the_better_models_that_it_holds() -> None:
    def best(kind: Kind, ram_bytes: int, cores: int) -> list[str]:
        return [model.name for model in recommend(ram_bytes, cores, kind)]

    assert "faster-whisper-small" in best(Kind.STT, 8 * GIB, 2)
    assert "Qwen3-1.7B-Q4_K_M" in best(Kind.LLM, 8 * GIB, 2)
    assert best(Kind.TTS, 8 * GIB, 2)[0] == "en_US-kristin-medium"
    assert not best(Kind.EMBEDDING, 8 * GIB, 2)


def test_nothing_is_recommended_that_is_too_big_too_slow_restricted_or_in_another_language() -> None:
    for ram_bytes, cores in ((2 * GIB, 1), (8 * GIB, 4), (64 * GIB, 32)):
        for kind in Kind:
            for model in recommend(ram_bytes, cores, kind, language="de"):
                assert fit(model, ram_bytes, cores) is Fit.YES
                assert not model.restricted
                assert model.speaks("de")


def test_fit_tells_too_little_memory_from_too_few_cores() -> None:
    big = catalog().get("Qwen3-8B-Q4_K_M")
    assert fit(big, 4 * GIB, 32) is Fit.NO
    assert fit(big, 32 * GIB, 2) is Fit.SLOW
    assert fit(big, 32 * GIB, 32) is Fit.YES


@pytest.mark.parametrize(
    ("size_bytes", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1117320768, "1.1 GB"), (8679182, "8.7 MB")]
)
def test_size_text(size_bytes: int, text: str) -> None:
    assert size_text(size_bytes) == text
