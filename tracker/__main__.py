"""``python -m tracker`` is the command line."""

from tracker.cli import main

main()
