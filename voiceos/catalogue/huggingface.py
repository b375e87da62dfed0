"""Files from Hugging Face, at a pinned revision.

The library gives addresses, credentials, the session and the meaning of answers. The bytes are read here, because its
own download starts anew in each process, and a gigabyte that broke off is to be resumed.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time

from voiceos.catalogue.catalog import Model, ModelFile
from voiceos.catalogue.partial import Partial
from voiceos.catalogue.sources import Report, SourceFailed

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""Tries in a row that bring no new byte before a file is given up."""


class HuggingFace:
    """The hub, or whatever `HF_ENDPOINT` names.

    A host that does not answer is asked once; then it is known to be dead for as long as this object lives.

    Args:
        deadline_s: the host has to answer the first question within this time, name resolution and every address
            included; each later pause in the stream may take as long.
        pause_s: wait between two tries.
    """

    name = "Hugging Face"

    def __init__(self, *, deadline_s: float = 8.0, pause_s: float = 1.0) -> None:
        self.deadline_s = deadline_s
        self.pause_s = pause_s
        self._alive = False
        self._dead = ""

    def offers(self, file: ModelFile) -> bool:
        return True

    def forget(self, model: Model) -> None:
        pass

    def fetch(self, model: Model, file: ModelFile, partial: Partial, report: Report) -> None:
        # Unless the user decided otherwise, the hub learns which file is wanted and nothing else about this machine.
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        # The library is imported late: it takes a second, and nobody who has the models needs it.
        import httpx2
        from huggingface_hub import hf_hub_url
        from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

        if self._dead:
            raise SourceFailed(self._dead)
        # Read at each use: the library itself reads it only when it is first imported.
        endpoint = os.environ.get("HF_ENDPOINT") or None
        url = hf_hub_url(model.repo, file.path, revision=model.revision, endpoint=endpoint)
        if not self._alive:
            self._first_question(url)
        failures = 0
        while partial.done_bytes < file.size:
            before = partial.done_bytes
            try:
                self._stream(url, file, partial, report)
                problem: Exception = SourceFailed(f"the connection ended at byte {partial.done_bytes}")
            except OfflineModeIsEnabled as error:
                raise SourceFailed("HF_HUB_OFFLINE is set") from error
            except HfHubHTTPError as error:
                status = error.response.status_code
                if status < 500 and status != 429:
                    raise SourceFailed(_refusal(status, model)) from error
                problem = error
            except httpx2.TransportError as error:
                problem = error
            if partial.done_bytes >= file.size:
                return
            failures = 1 if partial.done_bytes > before else failures + 1
            log.info("%s: %s, %d bytes so far", file.name, type(problem).__name__, partial.done_bytes)
            if failures >= ATTEMPTS:
                if isinstance(problem, (httpx2.ConnectError, httpx2.TimeoutException)):
                    self._dead = f"it stopped answering ({type(problem).__name__})"
                raise SourceFailed(self._dead or str(problem)) from problem
            time.sleep(self.pause_s)

    def _first_question(self, url: str) -> None:
        """Find out within the deadline whether anybody answers.

        Asked in a thread: a dead name server or a host with many silent addresses takes minutes to give up, and no
        time-out of the library covers both.
        """
        import httpx2
        from huggingface_hub import get_hf_file_metadata

        answers: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()

        def ask() -> None:
            try:
                get_hf_file_metadata(url, timeout=self.deadline_s)
                answers.put(None)
            except Exception as error:  # judged by the thread that waits for it
                answers.put(error)

        threading.Thread(target=ask, name="huggingface-first-question", daemon=True).start()
        try:
            error = answers.get(timeout=self.deadline_s)
        except queue.Empty:
            error = TimeoutError()
        if isinstance(error, (TimeoutError, httpx2.TimeoutException)):
            self._dead = f"no answer within {self.deadline_s:g} s"
        elif isinstance(error, (httpx2.TransportError, httpx2.InvalidURL)):
            self._dead = f"no connection ({error})"
        if self._dead:
            raise SourceFailed(self._dead) from error
        # Any other error is an answer about this file, and is met again when the file is asked for.
        self._alive = True

    def _stream(self, url: str, file: ModelFile, partial: Partial, report: Report) -> None:
        import httpx2
        from huggingface_hub import get_session
        from huggingface_hub.utils import (  # type: ignore[attr-defined]  # documented, yet not marked as exported
            build_hf_headers,
            hf_raise_for_status,
        )

        headers = build_hf_headers() | {"Accept-Encoding": "identity"}
        if partial.done_bytes:
            headers["Range"] = f"bytes={partial.done_bytes}-"
        with get_session().stream("GET", url, headers=headers, timeout=httpx2.Timeout(self.deadline_s)) as response:
            if response.status_code == 416:
                partial.restart()
                return
            hf_raise_for_status(response)
            resumed = response.headers.get("Content-Range", "").startswith(f"bytes {partial.done_bytes}-")
            if partial.done_bytes and not (response.status_code == 206 and resumed):
                # The whole file comes although its rest was asked for.
                partial.restart()
            length = response.headers.get("Content-Length", "")
            if length.isdigit() and "Content-Encoding" not in response.headers:
                offered = partial.done_bytes + int(length)
                if offered != file.size:
                    raise SourceFailed(f"it has {file.name} with {offered} bytes instead of {file.size}")
            # As they come: larger chunks would be lost with the connection.
            for chunk in response.iter_bytes():
                partial.write(chunk)
                report(partial.done_bytes)


def _refusal(status: int, model: Model) -> str:
    if status in (401, 403):
        return f"{model.repo} is not open to everybody (HTTP {status}): accept its terms there and set HF_TOKEN"
    return f"it answers HTTP {status}"
