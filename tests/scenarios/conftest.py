"""What every scenario is kept from."""

from __future__ import annotations

import pytest

from voiceos import mind


@pytest.fixture(autouse=True)
def _own_settings_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Persona files of the user's own are not read, and not forgotten."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes to mind late on a busy machine is not taken for unknown: tests judge what is said, not when."""
    monkeypatch.setattr(mind, "RECALL_S", 20.0)
