"""`python -m voiceos.bench.ablation`: what each technique gains, by doing without one after the other.

The same turns of `conversation.py` are played to the whole program under one set of settings after the other, all in
one run, so that a busy machine disturbs all alike; the first row is the program as it comes, without openers. Prints a
table; writes JSON where asked. What no setting switches off is not in it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from voiceos.bench.conversation import measure
from voiceos.bench.conversation_report import figures
from voiceos.errors import VoiceosError

ROWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("as it comes", {}),
    ("begins at silence, not as the voice fades", {"turn_taking.fade_ms": "0"}),
    ("begins after 200 ms of silence", {"turn_taking.fade_ms": "0", "turn_taking.pause_ms": "200"}),
    ("end judged by the voice alone", {"end_of_turn.engine": "smart_turn"}),
    ("end judged by the words alone", {"end_of_turn.engine": "language_model"}),
    ("end judged by 700 ms of silence", {"end_of_turn.engine": "none"}),
    ("all of the language model's vocabulary", {"llm.spoken_vocabulary": "false"}),
    ("one thread an engine", {"stt.threads": "1", "llm.threads": "1", "tts.threads": "1"}),
    ("sound in blocks of 10 ms", {"audio.output_block_ms": "10"}),
)
KINDS = ("question", "intent", "paused")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m voiceos.bench.ablation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--turns", type=int, default=16, help="of each row")
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    rows = {}
    for name, overrides in ROWS:
        print(f"== {name}", flush=True)
        try:
            rows[name] = figures(asyncio.run(measure(options.seed, options.turns, KINDS, overrides)))
        except VoiceosError as error:
            print(f"{error}: {error.hint}", file=sys.stderr)
            return error.exit_code
    print(f"\n{'':45}{'p50':>6}{'p90':>6}{'p95 ms':>8}{'cut into':>12}{'of':>4}")
    for name, row in rows.items():
        latencies = f"{row['p50_ms']:6.0f}{row['p90_ms']:6.0f}{row['p95_ms']:8.0f}"
        print(f"{name:45}{latencies}{row['cut_ins']:12}{row['paused']:4}")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
