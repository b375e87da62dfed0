"""Which country the user is in, as far as that can be told honestly: by the settings, or by the clock on their wall."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.core import get_global

AUTO = "auto"

ZONE_LINK = Path("/etc/localtime")
ZONE_FILE = Path("/etc/timezone")


@dataclass(frozen=True, slots=True)
class Region:
    country: str
    """ISO 3166-1 alpha-2; "" where it is not known."""
    guessed: bool = False
    """From the time zone, not said by anybody."""


def region(setting: str, environ: Mapping[str, str] = os.environ, link: Path = ZONE_LINK) -> Region:
    """The country of `assistant.region`. "auto" is that of the time zone, which people set to where they are; a locale
    such as en_US is what a machine comes with, and tells nothing."""
    if setting != AUTO:
        return Region(setting)
    country = get_global("zone_territories").get(_zone(environ, link), "")
    return Region(country if len(country) == 2 and country != "ZZ" else "", guessed=True)


def _zone(environ: Mapping[str, str], link: Path) -> str:
    """Name of the time zone, such as "Europe/London"; "" where there is none."""
    if named := environ.get("TZ", "").lstrip(":"):
        return named.rpartition("zoneinfo/")[2]
    try:
        return str(link.readlink()).rpartition("zoneinfo/")[2]
    except OSError:  # a copy of the zone's file, not a link to it
        pass
    try:
        return ZONE_FILE.read_text("ascii").strip()
    except (OSError, UnicodeError):
        return ""
