"""Smart Turn: from how the last seconds were said, how finished they sound. One small model, in a thread of its own."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.engines.mel import log_mel
from voiceos.errors import EngineMissing, ModelError

WINDOW_SAMPLES = 8 * RATE_HZ
"""What the model was trained on: the last 8 s, shorter ones with silence in front (pipecat-ai/smart-turn)."""

HEARD_SAMPLES = RATE_HZ * 3 // 2
"""What it is given of that. How the last words were said tells more than how long the turn is: it takes long turns for
finished (`python -m voiceos.bench.pauses`, and `voiceos.bench.end_of_turn`)."""


class SmartTurn:
    """`EndOfTurn` through the Smart Turn v3 ONNX file `model_path`: `async with SmartTurn(path) as end_of_turn`.

    Args:
        threads: for one judgement, some 30 ms; they sleep between two.

    Entering raises EngineMissing, and ModelError where the file is missing or no such model.
    """

    def __init__(self, model_path: str, *, threads: int = 1) -> None:
        self._path = Path(model_path)
        self._threads = threads
        self._session: Any = None
        self._executor: ThreadPoolExecutor | None = None

    async def __aenter__(self) -> SmartTurn:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="smart-turn")
        try:
            await asyncio.get_running_loop().run_in_executor(self._executor, self._load)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._executor:
            self._executor.shutdown(wait=True)  # at most one judgement
        self._executor = self._session = None

    async def probability(self, samples: Samples) -> float:
        """Probability, 0 to 1, that the speaker is done; 16 kHz, only the last 1.5 s count."""
        if self._executor is None:
            raise RuntimeError("SmartTurn is used outside `async with`")
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._judge, samples)

    def _load(self) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise EngineMissing("the end-of-turn model needs onnxruntime", hint="pip install onnxruntime") from error
        name = self._path.stem
        hint = f"voiceos models pull {name}"
        if not self._path.exists():
            raise ModelError(f"the end-of-turn model is not here: {self._path}", hint=hint)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                self._path.read_bytes(), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime's exceptions share no base; whatever it is, the file is no model
            raise ModelError(f"the end-of-turn model {name} cannot be loaded: {error}", hint=hint) from error
        self._judge(np.zeros(RATE_HZ, np.float32))  # the first run allocates; no turn should wait for it

    def _judge(self, samples: Samples) -> float:
        window = np.zeros(WINDOW_SAMPLES, np.float32)
        last = samples[-HEARD_SAMPLES:]
        window[len(window) - len(last) :] = last
        # Zero mean and unit variance over the whole window, as in its training (transformers, `do_normalize`).
        window = (window - window.mean()) / np.sqrt(window.var() + 1e-7)
        (output,) = self._session.run(None, {"input_features": log_mel(window)[None]})
        return float(np.ravel(output)[0])
