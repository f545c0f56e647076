"""``python -m rfmeans``."""

from rfmeans.cli.commands import main

main()
