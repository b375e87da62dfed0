"""The smallest model with the words that are said alone: it says the same, and can still be told everything.

In processes of their own, as in `test_llama_lanes.py`.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from voiceos.app import spec
from voiceos.catalogue import Model, Store, catalog
from voiceos.config import Settings
from voiceos.config.plan import with_values
from voiceos.engines import spoken_vocabulary
from voiceos.errors import ModelError
from voiceos.thinking.ports import Lane, Message, Sampling

QUESTIONS = ("What is the capital of France?", "Tell me about the sea.", "I'm tired; what's a well-known cure?")
OTHER_SCRIPTS = "Привет, 東京! naïve façade 🙂 array.append(_x)\n"

_engine: Any = None


def _load(path: str) -> None:
    global _engine
    from voiceos.engines.llama_cpp import LlamaCpp

    _engine = LlamaCpp(path, context_tokens=256, background_tokens=256)


def _reply(question: str) -> str:
    tokens = _engine.render([Message("user", question)], "assistant")
    for _ in _engine.extend(Lane.CONVERSATION, tokens):
        pass
    return "".join(_engine.generate(Lane.CONVERSATION, Sampling(max_tokens=24, temperature=0.0), None))


def _told(text: str) -> str:
    return b"".join(_engine._piece(token) for token in _engine._tokenize(text, special=False)).decode()


def _size() -> int:
    size: int = _engine._size
    return size


@pytest.fixture(scope="module")
def store(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """With the smallest model, and its copy."""
    store = Store(tmp_path_factory.mktemp("models"))
    folder = store.folder(_model())
    folder.mkdir()
    for file in _model().files:
        try:
            os.link(models_dir / _model().name / file.name, folder / file.name)
        except OSError:
            shutil.copyfile(models_dir / _model().name / file.name, folder / file.name)
    assert spoken_vocabulary.path(store, _model(), "en") == store.path(_model())
    assert spoken_vocabulary.make(store, _model(), "en")
    return store


def _model() -> Model:
    return catalog().get("smollm2-135m-instruct-q4_1")


@pytest.fixture(scope="module")
def both(store: Store) -> Iterator[tuple[ProcessPoolExecutor, ProcessPoolExecutor]]:
    """The model, and its copy."""
    spawn = multiprocessing.get_context("spawn")
    own, copy = store.path(_model()), spoken_vocabulary.path(store, _model(), "en")
    assert copy != own
    with (
        ProcessPoolExecutor(1, mp_context=spawn, initializer=_load, initargs=(str(own),)) as whole,
        ProcessPoolExecutor(1, mp_context=spawn, initializer=_load, initargs=(str(copy),)) as spoken,
    ):
        yield whole, spoken


def test_it_says_the_same_among_fewer_words(both: tuple[ProcessPoolExecutor, ProcessPoolExecutor]) -> None:
    whole, spoken = both
    assert spoken.submit(_size).result() < whole.submit(_size).result()
    for question in QUESTIONS:
        said = spoken.submit(_reply, question).result()
        assert said == whole.submit(_reply, question).result()
        assert said


def test_whatever_it_is_told_arrives(both: tuple[ProcessPoolExecutor, ProcessPoolExecutor]) -> None:
    for engine in both:
        assert engine.submit(_told, OTHER_SCRIPTS).result() == OTHER_SCRIPTS


def test_a_copy_is_made_once_and_goes_with_its_model(store: Store) -> None:
    copy = spoken_vocabulary.path(store, _model(), "en")
    assert not spoken_vocabulary.make(store, _model(), "en")
    assert not [path for path in copy.parent.iterdir() if path.suffix == ".part"]
    assert store.disk_bytes(_model()) > _model().size + copy.stat().st_size // 2
    assert spoken_vocabulary.found(store, _model(), "en") == copy


def test_a_setting_chooses_between_them(store: Store) -> None:
    settings = with_values(Settings(), {"llm.model": _model().name})
    whole = with_values(settings, {"llm.spoken_vocabulary": False})
    assert spec("llm", settings, store).arguments["model_path"] == str(spoken_vocabulary.path(store, _model(), "en"))
    assert spec("llm", whole, store).arguments["model_path"] == str(store.path(_model()))


def test_a_copy_that_somebody_changed_is_not_used(store: Store) -> None:
    copy = spoken_vocabulary.path(store, _model(), "en")
    with copy.open("r+b") as file:
        file.truncate(copy.stat().st_size - 1)
    assert spoken_vocabulary.path(store, _model(), "en") == store.path(_model())
    assert spoken_vocabulary.make(store, _model(), "en")
    assert spoken_vocabulary.path(store, _model(), "en") == copy


def test_a_copy_that_rots_is_found_deleted_and_made_anew(store: Store) -> None:
    """Where its times tell nothing."""
    copy = spoken_vocabulary.path(store, _model(), "en")
    spoken_vocabulary.check(store, _model().name, str(copy))
    assert spoken_vocabulary.verify(store, _model()) == []
    with copy.open("r+b") as file:
        file.seek(1 << 20)
        file.write(b"rot")
    assert spoken_vocabulary.verify(store, _model()) == ["en.gguf"]
    with pytest.raises(ModelError, match="has changed"):
        spoken_vocabulary.check(store, _model().name, str(copy))
    assert spoken_vocabulary.make(store, _model(), "en")


def test_what_a_crash_left_goes_and_a_copy_goes_with_its_model(store: Store) -> None:
    copy = spoken_vocabulary.path(store, _model(), "en")
    left = copy.with_name(".en.gguf.part")
    left.write_bytes(b"half")
    copy.unlink()
    assert spoken_vocabulary.make(store, _model(), "en")
    assert not left.exists()
    store.remove(_model())
    assert not copy.exists()
