"""`python -m voiceos.bench.open_air`: does it hear itself through a loudspeaker, and can it still be interrupted?

The whole program with its recogniser and voice over the virtual sound card, listening to `openair`: the user, and the
assistant's own voice, either straight or through a room's impulse response (optional shared test data). First it talks
for minutes while nobody else does: whatever it notices then is itself. Then a user speaks over it. `--paper` measures
the same without a sound card, faster than time (`open_air_paper.py`).
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path

from voiceos.app import FACTORIES
from voiceos.audio import files
from voiceos.audio.frames import RATE_HZ
from voiceos.bench import open_air_paper
from voiceos.bench.barge_in import INTERRUPTIONS
from voiceos.bench.recordings import speech_dir
from voiceos.bench.sound import ASSISTANT_LEVEL, USER_LEVEL, percentile, stretches
from voiceos.bench.virtual_card import RATE_HZ as CARD_HZ
from voiceos.bench.virtual_card import VirtualCard
from voiceos.bench.voice_to_voice import spoken
from voiceos.config import Settings
from voiceos.config.model import EchoCancellation
from voiceos.engines.process import EngineSpec
from voiceos.live import Live
from voiceos.observer import Witness

ROOMS = ("rir_sb1", "rir_sb2", "rir_sb3", "rir_audiomentations")
STRAIGHT = "straight"

TALES = (
    "The lighthouse stood at the end of a long pier, and every evening the keeper climbed its two hundred steps. He "
    "lit the lamp, wound the clock, and wrote the weather into a book that nobody would ever read. In winter the waves "
    "came over the wall, and the whole tower hummed like a bell. He liked those nights best of all.",
    "A baker in the mountains rose long before the sun to knead his dough. Snow lay on the sills, and the oven glowed "
    "like a small red moon. When the first loaves came out, he opened the window, and the smell ran down the valley. "
    "People woke up hungry, put on their boots, and followed it all the way to his door.",
    "Two friends built a boat from the boards of an old barn. It leaked, and it leaned to the left, and they loved it. "
    "One summer they sailed it around the bay with a sack of apples and a kettle. They quarrelled about the map, they "
    "lost the map, and after that they got on much better and found the island by themselves.",
)
"""What it talks about; each takes some twenty seconds to say."""


class Notices(logging.Handler):
    """Counts what the turn-taking machine makes of what it hears, from the conductor's own log."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.noticed = self.suspended = self.turns = 0

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        over_reply = text.startswith(("speaking → ", "overlap → "))
        self.noticed += text.startswith(("speaking → overlap", "speaking → listening"))
        self.suspended += over_reply and "→ listening" in text
        self.turns += text.startswith("paused → answering")


@dataclass(frozen=True, slots=True)
class Alone:
    """What it made of minutes of its own voice."""

    minutes: float
    noticed: int
    """Times that a voice was noticed over the reply."""
    suspended: int
    """Times that the reply fell silent for it."""
    turns: int
    """Times that it answered itself."""
    half_duplex: bool
    """It has stopped listening while it speaks."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    done: int
    silenced: int
    """Times that the reply stopped before the user was done."""
    median_ms: float
    """From the user's first sound to the assistant's last."""


def live_settings(setting: EchoCancellation) -> Settings:
    return Settings.model_validate(
        {
            "audio": {"input_device": "openair", "echo_cancellation": setting},
            "llm": {"engine": "scripted"},
            "end_of_turn": {"engine": "none"},
        }
    )


async def talk(live: Live, minutes: float) -> float:
    """Let it talk for so long while nobody else does; how many minutes that were."""
    loop = asyncio.get_running_loop()
    begun, told = loop.time(), 0
    while loop.time() - begun < 60 * minutes:
        live.conductor.announce(TALES[told % len(TALES)])
        told += 1
        await live.conductor.wait_idle()
    return (loop.time() - begun) / 60


async def interrupt(card: VirtualCard, live: Live, trials: int, seed: int) -> Interrupted:
    """Speak over its tales at random moments."""
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    said = await spoken(INTERRUPTIONS, Settings())
    late: list[float] = []
    for number in range(trials):
        live.conductor.announce(TALES[number % len(TALES)])
        await asyncio.sleep(chance.uniform(3.0, 8.0))
        async with card.record() as recording:
            await asyncio.sleep(1.0)
            await card.play_to_microphone(chance.choice(said)[1], RATE_HZ)
            await asyncio.sleep(0.3)
            user = stretches(recording.samples[:, 1], CARD_HZ, USER_LEVEL, gap_s=3.0, least_s=0.03)
            own = stretches(recording.samples[:, 0], CARD_HZ, ASSISTANT_LEVEL, gap_s=0.3, least_s=0.03)
        began_s, ended_s = user[0].begin_s, user[-1].end_s
        under = [one.end_s for one in own if one.begin_s < ended_s and one.end_s > began_s]
        silent_s = max(under, default=began_s)  # between two phrases it was silent, and has to stay so
        if silent_s < ended_s and any(one.begin_s < began_s for one in own):
            late.append((silent_s - began_s) * 1000)
        await live.conductor.wait_answered()
    return Interrupted(trials, len(late), percentile(late, 50))


async def measure(
    card: VirtualCard,
    room: str,
    level_db: float,
    *,
    minutes: float,
    trials: int,
    setting: EchoCancellation = "auto",
    seed: int = 1,
) -> tuple[Alone, Interrupted]:
    """One room, from the start of the program to its end."""
    notices = Notices()
    logger = logging.getLogger("voiceos.conductor")
    logger.addHandler(notices)
    logger.setLevel(logging.DEBUG)
    seen = Witness()
    live = Live(
        live_settings(setting),
        specs={"llm": EngineSpec("llm", FACTORIES["llm", "scripted"], {}, budget_s=5.0)},
        observer=seen,
    )
    try:
        async with AsyncExitStack() as stack:
            stack.callback(card.set_echo, -12.0)
            card.set_echo(level_db)
            if room != STRAIGHT:
                response = files.read(speech_dir() / "noise" / f"{room}.flac")
                await stack.enter_async_context(card.room(response, RATE_HZ, level_db=level_db))
            await stack.enter_async_context(card.room_noise())
            running = asyncio.create_task(live.run())
            stack.push_async_callback(_ended, running)
            await seen.listens.wait()
            await asyncio.sleep(0.5)
            await live.conductor.wait_idle()
            took = await talk(live, minutes)
            alone = Alone(took, notices.noticed, notices.suspended, notices.turns, live.conductor.state.half_duplex)
            interrupted = await interrupt(card, live, trials, seed)
    finally:
        logger.removeHandler(notices)
    return alone, interrupted


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.open_air", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="of its own speech, in each room")
    parser.add_argument("--trials", type=int, default=5, help="interruptions in each room")
    parser.add_argument("--room", action="append", choices=(STRAIGHT, *ROOMS), help="may be repeated")
    parser.add_argument("--level", action="append", type=float, help="of the echo, dB; may be repeated")
    parser.add_argument("--setting", choices=("auto", "on", "off"), default="auto", help="audio.echo_cancellation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--paper", action="store_true", help="the canceller and the gate alone, without a sound card")
    parser.add_argument("--user-minutes", type=float, default=5.0, help="on paper: of its speech that is spoken over")
    parser.add_argument("--keep", type=Path, help="on paper: keep its speech there, a .npz, for the next time")
    parser.add_argument("--log", type=Path, help="write the program's log there, without any words")
    options = parser.parse_args()
    levels = options.level or [-12.0, 0.0]
    if options.paper:
        rooms = [room for room in options.room or ROOMS if room != STRAIGHT]
        open_air_paper.removed(levels, rooms)
        said = open_air_paper.texts(TALES)
        replies = asyncio.run(open_air_paper.own_speech(said, options.minutes, options.keep))
        lengths = {"minutes": options.minutes, "user_minutes": options.user_minutes}
        open_air_paper.interruptions(replies, levels, rooms, Settings(), **lengths, seed=options.seed)
        return
    with options.log.open("w") if options.log else nullcontext() as stream:
        if stream is not None:
            logging.basicConfig(stream=stream, level=logging.DEBUG, format="%(relativeCreated)d %(name)s %(message)s")
        print(
            f"{'room':22}{'echo':>7}{'minutes':>9}{'noticed':>9}{'fell silent':>13}{'answered itself':>17}"
            f"{'half duplex':>13}{'interrupted':>13}{'silent after':>14}",
            flush=True,
        )
        for room in options.room or [STRAIGHT]:
            for level_db in levels:
                with VirtualCard() as card:
                    alone, over = asyncio.run(
                        measure(
                            card,
                            room,
                            level_db,
                            minutes=options.minutes,
                            trials=options.trials,
                            setting=options.setting,
                            seed=options.seed,
                        )
                    )
                print(
                    f"{room:22}{level_db:5.0f}dB{alone.minutes:9.1f}{alone.noticed:9}{alone.suspended:13}"
                    f"{alone.turns:17}{'yes' if alone.half_duplex else 'no':>13}"
                    f"{f'{over.silenced} of {over.done}':>13}{over.median_ms:11.0f} ms",
                    flush=True,
                )


if __name__ == "__main__":
    main()
