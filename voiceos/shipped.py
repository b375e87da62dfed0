"""Files that come with voiceos and are no code: in the package of a wheel, in a checkout where people look for them.

`pyproject.toml` puts them into the wheel (`force-include`); a test installs one and asks for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType

FILES: Mapping[str, str] = MappingProxyType(
    {
        "models/catalog.toml": "catalogue/catalog.toml",
        "deploy/voiceos.service": "deploy/voiceos.service",
        "deploy/voiceos-failed.service": "deploy/voiceos-failed.service",
    }
)
"""Place in the checkout, and in the package of a wheel."""


def text(name: str) -> str:
    """The text of one of `FILES`, named as in the checkout. KeyError for another; OSError where it is missing."""
    inside = resources.files("voiceos").joinpath(FILES[name])
    source = inside if inside.is_file() else Path(__file__).parents[1] / name
    return source.read_text(encoding="utf-8")
