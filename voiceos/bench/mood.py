"""What the estimate of a mood takes of an answer's time: `python -m voiceos.bench.mood`."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from statistics import median

from voiceos.mood import MoodTracker, Prosody

SENTENCES = (
    "What's the weather like tomorrow?",
    "I'm in a hurry, where did I put my keys?",
    "I've had such a bad day, my boss shouted at me in front of everybody and then the train was late as well.",
    "Tell me a story about a dragon that is afraid of fire, but not too long, because I have to get up early.",
)
ROUNDS = 500


def main() -> None:
    mood = MoodTracker("en", enabled=lambda: True, night=lambda at: False)
    now = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
    said = Prosody(2.0, -30.0)
    for sentence in SENTENCES:
        mood.took(sentence, said, now)  # patterns are compiled with the first
    for sentence in SENTENCES:
        took = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            mood.delivery(sentence, said, now)
            took.append(time.perf_counter() - begun)
        print(f"{len(sentence.split()):3d} words: {median(took) * 1e6:4.0f} µs, at most {max(took) * 1e6:4.0f}")


if __name__ == "__main__":
    main()
