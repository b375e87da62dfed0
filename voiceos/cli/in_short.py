"""`voiceos memory days` and `voiceos memory profile`: what it has put down in short while nobody spoke."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from voiceos.cli import recollection
from voiceos.cli.memory import Limit, opened
from voiceos.cli.options import AsJson
from voiceos.memory import Scope


def days(
    weeks: Annotated[bool, typer.Option("--weeks", help="Weeks in the place of days.")] = False,
    limit: Limit = 14,
    as_json: AsJson = False,
) -> None:
    """Print what you talked of, in short, day by day, the newest last; `show s12` tells from which turns."""
    with opened() as store:
        found = store.chronicle.newest(Scope.WEEK if weeks else Scope.DAY, limit=limit)[::-1]
    if as_json:
        print(json.dumps([recollection.summary_data(one) for one in found], ensure_ascii=False, indent=1))
        return
    for one in found:
        print("\n".join(recollection.summary(one)))
    if not found:
        hint = "that is done once a day is over, while nobody speaks. `voiceos status` tells what keeps it from that."
        print(f"Nothing is summed up yet: {hint}", file=sys.stderr)


def profile(as_json: AsJson = False) -> None:
    """Print who it thinks you are, and how it stands between you; `show s12` tells from which facts."""
    with opened() as store:
        found = store.chronicle.profile()
    if as_json:
        print(json.dumps(None if found is None else recollection.summary_data(found), ensure_ascii=False, indent=1))
    elif found is None or not found.lines:
        hint = "that takes some facts, and a while in which nobody speaks."
        print(f"It has not made up its mind yet: {hint}", file=sys.stderr)
    else:
        print("\n".join(recollection.summary(found)))
        if found.outdated:
            hint = "it is made anew while nobody speaks; `voiceos status` tells what keeps it from that."
            print(f"Something in this is no longer so: {hint}", file=sys.stderr)
