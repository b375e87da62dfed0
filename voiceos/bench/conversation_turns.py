"""What is said in the measured conversation. Pure; `conversation_sounds.py` makes it heard."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from voiceos.bench.barge_in import INTERRUPTIONS, STORIES
from voiceos.bench.voice_to_voice import HUMAN, QUESTIONS

WANTED = ("question", "intent", "human", "short", "long", "paused", "hesitant", "natural", "talkers", "barge-in")
"""Kinds of turns that want an answer."""

PAUSED = ("paused", "hesitant", "natural")
"""Kinds with a pause inside, in which an answer would cut the user off."""

INTENTS = (
    *("What time is it?", "Could you tell me the time?", "What is the date today?", "What day of the week is it?"),
    *("What is your name?", "What are you called?", "What did you just say?", "Are you okay?", "Set the volume to 80."),
    *("Is everything all right?", "What is today's date, please?", "Say that again."),
)
"""Wishes of `languages/en/intents.yaml` that are answered in words and leave voice and volume as they are."""

SHORT = ("Yes.", "No, the other one.", "Maybe later.", "Thank you.", "Good morning.", "That is right.")
LONG = (
    "I went to the market this morning and bought some apples and a loaf of bread, and on the way home I met an old "
    "friend of mine whom I had not seen for years. What should I cook for him tonight?",
    "My sister is coming to visit me next weekend with her two little children, and they have never been to this town "
    "before. What could we do together when it rains the whole day?",
    "I have been thinking about learning an instrument for a very long time, but I never had the patience to practise "
    "every day after work. Do you think that the piano is a good one to begin with?",
)
FLUENT = (
    "What is the best way to cook rice for four people?",
    "Could you tell me something about the history of Italy?",
    "I would like to know how far away the moon is.",
    "Do you think I should take an umbrella with me today?",
    "Tell me the name of a river that flows through London.",
    "How many hours of sleep does a grown up person need?",
)
"""A pause is put between two of their words."""

HESITANT = (
    "I, um, I would like to know how the tides work.",
    "Could you, could you tell me who painted the Mona Lisa?",
    "What is the, uh, the tallest mountain in Europe?",
    "Well, hmm, how do I get a coffee stain out of a shirt?",
    "Tell me, er, tell me something about penguins.",
    "How long, no, how many years did the Romans stay in Britain?",
)
PAUSES_S = (0.3, 1.5)
BACKCHANNELS = ("Mm-hmm.", "Uh-huh.", "Yeah.")

COMMANDS = (
    *HUMAN,
    *(f"commands/s2p_en_{name}.flac" for name in ("is_the_Front_Door_locked", "is_the_Garage_Door_open")),
    *(f"commands/s2p_en_{name}.flac" for name in ("set_a_timer_for_5_minutes", "turn_on_Standing_Light")),
    "commands/s2p_en_set_Bed_Light_brightness_to_50_percent.flac",
    "commands/s2p_en_turn_off_all_of_the_lights_in_the_Office.flac",
    *(f"commands/s2p_en_what_{name}.flac" for name in ("is_the_Outdoor_Humidity", "s_the_weather_like_in_New_York")),
    *(f"english/libri_other_{name}.flac" for name in ("2414_128291_0000", "3080_5032_0003", "1998_15444_0006")),
    *("english/cmuarctic_axb_a0005.flac", "english/goforward.flac"),
)
"""Questions and commands of people (optional shared test data)."""

SPONTANEOUS = (
    *("mfa_crossword", "mfa_surround", "mfa_um", "mfa_words", "mfa_youknow", "ami_ES2011a"),
    *("so762_005940380", "so762_096220010", "so762_096300004", "so762_012600345"),
)
"""People who pause by themselves (the same, `turns`)."""

TALKERS = ("bgspeech_4297_13006_0000", "bgspeech_4397_15666_0000", "bgspeech_5789_57158_0000")

KNOCKS = ("short_friction0", "short_friction1")
NO_TURN = ("dishes", "office_ambience", "music_strings", "music_vibe_ace")

TEXTS = (*QUESTIONS, *INTENTS, *SHORT, *LONG, *HESITANT, *FLUENT, *BACKCHANNELS, *INTERRUPTIONS, *STORIES)
"""All that the voice says."""

BARGE_INS = 8
BARGE_IN_AFTER_S = (0.2, 4.0)


@dataclass(frozen=True, slots=True)
class Planned:
    """What happens on the user's side, not yet as sound."""

    kind: str
    text: str = ""
    """To be spoken by the voice; empty where `file` or `made` sounds."""
    file: str = ""
    """A recording, from VOICEOS_SPEECH on; with `text` it sounds under it."""
    made: str = ""
    """`cough` or `door`."""
    chance: float = 0.0
    """0 to 1: which border of two words, where in a recording; the seed of a made sound."""
    pause_s: float = 0.0
    """Put between two words."""
    story: str = ""
    """Asked for before, so that there is a reply to sound over."""
    after_s: float = 1.0
    """The reply has sounded for so long."""
    answered: bool = True
    """It wants an answer."""

    @property
    def name(self) -> str:
        pause = f"{self.pause_s:.2f} s: " if self.pause_s else ""
        return pause + (self.text or self.made or Path(self.file).stem)


def plan(seed: int, speech: Path | None) -> list[Planned]:
    """All turns, in an order that the seed shuffles; the first is always the same question, as it meets a cold program.

    Args:
        speech: folder of recordings; those that are not there, or all of them where it is None, are left out.
    """
    chance = random.Random(seed)  # noqa: S311 - lengths and an order, no secrets
    made = [
        Planned(kind, text)
        for kind, texts in (
            *(("question", QUESTIONS), ("intent", INTENTS), ("short", SHORT), ("long", LONG), ("hesitant", HESITANT)),
        )
        for text in texts
    ]
    made += [Planned("paused", text, pause_s=chance.uniform(*PAUSES_S), chance=chance.random()) for text in FLUENT * 4]
    over = [Planned("mm-hm", text, answered=False) for text in BACKCHANNELS * 2]
    over += [Planned("cough", made="cough", chance=chance.random(), answered=False) for _ in range(4)]
    over += [Planned("knock", made="door", chance=chance.random(), answered=False) for _ in range(2)]
    over += [Planned("knock", file=f"noise/{name}.flac", answered=False) for name in KNOCKS]
    made += [_over(chance, one, 1.0) for one in over]
    for number in range(BARGE_INS):
        over_reply = Planned("barge-in", INTERRUPTIONS[number % len(INTERRUPTIONS)])
        made.append(_over(chance, over_reply, chance.uniform(*BARGE_IN_AFTER_S)))
    made += [Planned("noise", made="cough", chance=chance.random(), answered=False) for _ in range(2)]
    made += [Planned("noise", file=f"noise/{name}.flac", answered=False) for name in NO_TURN]
    made += [Planned("human", file=name) for name in COMMANDS]
    made.append(Planned("intent", file="commands/s2p_en_what_s_the_date.flac"))
    made += [Planned("natural", file=f"turns/{name}.flac") for name in SPONTANEOUS]
    made += [
        Planned("talkers", text, file=f"noise/{TALKERS[n % len(TALKERS)]}.flac", chance=chance.random())
        for n, text in enumerate(QUESTIONS[1:7])
    ]
    made = [one for one in made if not one.file or (speech is not None and (speech / one.file).is_file())]
    first, *rest = made
    chance.shuffle(rest)
    return [first, *rest]


def _over(chance: random.Random, one: Planned, after_s: float) -> Planned:
    return Planned(
        one.kind, one.text, one.file, one.made, one.chance, 0.0, chance.choice(STORIES), after_s, one.answered
    )
