"""The starter set on this machine is what the catalogue names."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from voiceos import config
from voiceos.app import MODEL_KEYS
from voiceos.catalogue import Model, Store, catalog
from voiceos.cli.models import app


@pytest.mark.parametrize("model", catalog().starter, ids=lambda model: model.name)
def test_every_hash_is_right(model: Model, models_dir: Path) -> None:
    store = Store(models_dir)
    assert store.check(model, full=True) == []
    assert store.path(model).exists()


CHOSEN = [model for model in catalog().starter if model.kind in MODEL_KEYS]


@pytest.mark.parametrize("model", CHOSEN, ids=lambda model: model.name)
def test_use_switches_to_a_model_that_is_here(
    model: Model, models_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEOS_MODELS", str(models_dir))
    # Nothing may be asked of the network for what is here.
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    settings = tmp_path / "config.toml"
    done = CliRunner().invoke(app, ["use", model.name, "--config", str(settings)])
    assert done.exit_code == 0, done.output
    loaded = config.load(settings)
    assert loaded.get(MODEL_KEYS[model.kind]) == model.name
    assert loaded.origin(MODEL_KEYS[model.kind]) != "default"
