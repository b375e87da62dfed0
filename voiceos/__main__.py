"""`voiceos`, `python -m voiceos`."""

from __future__ import annotations


def main() -> None:
    """Run the command line. A Ctrl-C while modules load ends as quietly as later ones."""
    try:
        from voiceos.cli.exits import plain_errors
        from voiceos.cli.main import app

        with plain_errors():
            app()
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
