"""`python -m voiceos.bench.conversation`: fast and polite, measured at once.

The real program over the virtual sound card; both voices on one recording of one clock. Turns of many kinds: questions
of real people and synthesised ones, wishes that need no language model, short and long ones, with a pause or a restart
inside, with somebody else talking in the room; interruptions at random moments of a story; and sounds that are no turn:
knocks, coughs, noise, music, and "mm-hm" over a reply. Latency is measured as in `voice_to_voice.py`, silence after an
interruption as in `barge_in.py`. A cut-in is an answer that begins before the user is done; a false stop is a reply
that a "mm-hm", a cough or a knock ends. Afterwards each answered sound is read again in the recogniser's full window.
Same seed, same turns. Prints a table; writes JSON and a PNG where asked, and compares with an earlier run
(`--baseline`). `--sweep` draws latency against cut-ins over the policy instead (`sweep.py`).
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from types import MappingProxyType

import soxr

from voiceos.app import chosen_model
from voiceos.audio.frames import RATE_HZ, Samples
from voiceos.bench import conversation_picture, sweep, waterfall
from voiceos.bench.barge_in import CUT, DEBUG, UNNOTICED_S
from voiceos.bench.conversation_report import Outcome, figures, median_waterfalls, table
from voiceos.bench.conversation_sounds import Turn, sounds
from voiceos.bench.conversation_turns import plan
from voiceos.bench.recordings import speech_dir
from voiceos.bench.session import Session
from voiceos.bench.sound import Stretch
from voiceos.bench.virtual_card import RATE_HZ as CARD_HZ
from voiceos.bench.virtual_card import VirtualCard
from voiceos.bench.voice_to_voice import starter_settings
from voiceos.catalogue import Kind, Store
from voiceos.config import Settings
from voiceos.config.keys import KEYS
from voiceos.engines.cores import cores
from voiceos.engines.faster_whisper import WINDOW_S, FasterWhisper
from voiceos.errors import ConfigError, VoiceosError
from voiceos.trace import STAGES

ANSWERS = re.compile(r"turn \d+: answers (['\"].*)$")
TAKEN_BACK = "answering → listening on SpeechResumed"
TRACE = "trace {"
MARGIN_S = 0.2
"""Of sound around what is read again: soft first and last consonants lie below the level that is measured from."""


class Talk:
    """One conversation: plays turns, and keeps what each left in the recording and in the log."""

    def __init__(self, session: Session, stories: dict[str, Samples]) -> None:
        self._session = session
        self._stories = stories
        self.asked: list[Samples] = []
        """16 kHz sound of what the user said, in the order of the outcomes; empty where nothing is to be read again."""

    async def play(self, turn: Turn) -> Outcome:
        """One turn, and what came of it."""
        self.asked.append(turn.samples[:0])
        outcome = Outcome(turn.planned.kind, turn.planned.name, answered=False)
        if not turn.planned.story:
            return await self._ask(turn, outcome) if turn.planned.answered else await self._disturb(turn, outcome)
        told = await self._session.say(self._stories[turn.planned.story], RATE_HZ)
        try:
            await self._session.sounding(told.end_s)
        except VoiceosError:  # no story, nothing to sound over
            return outcome
        await asyncio.sleep(turn.planned.after_s)
        if turn.planned.answered:
            return await self._interrupt(turn, outcome)
        marker = len(self._session.lines)
        await self._session.play(turn.samples, RATE_HZ)
        await self._session.quiet()
        return replace(outcome, false_stop=any(CUT.search(line) for line in self._session.lines[marker:]))

    async def _disturb(self, turn: Turn, outcome: Outcome) -> Outcome:
        """A sound that is no turn, while nobody speaks."""
        begun = self._session.now_s
        await self._session.play(turn.samples, RATE_HZ)
        spoke = await self._session.answer(begun, patience_s=len(turn.samples) / RATE_HZ + 3.0)
        return replace(outcome, answered=spoke is not None)

    async def _ask(self, turn: Turn, outcome: Outcome) -> Outcome:
        marker, begun = len(self._session.lines), self._session.now_s
        asked = await self._session.say(turn.samples, RATE_HZ)
        if turn.end_s is not None:  # the room is loud enough to hide where the user ends
            placed = self._session.placed(turn.samples, RATE_HZ, begun)
            asked = Stretch(asked.begin_s, placed + turn.end_s)
        cut_in = any(bool(asked.begin_s < one.begin_s < asked.end_s) for one in self._session.assistant(asked.begin_s))
        return await self._answered(asked, marker, replace(outcome, cut_in=cut_in))

    async def _interrupt(self, turn: Turn, outcome: Outcome) -> Outcome:
        marker = len(self._session.lines)
        over = await self._session.say(turn.samples, RATE_HZ)
        silent = self._session.silent_since(0, over.begin_s)
        stopped = any(CUT.search(line) for line in self._session.lines[marker:])
        if stopped or silent > over.begin_s + UNNOTICED_S:  # else the reply had ended by itself
            outcome = replace(outcome, silent_s=silent - over.begin_s)
        return await self._answered(Stretch(over.begin_s, max(over.end_s, silent)), marker, outcome)

    async def _answered(self, asked: Stretch, marker: int, outcome: Outcome) -> Outcome:
        """The outcome with the answer, its waterfall and the words that it answers."""
        answer = await self._session.answer(asked.end_s)
        lines = self._session.lines[marker:]
        heard = [str(ast.literal_eval(found[1])) for line in lines if (found := ANSWERS.search(line))]
        falls = [line.split("trace ", 1)[1] for line in lines if TRACE in line]
        user = self._session.cut(Stretch(asked.begin_s - MARGIN_S, asked.end_s + MARGIN_S), 1)
        self.asked[-1] = soxr.resample(user, CARD_HZ, RATE_HZ)
        # Behind the answer somebody else in the room may have got one; before it, one that cut in.
        which = -1 if outcome.cut_in else 0
        return replace(
            outcome,
            answered=answer is not None or outcome.cut_in,
            # An answer that cuts in comes before the end that latency is counted from.
            latency_s=None if answer is None or outcome.cut_in else answer.begin_s - asked.end_s,
            early_commit=any(TAKEN_BACK in line for line in lines),
            heard=heard[which] if heard else None,
            waterfall=json.loads(falls[which]) if falls else None,
        )


def read_again(done: Sequence[Outcome], asked: Sequence[Samples], settings: Settings) -> list[Outcome]:
    """The outcomes with what the full window reads from the same sound."""
    wanted = chosen_model(Kind.STT, settings)
    if wanted is None:
        return list(done)
    engine = FasterWhisper(str(Store().path(wanted)), threads=cores(), beam_size=settings.stt.beam_size)
    longest = round(WINDOW_S * RATE_HZ)
    return [
        replace(one, reread=engine.decode(sound[:longest], "en", full_window=True).text)
        if one.heard is not None and len(sound)
        else one
        for one, sound in zip(done, asked, strict=True)
    ]


async def measure(
    seed: int, most: int | None, kinds: Sequence[str], overrides: Mapping[str, str] = MappingProxyType({})
) -> list[Outcome]:
    """All outcomes under the starter set's settings and `overrides` (by dotted name). Recordings of people and of noise
    join where there are any."""
    try:
        speech: Path | None = speech_dir()
    except ConfigError as error:
        print(f"{error}: only the turns that the voice can say", file=sys.stderr)
        speech = None
    planned = [one for one in plan(seed, speech) if not kinds or one.kind in kinds][:most]
    turns, stories = sounds(planned, speech)
    done: list[Outcome] = []
    with VirtualCard() as card, tempfile.TemporaryDirectory() as home:
        arguments = ["--no-greeting", "--trace-json"]
        async with Session(
            card, starter_settings(DEBUG), Path(home), arguments=arguments, overrides=overrides
        ) as session:
            talk = Talk(session, stories)
            for turn in turns:
                marker = len(session.lines)
                one = await talk.play(turn)
                done.append(one)
                print(line(len(done), turn, one), flush=True)
                if turn.planned.answered and not one.answered:  # what the program told of it is gone with its home
                    print("\n".join(session.lines[marker:]), file=sys.stderr, flush=True)
    return read_again(done, talk.asked, Settings())


def line(number: int, turn: Turn, one: Outcome) -> str:
    latency = "" if one.latency_s is None else f"{one.latency_s * 1000:6.0f} ms"
    flaws = (
        " CUT IN" * one.cut_in + " EARLY" * (one.early_commit and not one.cut_in) + " STOPPED" * bool(one.false_stop)
    )
    flaws += " NO ANSWER" * (turn.planned.answered and not one.answered)
    flaws += " ANSWERED" * (not turn.planned.answered and one.answered)
    silent = "" if one.silent_s is None else f" silent in {one.silent_s * 1000:.0f} ms"
    return f"{number:3} {one.kind:9}{latency:>10}{flaws}{silent}  {one.name}"


def setting(text: str) -> tuple[str, str]:
    """One `section.key=value`. Raises ValueError, which argparse tells the user."""
    name, found, value = text.partition("=")
    if not found or name not in KEYS:
        raise ValueError(text)
    return name, value


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.conversation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--turns", type=int, help="only the first so many")
    parser.add_argument(
        "--set", action="append", default=[], type=setting, metavar="KEY=VALUE", help="a setting, by its dotted name"
    )
    parser.add_argument("--openers", action="store_true", help='with "Hmm." and the like, which are off otherwise')
    parser.add_argument("--kind", action="append", default=[], help="only turns of this kind; may be repeated")
    parser.add_argument("--json", type=Path, help="write all of it there")
    parser.add_argument("--baseline", type=Path, help="JSON of an earlier run to compare with")
    parser.add_argument("--png", type=Path, help="draw the waterfalls, and the curve where there are --endings")
    parser.add_argument("--sweep", action="store_true", help="no conversation: the curve over the policy")
    sweep.add_arguments(parser)
    options = parser.parse_args()
    try:
        if options.png:
            waterfall.plotting()  # to fail before an hour of talk rather than behind it
        return sweep.run(options) if options.sweep else converse(options)
    except VoiceosError as error:
        print(f"{error}: {error.hint}" if error.hint else error, file=sys.stderr)
        return error.exit_code


def converse(options: argparse.Namespace) -> int:
    """Measure, and say it in every form that is asked for."""
    before = json.loads(options.baseline.read_text())["figures"] if options.baseline else None
    overrides = dict(options.set, **{"assistant.openers": str(options.openers).lower()})
    done = asyncio.run(measure(options.seed, options.turns, options.kind, overrides))
    now = figures(done)
    print(table(now, before))
    falls = [one.waterfall for one in done if one.waterfall]
    print(waterfall.medians(falls))
    if options.json:
        said = {"figures": now, "outcomes": [asdict(one) for one in done], "waterfalls": falls}
        options.json.write_text(json.dumps(said, indent=1))
    if options.png:
        conversation_picture.draw(options.png, now, median_waterfalls(done, STAGES), sweep.known(options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
