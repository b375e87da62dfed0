"""The command line: every verb in one place. Everything they do is callable without them."""

from __future__ import annotations

from typing import Annotated

import typer

from voiceos import versions
from voiceos.cli import config as config_verbs
from voiceos.cli import control, in_short
from voiceos.cli import memory as memory_verbs
from voiceos.cli import models as model_verbs
from voiceos.cli import persona as persona_verbs
from voiceos.cli import reminders as reminder_verbs
from voiceos.cli import service as service_verbs
from voiceos.cli.ask import ask, say, transcribe
from voiceos.cli.bench import bench
from voiceos.cli.demo import demo
from voiceos.cli.devices import devices
from voiceos.cli.doctor import doctor
from voiceos.cli.initiative import initiative
from voiceos.cli.minus import TakesMinus
from voiceos.cli.replay import replay_
from voiceos.cli.report import report
from voiceos.cli.run import run
from voiceos.cli.setup import setup
from voiceos.cli.status import status
from voiceos.cli.top import top
from voiceos.cli.tune import tune

EXITS = (
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 settings, 4 models, 5 sound, 6 engines, 7 disk, "
    "8 another one runs, or none does, 130 Ctrl-C (`run`: 0)."
)

app = typer.Typer(
    name="voiceos",
    help="An operating system without a screen: talk to it. Nothing you say leaves this machine.",
    epilog=EXITS,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback with local variables would print what people said
    rich_markup_mode="rich",
)


def _version(wanted: bool) -> None:
    if wanted:
        print(versions.text())
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version, and those of the engines."
        ),
    ] = False,
) -> None:
    """An operating system without a screen: talk to it. Nothing you say leaves this machine."""


app.command()(run)
app.command()(setup)
app.command(cls=TakesMinus)(ask)
app.command(cls=TakesMinus)(say)
app.command()(transcribe)
app.command()(devices)
app.command()(doctor)
app.command()(demo)
app.command()(tune)
app.command("replay")(replay_)
app.command()(report)
app.command(context_settings={"ignore_unknown_options": True})(bench)
app.command()(status)
app.command()(top)
app.command()(initiative)
app.command()(control.listen)
app.command()(control.mode)
app.command()(control.cancel)
app.command()(control.mute)
app.command()(control.unmute)
app.command()(control.repeat)
app.command()(control.reload)
app.command(cls=TakesMinus)(control.volume)
app.command()(control.history)
app.command()(control.events)
app.command()(control.restart_engine)
app.command()(control.stop)
app.add_typer(model_verbs.app, name="models")
memory_verbs.app.command()(in_short.days)
memory_verbs.app.command()(in_short.profile)
app.add_typer(memory_verbs.app, name="memory")
app.add_typer(reminder_verbs.app, name="reminders")
app.add_typer(config_verbs.app, name="config")
app.add_typer(persona_verbs.app, name="persona")
app.add_typer(service_verbs.app, name="service")
