"""`voiceos models` as its users meet it: a folder, a terminal that is none, an exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from voiceos.catalogue import Store, catalog
from voiceos.cli.models import app
from voiceos.errors import ModelError

RESTRICTED = "gemma-3-1b-it-Q4_K_M"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("VOICEOS_MODELS", str(tmp_path / "models"))
    return Store()


def voiceos_models(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def put_junk(store: Store, name: str) -> Path:
    model = catalog().get(name)
    store.folder(model).mkdir(parents=True)
    path = store.folder(model) / model.files[0].name
    path.write_bytes(b"junk")
    return path


@pytest.mark.usefixtures("store")
def test_list_names_every_model_in_full() -> None:
    done = voiceos_models("list")
    assert done.exit_code == 0
    for model in catalog():
        assert model.name in done.stdout


def test_list_for_programs(store: Store) -> None:
    put_junk(store, "smart-turn-v3.2-cpu")
    done = voiceos_models("list", "--json")
    assert done.exit_code == 0
    content = json.loads(done.stdout)
    assert content["folder"] == str(store.root)
    states = {model["name"]: model["state"] for model in content["models"]}
    assert states.pop("smart-turn-v3.2-cpu") == "damaged"
    assert set(states.values()) == {"absent"}
    fits = {model["name"]: model["fits"] for model in content["models"]}
    assert all(fits[name] == "yes" for names in content["better"].values() for name in names)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("verb", ["pull", "verify", "use", "remove"])
def test_an_unknown_name_is_answered_with_the_nearest(verb: str) -> None:
    done = voiceos_models(verb, "en_US-jo-medium")
    assert done.exit_code == ModelError.exit_code
    assert "en_US-joe-medium" in done.stderr


@pytest.mark.parametrize("verb", ["pull", "use"])
def test_a_licence_is_shown_and_not_accepted_where_nobody_can_be_asked(store: Store, verb: str) -> None:
    done = voiceos_models(verb, RESTRICTED)
    assert done.exit_code == ModelError.exit_code
    assert catalog().get(RESTRICTED).licence in done.stderr
    assert "--accept-licence" in done.stderr
    assert not store.root.exists()


def test_verify_names_what_is_damaged(store: Store) -> None:
    put_junk(store, "smart-turn-v3.2-cpu")
    done = voiceos_models("verify")
    assert done.exit_code == ModelError.exit_code
    assert "smart-turn-v3.2-cpu.onnx has 4 bytes instead of 8679182" in done.stdout
    assert "voiceos models pull smart-turn-v3.2-cpu" in done.stderr


@pytest.mark.usefixtures("store")
def test_verify_without_any_model_is_content() -> None:
    assert voiceos_models("verify").exit_code == 0


def test_remove_frees_the_space(store: Store) -> None:
    path = put_junk(store, "smart-turn-v3.2-cpu")
    done = voiceos_models("remove", "smart-turn-v3.2-cpu")
    assert done.exit_code == 0
    assert "4 B freed" in done.stdout
    assert not path.exists()


@pytest.mark.usefixtures("store")
def test_a_model_that_no_setting_chooses_is_not_switched_to() -> None:
    done = voiceos_models("use", "all-MiniLM-L6-v2")
    assert done.exit_code == ModelError.exit_code
