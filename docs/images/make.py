"""Make the README's pictures anew: python docs/images/make.py online_retail.parquet (needs Chromium)."""

import io
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

import rfmeans
from rfmeans.cli.print_result import print_told
from rfmeans.output.audiences import AudienceSettings
from rfmeans.report.playbook import built_in
from rfmeans.saved import Written

HERE = Path(__file__).parent
SIZE = "1120,1280"
FONT = re.compile(r"@font-face \{.*?\}", re.DOTALL)  # from a network; the reader's own will do


def terminal(result: rfmeans.Segmentation, written: Written, command: str) -> str:
    """Return what `rfmeans segment` prints, as SVG; long lines are wrapped, as a terminal does."""
    kind = {"width": 112, "color_system": "truecolor", "force_terminal": True, "highlight": False}
    said = io.StringIO()
    print_told(result.sections(), replace(written, folder=Path("segments")), Console(file=said, **kind))
    recorder = Console(file=io.StringIO(), record=True, **kind)
    recorder.print(Text.from_ansi(said.getvalue()))
    return FONT.sub("", recorder.export_svg(title=command))


def photograph(page: str, picture: Path) -> None:
    """Have Chromium draw the top of a page."""
    with tempfile.TemporaryDirectory() as profile:
        switches = ["--headless=new", "--no-sandbox", "--hide-scrollbars", "--virtual-time-budget=10000"]
        where = [f"--user-data-dir={profile}", f"--window-size={SIZE}", f"--screenshot={picture}", page]
        subprocess.run(["chromium", *switches, *where], check=True, capture_output=True)


def main(orders: str) -> None:
    with rfmeans.segment(orders, currency_symbol="£") as result, tempfile.TemporaryDirectory() as folder:
        written = result.write(Path(folder) / "segments", AudienceSettings(), built_in())
        command = f"rfmeans segment {Path(orders).name} --currency-symbol £"
        (HERE / "terminal.svg").write_text(terminal(result, written, command), encoding="utf-8")
        photograph(written.report.as_uri(), HERE / "report.png")
        for chart in ("averages.svg", "customer_map.svg"):
            shutil.copy(written.folder / "charts" / chart, HERE)


if __name__ == "__main__":
    main(sys.argv[1])
