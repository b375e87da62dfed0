"""`voiceos models`: what there is, what this machine could hold, fetching, checking, switching."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from voiceos import config
from voiceos.app import MODEL_KEYS
from voiceos.catalogue import Fit, Kind, Model, Step, Store, catalog, fetch, fit, recommend, size_text
from voiceos.cli.exits import plain_errors
from voiceos.cli.options import AsJson, ConfigFile
from voiceos.config.edit import set_value
from voiceos.engines import spoken_vocabulary
from voiceos.errors import ConfigError, EngineMissing, ModelError, StorageError

app = typer.Typer(no_args_is_help=True, help="The models: list, fetch, check and switch them.")

_KINDS = {
    Kind.STT: "speech to text",
    Kind.LLM: "language model",
    Kind.TTS: "voice",
    Kind.TURN: "end of turn",
    Kind.EMBEDDING: "embedding",
}
_FITS = {Fit.YES: "yes", Fit.SLOW: "slow", Fit.NO: "no"}


def _complete(incomplete: str) -> list[str]:
    return [model.name for model in catalog() if model.name.startswith(incomplete)]


Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME",
        help="Models, as in `voiceos models list`.",
        show_default=False,
        autocompletion=_complete,
    ),
]
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A model, as in `voiceos models list`.", autocompletion=_complete)
]
Accept = Annotated[bool, typer.Option("--accept-licence", help="You agree to the licences that have to be accepted.")]


@app.command("list")
@plain_errors()
def list_models(
    as_json: AsJson = False,
    language: Annotated[str, typer.Option(help="Recommend for this language (ISO 639-1).")] = "en",
) -> None:
    """Every model: whether it is here, its size, licence and memory, and whether this machine suits it."""
    store = Store()
    ram_bytes, cores = machine()
    better = {kind: recommend(ram_bytes, cores, kind, language=language) for kind in Kind}
    if as_json:
        content = {
            "folder": str(store.root),
            "ram_bytes": ram_bytes,
            "cores": cores,
            "models": [_as_data(model, store, ram_bytes, cores) for model in catalog()],
            "better": {kind.value: [model.name for model in models] for kind, models in better.items() if models},
        }
        print(json.dumps(content, indent=2, ensure_ascii=False))
        return
    # A pipe has no width of its own; names must stay whole there.
    console = Console(width=None if sys.stdout.isatty() else 140)
    for kind in Kind:
        table = Table(title=_KINDS[kind], title_justify="left", box=None, pad_edge=False)
        for column in ("model", "speaks", "download", "memory", "here", "fits"):
            table.add_column(column, no_wrap=True)
        table.add_column("licence")
        for model in catalog():
            if model.kind == kind:
                table.add_row(
                    model.name + (" *" if model.starter else ""),
                    ", ".join(model.languages),
                    size_text(model.size),
                    size_text(model.ram_mb * 1e6),
                    _state(model, store),
                    _FITS[fit(model, ram_bytes, cores)],
                    model.licence + (" (to be accepted)" if model.restricted else ""),
                )
        console.print(table, "")
    console.print(f"* starter set. Models lie in {store.root}.", highlight=False)
    console.print(f"This machine has {size_text(ram_bytes)} of memory and {cores} cores.", highlight=False)
    for kind, models in better.items():
        if models:
            names = ", ".join(f"{model.name} ({size_text(model.size)})" for model in models[:3])
            console.print(f"A better {_KINDS[kind]} that it could hold: {names}", highlight=False)
    console.print("`voiceos models use NAME` fetches one and switches to it.", highlight=False)


@app.command()
@plain_errors()
def pull(
    names: Names = None,
    starter: Annotated[bool, typer.Option("--starter", help="The starter set, beside the models named.")] = False,
    accept_licence: Accept = False,
) -> None:
    """Fetch and verify models; without names, the starter set. What is here already is left alone.

    Of a language model a quicker copy is made, with the words of your language alone.
    """
    wanted = [catalog().get(name) for name in names or []]
    if starter or not wanted:
        wanted = [*catalog().starter, *wanted]
    _pull(wanted, Store(), accept_licence)


@app.command()
@plain_errors()
def verify(names: Names = None) -> None:
    """Compute every hash anew; without names, of all models that are here."""
    store = Store()
    models = [catalog().get(name) for name in names or []]
    if not models:
        models = [model for model in catalog() if store.folder(model).exists()]
    bad: list[str] = []
    for model in models:
        faults = store.check(model, full=True)
        for name in spoken_vocabulary.verify(store, model):
            print(f"{model.name}: its copy {name} was damaged, and is deleted; `voiceos models pull` makes another")
        print(f"{model.name}: {'; '.join(map(str, faults)) if faults else 'whole'}")
        if faults:
            bad.append(model.name)
    if bad:
        raise ModelError(f"Damaged or missing: {', '.join(bad)}.", hint=f"voiceos models pull {' '.join(bad)}")


@app.command()
@plain_errors()
def use(
    name: Name,
    accept_licence: Accept = False,
    config_file: ConfigFile = None,
) -> None:
    """Fetch a model if it is not here, and make it the one in use."""
    model = catalog().get(name)
    setting = MODEL_KEYS.get(model.kind)
    if setting is None:
        raise ModelError(f"No setting chooses the {_KINDS[model.kind]} model.", hint="It is used by itself.")
    _pull([model], Store(), accept_licence, config_file)
    path = config_file or config.user_file()
    set_value(path, setting, model.name)
    print(f'{setting} = "{model.name}" in {path}')
    loaded = config.load(config_file)
    if loaded.get(setting) != model.name:
        origin = loaded.origin(setting)
        print(f"It has no effect as long as {origin} says {loaded.get(setting)!r}.", file=sys.stderr)


@app.command()
@plain_errors()
def remove(name: Name) -> None:
    """Delete a model, and whatever has arrived of one."""
    model = catalog().get(name)
    print(f"{model.name}: {size_text(Store().remove(model))} freed")


def machine() -> tuple[int, int]:
    """Memory in bytes and cores of this machine."""
    return psutil.virtual_memory().total, os.cpu_count() or 1


def _pull(models: list[Model], store: Store, accept_licence: bool, config_file: Path | None = None) -> None:
    console = Console(stderr=True)
    lacking = [model for model in models if not store.installed(model)]
    for model in lacking:
        console.print(f"{model.name}: {size_text(model.size)}, licence: {model.licence}", highlight=False)
        if model.restricted and not accept_licence and sys.stdin.isatty():
            typer.confirm(f"Do you accept the licence of {model.name}?", abort=True, err=True)
    # Without a terminal nobody was asked, and `fetch` refuses what needs to be accepted.
    accepted = accept_licence or sys.stdin.isatty()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[source]}"),
    )
    tasks: dict[tuple[str, str], TaskID] = {}
    with Progress(*columns, console=console) as bars:

        def show(step: Step) -> None:
            key = step.model.name, step.file.name
            if key not in tasks:
                tasks[key] = bars.add_task(step.file.name, total=step.file.size, source=step.source)
            bars.update(tasks[key], completed=step.done_bytes, source=step.source)

        fetch(models, store, progress=show, accept_licences=accepted)
    for model in models:
        if model.kind is Kind.LLM:
            _copy(model, store, config_file, console)
        print(f"{model.name} {store.path(model)}")


def _copy(model: Model, store: Store, config_file: Path | None, console: Console) -> None:
    """A model works without its copy, so what hinders that is only told."""
    try:
        settings = config.load(config_file).settings
        language = settings.assistant.language
        if settings.llm.spoken_vocabulary and spoken_vocabulary.found(store, model, language) is None:
            console.print(f"{model.name}: making a quicker copy, with the words of {language!r} alone", highlight=False)
            spoken_vocabulary.make(store, model, language)
    except spoken_vocabulary.WholeVocabulary as reason:
        console.print(f"{model.name} is used as it is: {reason}.", highlight=False)
    except (ConfigError, EngineMissing, StorageError) as error:
        console.print(f"{model.name} is used as it is: {error} {error.hint}", highlight=False)


def _state(model: Model, store: Store) -> str:
    faults = store.check(model)
    if not faults:
        return "yes"
    if not all(fault.missing for fault in faults):
        return "damaged"
    return "begun" if store.disk_bytes(model) else ""


def _as_data(model: Model, store: Store, ram_bytes: int, cores: int) -> dict[str, object]:
    return {
        "name": model.name,
        "kind": model.kind.value,
        "starter": model.starter,
        "languages": list(model.languages),
        "licence": model.licence,
        "restricted": model.restricted,
        "size_bytes": model.size,
        "ram_mb": model.ram_mb,
        "state": _state(model, store) or "absent",
        "fits": fit(model, ram_bytes, cores).value,
        "note": model.note,
    }
