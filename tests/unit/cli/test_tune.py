"""`voiceos tune` without a model to measure."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from voiceos import files
from voiceos.cli.main import app
from voiceos.errors import StorageError


def test_what_was_measured_is_shown_even_where_it_cannot_be_kept(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    stages = "".join(f'[{stage}]\nengine = "scripted"\n' for stage in ("stt", "llm", "tts"))
    config.write_text(f'{stages}[end_of_turn]\nengine = "none"\n')
    folder = files.state_file("tune.json").parent
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("no folder")
    result = CliRunner().invoke(app, ["tune", "--config", str(config)])
    assert result.exit_code == StorageError.exit_code
    assert "milliseconds, median" in result.output
    assert "cannot be written" in result.output
