"""Where the settings of a running voiceos come from, so that they can be read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from voiceos.config import files
from voiceos.config.edit import set_value
from voiceos.config.layers import Problem
from voiceos.config.load import Loaded, check, load
from voiceos.config.plan import Value


@dataclass(frozen=True, slots=True)
class Source:
    """See `load`."""

    config_file: Path | None = None
    overrides: Mapping[str, object] = field(default_factory=dict)
    environ: Mapping[str, str] | None = None
    places: files.Places = field(default_factory=files.Places)

    @property
    def own(self) -> Path:
        """The file that the user's changes are written to."""
        return self.config_file or self.places.user

    @property
    def paths(self) -> tuple[Path, ...]:
        """All that are read."""
        return self.places.system, self.own

    def load(self, *, migrate: bool = False) -> Loaded:
        """Raises ConfigError."""
        return load(
            self.config_file, overrides=self.overrides, environ=self.environ, migrate=migrate, places=self.places
        )

    def problems(self) -> list[Problem]:
        """Everything for which `load` would refuse the settings."""
        return check(self.config_file, environ=self.environ, places=self.places)

    def keep(self, values: Mapping[str, Value]) -> None:
        """Write into the user's file, by dotted names; its comments and all else stay.

        Raises:
            ConfigError: the file is wrong as it is.
            StorageError: it cannot be written.
        """
        for dotted, value in values.items():
            set_value(self.own, dotted, value, places=self.places)
