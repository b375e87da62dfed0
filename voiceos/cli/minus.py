"""Arguments that begin with a minus and are no options: `voiceos say '-5 degrees'`, `voiceos volume -10`."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand

_NO_OPTION = re.compile(r"-\d|-[^-\s]*\s", re.DOTALL)
"""A number, or a text: no option holds white space."""


class TakesMinus(TyperCommand):
    """For a verb whose one argument may begin with a minus; misspelt options are still refused."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if "--" not in args:
            texts = [one for one in args if _NO_OPTION.match(one)]
            if texts:
                args = [*(one for one in args if not _NO_OPTION.match(one)), "--", *texts]
        return super().parse_args(ctx, args)
