"""Fetch models: ask the sources in order, verify, put in place."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from voiceos.catalogue.catalog import Model, ModelFile, catalog
from voiceos.catalogue.huggingface import HuggingFace
from voiceos.catalogue.packages import Packages
from voiceos.catalogue.partial import Partial, WrongContent
from voiceos.catalogue.sources import Source, SourceFailed
from voiceos.catalogue.store import Store
from voiceos.errors import ModelError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """How far one file is."""

    model: Model
    file: ModelFile
    source: str
    """Where it comes from."""
    done_bytes: int


def fetch(
    models: Iterable[str | Model],
    store: Store,
    *,
    progress: Callable[[Step], None] = lambda step: None,
    accept_licences: bool = False,
    sources: Sequence[Source] | None = None,
) -> None:
    """Fetch what is missing or damaged of `models`; what is whole is left alone.

    It may be stopped at any moment: no file is ever half in place, and the next call goes on where this one stopped.

    Args:
        models: names or models.
        progress: called from this thread whenever bytes arrive.
        accept_licences: the user agreed to the licences that ask for it.
        sources: asked in this order; by default Hugging Face, then packages.

    Raises:
        ModelError: unknown model, licence not accepted, or no source could deliver a file; names each one's reason.
        StorageError: not enough space, or the folder cannot be written.
    """
    wanted = [catalog().get(model) for model in models]
    faults = {model.name: store.check(model) for model in wanted}
    lacking = [model for model in wanted if faults[model.name]]
    for model in lacking:
        if model.restricted and not accept_licences:
            raise ModelError(
                f"The licence of {model.name} has to be accepted first: {model.licence}.",
                hint=f"voiceos models pull {model.name} --accept-licence",
            )
    store.require_space(sum(store.missing_bytes(model, faults[model.name]) for model in lacking))
    asked = (HuggingFace(), Packages(store)) if sources is None else sources
    for model in lacking:
        with store.lock(model):
            # Looked at again: another process may have fetched it while this one waited.
            for fault in store.check(model):
                _fetch_file(model, fault.file, store, asked, progress)
            for source in asked:
                source.forget(model)
        log.info("model %s is in place", model.name)


def _fetch_file(
    model: Model, file: ModelFile, store: Store, sources: Sequence[Source], progress: Callable[[Step], None]
) -> None:
    reasons: list[str] = []
    with Partial(store.folder(model) / file.name, file) as partial:
        for source in sources:
            if not source.offers(file):
                reasons.append(f"{source.name}: does not carry it")
                continue

            def report(done_bytes: int, name: str = source.name) -> None:
                progress(Step(model, file, name, done_bytes))

            report(partial.done_bytes)
            try:
                _from(source, model, file, partial, report)
            except (SourceFailed, WrongContent) as error:
                log.info("%s of %s from %s: %s", file.name, model.name, source.name, error)
                reasons.append(f"{source.name}: {error}")
                continue
            store.stamp(model, file)
            return
    raise ModelError(
        f"{file.name} of the model {model.name} could not be fetched. {'; '.join(reasons)}.",
        hint=f"Check the network and run `voiceos models pull {model.name}` again: what has arrived is kept.",
    )


def _from(source: Source, model: Model, file: ModelFile, partial: Partial, report: Callable[[int], None]) -> None:
    resumed = partial.done_bytes > 0
    for last in (not resumed, True):
        try:
            source.fetch(model, file, partial, report)
            partial.place()
        except WrongContent:
            partial.restart()
            source.forget(model)
            # What an earlier run left may be what is wrong; then the file is fetched once more from its beginning.
            if last:
                raise
        else:
            return
