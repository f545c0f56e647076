"""``python -m rfmeans``."""

from rfmeans.cli import main

main()
