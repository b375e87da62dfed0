"""What is measured with must be the same each time it is measured."""

from __future__ import annotations

import numpy as np

from voiceos.bench.conversation_sounds import rendered


def test_the_measured_user_says_the_same_twice() -> None:
    texts = ("What is the capital of Italy?", "Mm-hmm.")
    once, again = rendered(texts), rendered(texts)
    for text in texts:
        assert np.array_equal(once[text].samples, again[text].samples)
        assert once[text].word_ends == again[text].word_ends
