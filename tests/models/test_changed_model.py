"""A model file that changes under the running program."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from voiceos.app import Engines
from voiceos.catalogue import Store, catalog
from voiceos.config import Settings
from voiceos.errors import ModelError, VoiceosError


async def test_it_is_noticed_as_the_engine_starts_again(tmp_path: Path, models_dir: Path) -> None:
    settings = Settings()
    voice = catalog().get(settings.tts.voice)
    store = Store(tmp_path)
    shutil.copytree(Store(models_dir).folder(voice), store.folder(voice))
    async with Engines(settings, {"tts"}, store=store) as engines:
        await engines.tts.synthesize("Hello.", speed=1.0)
        file = store.path(voice)
        whole = file.read_bytes()
        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        engines.processes["tts"].kill()
        with pytest.raises(ModelError, match="damaged") as noticed:
            while True:  # until it has noticed that its process has ended
                try:
                    await engines.tts.synthesize("Hello.", speed=1.0)
                except ModelError:
                    raise
                except VoiceosError:
                    await asyncio.sleep(0.05)
        assert noticed.value.spoken == "error.model"
        assert noticed.value.hint == f"voiceos models pull {voice.name}"
