"""What lies in the folder is only used while it is what the catalogue names."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from voiceos.catalogue import Model, Store
from voiceos.errors import ModelError, StorageError

CONTENT = {"weights.gguf": b"w" * 5000, "config.json": b"{}"}


@pytest.fixture
def model(make_model: Callable[..., Model]) -> Model:
    return make_model(CONTENT, opens="weights.gguf")


@pytest.fixture
def placed(store: Store, model: Model) -> Path:
    folder = store.folder(model)
    folder.mkdir(parents=True)
    for name, content in CONTENT.items():
        (folder / name).write_bytes(content)
    return folder


def refused(store: Store, model: Model) -> ModelError:
    with pytest.raises(ModelError) as caught:
        store.path(model)
    assert caught.value.hint == "voiceos models pull thing"
    return caught.value


def test_the_folder_is_chosen_by_argument_environment_and_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("VOICEOS_MODELS", raising=False)
    assert Store().root == tmp_path / "data" / "voiceos" / "models"
    monkeypatch.setenv("VOICEOS_MODELS", str(tmp_path / "weights"))
    assert Store().root == tmp_path / "weights"
    assert Store(tmp_path / "own").root == tmp_path / "own"


def test_a_whole_model_is_handed_out(store: Store, model: Model, placed: Path) -> None:
    assert store.path(model) == placed / "weights.gguf"


def test_a_model_of_many_files_is_handed_out_as_its_folder(store: Store, make_model: Callable[..., Model]) -> None:
    model = make_model({"config.json": b"{}"})
    store.folder(model).mkdir(parents=True)
    (store.folder(model) / "config.json").write_bytes(b"{}")
    assert store.path(model) == store.folder(model)


def test_a_missing_model_is_named(store: Store, model: Model) -> None:
    assert "not on this machine" in str(refused(store, model))


def test_a_missing_file_is_named(store: Store, model: Model, placed: Path) -> None:
    (placed / "config.json").unlink()
    assert "config.json is missing" in str(store.check(model)[0])
    refused(store, model)


def test_a_truncated_file_is_named_and_refused(store: Store, model: Model, placed: Path) -> None:
    store.path(model)
    os.truncate(placed / "weights.gguf", 4999)
    assert "weights.gguf has 4999 bytes instead of 5000" in str(refused(store, model))


def test_a_swapped_file_of_the_same_size_is_named_and_refused(store: Store, model: Model, placed: Path) -> None:
    store.path(model)
    (placed / "weights.gguf").write_bytes(b"v" * 5000)
    assert "weights.gguf has the sha256" in str(refused(store, model))


def test_a_swapped_file_with_its_time_put_back_is_refused(store: Store, model: Model, placed: Path) -> None:
    store.path(model)
    before = (placed / "weights.gguf").stat()
    (placed / "weights.gguf").write_bytes(b"v" * 5000)
    os.utime(placed / "weights.gguf", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (placed / "weights.gguf").stat().st_mtime_ns == before.st_mtime_ns
    refused(store, model)


def test_a_folder_in_place_of_a_file_is_refused(store: Store, model: Model, placed: Path) -> None:
    (placed / "config.json").unlink()
    (placed / "config.json").mkdir()
    assert "config.json" in str(refused(store, model))


def test_a_verified_file_is_not_hashed_again_until_a_full_check(store: Store, model: Model, placed: Path) -> None:
    """Only a check that does not read the file can be deceived by a forged stamp."""
    store.path(model)
    weights, stamps = placed / "weights.gguf", placed / ".verified.json"
    weights.write_bytes(b"v" * 5000)
    content = json.loads(stamps.read_text())
    status = weights.stat()
    content["weights.gguf"][:3] = [status.st_size, status.st_mtime_ns, status.st_ctime_ns]
    stamps.write_text(json.dumps(content))
    assert store.check(model) == []
    assert len(store.check(model, full=True)) == 1
    assert len(store.check(model)) == 1


@pytest.mark.parametrize("garbage", ["", "[]", '{"weights.gguf": 1}', '{"weights.gguf": [1, 2]}', "\x00"])
def test_broken_stamps_only_cost_a_hash(store: Store, model: Model, placed: Path, garbage: str) -> None:
    (placed / ".verified.json").write_text(garbage)
    assert store.path(model)
    (placed / "weights.gguf").write_bytes(b"v" * 5000)
    refused(store, model)


def test_remove_frees_what_is_there_and_what_was_arriving(store: Store, model: Model, placed: Path) -> None:
    (placed / ".weights.gguf.0123.part").write_bytes(b"x" * 100)
    (store.wheels(model) / "part==1").mkdir(parents=True)
    (store.wheels(model) / "part==1" / "part.whl").write_bytes(b"x" * 10)
    assert store.remove(model) == 5112
    assert not placed.exists()
    assert not store.wheels(model).exists()
    assert store.remove(model) == 0


def test_too_little_space_is_refused_with_the_numbers(store: Store) -> None:
    store.require_space(1)
    with pytest.raises(StorageError, match=r"1000000\.0 GB have to fit .* but the disk has \d+\.\d .B left") as caught:
        store.require_space(10**15)
    assert caught.value.hint
    assert not store.root.exists()
