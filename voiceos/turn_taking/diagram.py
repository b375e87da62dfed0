"""The machine's table as a Mermaid state diagram: `python -m voiceos.turn_taking.diagram > docs/turn-taking.md`."""

from __future__ import annotations

import re

from voiceos.turn_taking import machine


def _words(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()


def mermaid() -> str:
    """One arrow for each way from phase to phase that the table allows, labelled with its event and why."""
    lines = ["stateDiagram-v2", "    [*] --> quiet"]
    for (phase, event), row in machine.TABLE.items():
        for target in row.to:
            if target is not phase:
                lines.append(f"    {phase.value} --> {target.value}: {_words(event.__name__)} ({row.says})")
    return "\n".join(lines)


def page() -> str:
    theory = (machine.__doc__ or "").split("------\n", 1)[-1].strip()
    return (
        "# Turn-taking\n\nGenerated from `voiceos/turn_taking/machine.py` by `make docs`.\n\n"
        f"{theory}\n\n```mermaid\n{mermaid()}\n```\n"
    )


if __name__ == "__main__":
    print(page(), end="")
