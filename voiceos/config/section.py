"""What a section of the settings is made of: keys with a default, bounds and a reason."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

Effect = Literal["live", "sound", "engine", "restart"]
"""How a change of a key reaches a running voiceos: at once or between turns; by opening the sound anew; by starting the
section's engine anew; not before the next start."""
LIVE: Effect = "live"
SOUND: Effect = "sound"
ENGINE: Effect = "engine"
RESTART: Effect = "restart"


def key(
    default: object,
    why: str,
    *,
    effect: Effect = RESTART,
    allowed: str = "",
    words: Sequence[str] = (),
    **constraints: Any,
) -> Any:
    """A key. `why` is one line for the user; `allowed` says in words what a pattern means, and `words` are those that
    it lists, with commas between; `effect` is how a change reaches a running voiceos: it waits
    for the next start where nobody says otherwise."""
    extra: JsonDict = {"allowed": allowed, "effect": effect, "words": list(words)}
    return Field(default, description=why, json_schema_extra=extra, **constraints)


def ordered(section: BaseModel, title: str, *names: str) -> None:
    """Raise where the values of `names` do not ascend; the loader turns `ctx` into file and line."""
    for low, high in itertools.pairwise(names):
        if getattr(section, low) > getattr(section, high):
            raise PydanticCustomError(
                "order",
                "must not be above {section}.{high}, which is {limit}",
                {"section": title, "low": low, "high": high, "limit": getattr(section, high)},
            )


class Section(BaseModel):
    """Frozen; unknown keys, NaN and infinity are refused; text loses spaces at its ends."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)
