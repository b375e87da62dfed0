"""A hub on this machine, packages built on the spot, and models that are made of them."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from voiceos.catalogue import Model, Store

COMMIT = "0123456789abcdef0123456789abcdef01234567"

PULL = """
import sys
from voiceos.catalogue import Model, Store, fetch
from voiceos.errors import VoiceosError
if len(sys.argv) > 3:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
model = Model.model_validate_json(sys.argv[1])
def progress(step):
    if step.done_bytes:
        print("arrived", step.done_bytes, flush=True)
try:
    fetch([model], Store(sys.argv[2]), progress=progress)
except VoiceosError as error:
    print(type(error).__name__, error, flush=True)
    sys.exit(error.exit_code)
"""


@dataclass
class Hub:
    """A server that speaks as much of the hub's language as fetching files needs."""

    files: dict[str, bytes] = field(default_factory=dict)
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path of the file, Range header."""
    cuts: list[int] = field(default_factory=list)
    """For each GET to come: after how many bytes the connection breaks."""
    statuses: list[int] = field(default_factory=list)
    """For each GET to come: refuse with this status."""
    ranges: bool = True
    holds: list[int] = field(default_factory=list)
    """For each GET to come: after how many bytes to fall silent until `released`."""
    released: threading.Event = field(default_factory=threading.Event)
    endpoint: str = ""

    def gets(self) -> list[str]:
        """The Range headers of all GETs of files so far."""
        return [ranges for method, name, ranges in self.requests if method == "GET"]


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self._answer(send_body=False)

        def do_GET(self) -> None:
            self._answer(send_body=True)

        def _answer(self, *, send_body: bool) -> None:
            found = re.fullmatch(rf"/[^/]+/[^/]+/resolve/{COMMIT}/(.+)", self.path)
            name = found[1] if found else ""
            hub.requests.append((self.command, name, self.headers.get("Range", "")))
            content = hub.files.get(name)
            if send_body and hub.statuses:
                self.send_error(hub.statuses.pop(0))
                return
            if content is None:
                self.send_response(404)
                self.send_header("X-Error-Code", "EntryNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            start = 0
            if hub.ranges and (asked := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))):
                start = int(asked[1])
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(content) - start))
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            if not send_body:
                return
            body = content[start:]
            if hub.cuts:
                body = body[: hub.cuts.pop(0)]
            if hub.holds:
                sent = hub.holds.pop(0)
                self.wfile.write(body[:sent])
                hub.released.wait()
                body = body[sent:]
            self.wfile.write(body)

    return Handler


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what some tests are about."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hub = Hub()
    server = _Server(("127.0.0.1", 0), _handler(hub))
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield hub
    hub.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub that refuses connections: a port that was just free, and that nobody serves."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        port = server.server_port
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


MakeModel = Callable[..., Model]


@pytest.fixture
def make_model() -> MakeModel:
    def make(
        files: Mapping[str, bytes],
        packages: Mapping[str, list[tuple[str, str]]] | None = None,
        name: str = "thing",
        **fields: object,
    ) -> Model:
        """A model of these contents; `packages` gives (requirement, member) parts by file."""
        entries = [
            {
                "path": path,
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "packages": [
                    {"requirement": requirement, "member": member}
                    for requirement, member in (packages or {}).get(path, [])
                ],
            }
            for path, content in files.items()
        ]
        plain: dict[str, object] = {
            "name": name,
            "kind": "llm",
            "languages": ["en"],
            "licence": "MIT",
            "ram_mb": 1,
            "cores": 1,
            "rank": 1,
            "repo": "somebody/thing",
            "revision": COMMIT,
        }
        return Model.model_validate(plain | {"file": entries} | fields)

    return make


AddWheel = Callable[[str, Mapping[str, bytes]], Path]


@pytest.fixture
def add_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddWheel:
    """Builds wheels into the one place that pip looks at."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))

    def add(requirement: str, members: Mapping[str, bytes]) -> Path:
        name, version = requirement.split("==")
        stem = f"{name.replace('-', '_')}-{version}"
        info = f"{stem}.dist-info"
        wheel = folder / f"{stem}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{info}/RECORD", "")
        return wheel

    return add


StartPull = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start_pull(store: Store) -> Iterator[StartPull]:
    """Pulls in a process of its own; what it says comes through its standard output."""
    started: list[subprocess.Popen[str]] = []

    def start(model: Model, *limits: int) -> subprocess.Popen[str]:
        arguments = [model.model_dump_json(by_alias=True), str(store.root), *map(str, limits)]
        process = subprocess.Popen([sys.executable, "-c", PULL, *arguments], stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
