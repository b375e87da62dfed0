"""`voiceos tune`: how many threads each engine should have on this machine."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from voiceos import log, tuning
from voiceos.cli.exits import plain_errors
from voiceos.cli.options import ConfigFile, load
from voiceos.config import Settings
from voiceos.engines import tuned


def tune(
    context: typer.Context,
    config_file: ConfigFile = None,
    once: Annotated[
        bool,
        typer.Option(
            "--once", help="Only where that was not done yet with these models, and there are more than two cores."
        ),
    ] = False,
) -> None:
    """Measure how many threads each engine should have on this machine, and keep it for every setting `threads = 0`.

    Takes about a minute on two cores. Close what keeps the processor busy first.
    """
    with plain_errors():
        settings = load(config_file, {}).settings
        log.setup("WARNING")
        counts = tuning.choices()
        if once and (max(counts) <= 2 or not tuning.missing(settings)):
            return
        asyncio.run(_tune(settings, counts, Console(highlight=False)))


async def _tune(settings: Settings, counts: list[int], console: Console) -> None:
    console.print("Measuring how many threads each engine should have here …")
    table = Table("engine", "model", "threads", "milliseconds, median", "")
    results = []
    async for measured in tuning.measure(settings, counts=counts):
        results.append(measured.result())
        for threads in measured.costs_s:
            work = "\n".join(f"{what} {cost_s * 1000:.0f}" for what, cost_s in measured.medians_s(threads).items())
            names = (measured.stage, measured.model) if threads == min(measured.costs_s) else ("", "")
            chosen = threads == measured.threads
            last = threads == max(measured.costs_s)
            table.add_row(*names, str(threads), work, "best" if chosen else "", end_section=last)
    console.print(table)  # first: it took a minute, and may be all that is left of it
    tuned.keep(results)
    for one in results:
        if own := getattr(settings, one.stage).threads:
            console.print(f"{one.stage}.threads = {own} in your settings goes before that.", markup=False)
