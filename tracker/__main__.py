"""``tracker`` and ``python -m tracker``: the command line, loaded without stops to look for garbage."""

from tracker.living import loading


def main() -> None:
    """Load the command line and run it."""
    with loading():
        from tracker import cli
    cli.main()


if __name__ == "__main__":
    main()
