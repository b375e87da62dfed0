"""What every embedder must do, scripted or real."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from voiceos import app
from voiceos.catalogue import Store, catalog
from voiceos.engines.minilm import MiniLM
from voiceos.engines.scripted import ScriptedEmbedder
from voiceos.errors import ModelError
from voiceos.memory.ports import Embedder, Vectors

MODEL = "all-MiniLM-L6-v2"
SENTENCES = ["My sister lives in Hamburg.", "", "We had pancakes.", "My sister lives in Hamburg.", "Ünïcödé 😀 " * 40]


@pytest.fixture(scope="module", params=["scripted", "minilm"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return ScriptedEmbedder() if request.param == "scripted" else MiniLM(request.getfixturevalue("models_dir") / MODEL)


@pytest.fixture(scope="module")
def minilm(models_dir: Path) -> MiniLM:
    return MiniLM(models_dir / MODEL)


def alike(embedder: Embedder, one: str, other: str) -> float:
    first, second = embedder.embed([one, other])
    return float(first @ second)


def test_unit_vectors_of_any_text(embedder: Embedder) -> None:
    found = embedder.embed(SENTENCES)
    assert (found.shape, found.dtype) == ((len(SENTENCES), 384), np.float32)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)


def test_no_texts_make_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_a_text_has_the_same_vector_whatever_it_is_given_with(embedder: Embedder) -> None:
    together = embedder.embed(SENTENCES)
    assert np.array_equal(together, np.concatenate([embedder.embed([text]) for text in SENTENCES]))
    assert np.array_equal(together[::-1], embedder.embed(SENTENCES[::-1]))


def test_more_common_words_lie_nearer(embedder: Embedder) -> None:
    question = "Where does my sister live?"
    assert (
        alike(embedder, question, "My sister lives in Hamburg.") > alike(embedder, question, "We had pancakes.") + 0.2
    )


def test_threads_get_each_their_own(embedder: Embedder) -> None:
    expected = embedder.embed(SENTENCES)
    found: dict[int, Vectors] = {}
    threads = [
        threading.Thread(target=lambda i=i: found.update({i: embedder.embed(SENTENCES[i : i + 1])}))  # type: ignore[misc]
        for i in range(len(SENTENCES))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.array_equal(expected, np.concatenate([found[i] for i in range(len(SENTENCES))]))


def test_the_known_values_of_the_model(minilm: MiniLM) -> None:
    """Printed in the documentation of sentence-transformers; weights of 8 bits may be off by a hundredth."""
    found = minilm.embed(["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."])
    known = [[1.0, 0.6660, 0.1046], [0.6660, 1.0, 0.1411], [0.1046, 0.1411, 1.0]]
    assert found @ found.T == pytest.approx(np.array(known), abs=0.01)


@pytest.mark.parametrize(
    ("said", "asked", "other"),
    [
        ("I can't stand coriander.", "Which herb do I dislike?", "The train leaves at nine."),
        ("Anna broke her leg skiing.", "What happened to Anna in the winter holidays?", "Anna has a new car."),
        ("I start at the bakery on Monday.", "When does my new job begin?", "I bought bread on Monday."),
    ],
)
def test_the_same_meaning_in_other_words_lies_near(minilm: MiniLM, said: str, asked: str, other: str) -> None:
    assert alike(minilm, said, asked) > alike(minilm, other, asked)


def test_what_is_beyond_256_word_pieces_does_not_count(minilm: MiniLM) -> None:
    long = "my sister " * 127  # and [CLS] and [SEP]
    assert alike(minilm, long, long + "moved to Hamburg") == pytest.approx(1, abs=1e-6)
    assert alike(minilm, long, "moved to Hamburg " + long) < 0.9999


def test_files_are_verified_before_they_are_read(models_dir: Path, tmp_path: Path) -> None:
    store = Store(tmp_path)
    (tmp_path / MODEL).mkdir()
    for file in catalog().get(MODEL).files:
        (tmp_path / MODEL / file.name).write_bytes((models_dir / MODEL / file.name).read_bytes())
    assert app.embedder(store).embed(["hello"]).shape == (1, 384)
    with (tmp_path / MODEL / "model.safetensors").open("r+b") as weights:
        weights.seek(50_000_000)
        weights.write(b"other")
    with pytest.raises(ModelError, match="damaged"):
        app.embedder(store).embed(["hello"])


def test_nothing_is_loaded_before_there_is_a_text(tmp_path: Path) -> None:
    assert MiniLM(tmp_path / MODEL).embed([]).shape == (0, 384)


@pytest.mark.parametrize("content", [None, b"", b"not a model", b"\x02\0\0\0\0\0\0\0{}", b"\x02\0\0\0\0\0\0\0[]"])
def test_a_missing_or_broken_model_is_named_with_the_next_step(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / MODEL).mkdir()
        (tmp_path / MODEL / "model.safetensors").write_bytes(content)
    with pytest.raises(ModelError, match=MODEL) as failure:
        MiniLM(tmp_path / MODEL).embed(["hello"])
    assert failure.value.hint == f"voiceos models pull {MODEL}"
