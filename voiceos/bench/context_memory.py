"""`python -m voiceos.bench.context_memory`: what the language model takes, by how much of its context is filled.

llama.cpp sets aside room for a batch over the whole context, and the system gives it as it is first written to. The
engine has it written to at the start (`Lanes.touch`), so that a longer conversation takes no more: the column is flat.
"""

from __future__ import annotations

import argparse
import os

from voiceos.bench.soaked import held
from voiceos.catalogue import Store
from voiceos.config import Settings
from voiceos.engines.llama_cpp import LlamaCpp
from voiceos.thinking.ports import Lane, Message, Sampling

TEXT = "The hare ran on and on through the wet grass, over two hills and a river, and it never once looked back. "

STEP_TOKENS = 512


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.parse_args()
    llm = Settings().llm
    engine = LlamaCpp(
        str(Store().path(llm.model)),
        context_tokens=llm.context_tokens,
        background_tokens=llm.background_tokens,
    )
    print(f"{'tokens':>6}  own memory, MB")
    print(f"{0:6}  {held(os.getpid()).own_mb:.1f}")
    tokens = engine.render([Message("user", TEXT * (llm.context_tokens // 16))], None)
    for filled in range(STEP_TOKENS, llm.context_tokens + 1, STEP_TOKENS):
        for _ in engine.extend(Lane.CONVERSATION, tokens[: filled - 8]):
            pass
        for _ in engine.generate(Lane.CONVERSATION, Sampling(max_tokens=4), None):
            pass
        print(f"{filled:6}  {held(os.getpid()).own_mb:.1f}", flush=True)


if __name__ == "__main__":
    main()
