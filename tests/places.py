"""Where the tests find the checkout and the real files that some of them read (skipped where these are absent)."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
