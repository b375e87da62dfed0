"""The models: what is pinned, where it can come from, fetching, verifying."""

from __future__ import annotations

from voiceos.catalogue.catalog import Catalog, Fit, Kind, Model, ModelFile, catalog, fit, recommend, size_text
from voiceos.catalogue.fetch import Step, fetch
from voiceos.catalogue.store import Fault, Store

__all__ = [
    "Catalog",
    "Fault",
    "Fit",
    "Kind",
    "Model",
    "ModelFile",
    "Step",
    "Store",
    "catalog",
    "fetch",
    "fit",
    "recommend",
    "size_text",
]
