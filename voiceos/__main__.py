"""`voiceos`, `python -m voiceos`."""

from __future__ import annotations

import logging
import os
import sys


def main() -> None:
    """Run the command line. A Ctrl-C while modules load ends as quietly as later ones, and a sound system that hangs
    keeps nothing from ending."""
    try:
        from voiceos.cli.exits import plain_errors
        from voiceos.cli.main import app

        with plain_errors():
            app()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except SystemExit as end:
        sound = sys.modules.get("voiceos.audio.portaudio")
        if sound is not None and sound.hangs():
            _exit_at_once(end.code)
        raise


def _exit_at_once(code: object) -> None:
    """Without what else is run at an exit; all that is stored has been written and closed by then."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    main()
