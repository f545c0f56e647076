"""The page: a template filled from a summary, with its styles, scripts and charts inside."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rfmeans.errors import OutputError
from rfmeans.report import sentences
from rfmeans.report.charts.colours import colour
from rfmeans.report.charts.frame import NARROW, WIDE
from rfmeans.report.charts.images import VEGA_LITE, in_tags, to_svg
from rfmeans.report.charts.registry import Charts, drawings
from rfmeans.report.page_tables import (
    account_tables,
    definitions,
    figures_table,
    score_tables,
    settings_tables,
    sureness_table,
    transforms_table,
)
from rfmeans.wording import CELL_TEXT, clip, counted, money, number, percent

if TYPE_CHECKING:
    import os

    from jinja2 import Environment

    from rfmeans.report.charts.vega import Drawn
    from rfmeans.report.playbook import Card, Playbook
    from rfmeans.report.summary import Segment, Summary

FRAME_HEIGHT = 900
SPOKEN = re.compile(r' (?:aria-label|aria-roledescription|role|font-family)="[^"]*"')
LIBRARY = "window.vegaEmbed = vegaEmbed;"  # all that the page needs of the bundle
PARTS = {
    "aim": "Aim",
    "offer": "Offer",
    "channel": "Channel",
    "timing": "Timing",
    "measure": "What to measure",
    "avoid": "What not to do",
}


@dataclass(frozen=True)
class Report:
    """The report of a result: a notebook shows it, `save` writes it.

    Attributes
    ----------
    html
        The page, needing neither a network nor other files.
    """

    html: str

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page and return its path.

        Raises
        ------
        OutputError
            If the disk refuses.
        """
        target = Path(path)
        try:
            target.write_text(self.html, encoding="utf-8")
        except OSError as error:
            raise OutputError(f"Cannot write {target}: {error.strerror}. Choose another path.") from error
        return target

    def _repr_html_(self) -> str:
        """Return the page in a frame of its own: neither its styles nor its scripts touch the notebook."""
        return (
            f'<iframe title="Customer segments" sandbox="allow-scripts" srcdoc="{html.escape(self.html)}" '
            f'style="width:100%;height:{FRAME_HEIGHT}px;border:0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<Report, {len(self.html.encode()) / 1e6:.1f} MB of HTML>"


def render(summary: Summary, playbook: Playbook) -> Report:
    """Fill the page with a summary and the playbook's cards."""
    styles, script, library = _resource("page.css"), _resource("page.js"), _library()
    page = _environment().get_template("page.html.j2")
    figures, specifications = _figures(summary)
    filled = page.render(
        summary=summary,
        policy=_policy(library, script),
        styles=styles,
        library=library,
        script=script,
        specifications=_json_in_html(specifications),
        definitions=definitions(summary),
        sentences=sentences.what_they_are(summary),
        headlines=_headlines(summary),
        table=figures_table(summary),
        sureness=sureness_table(summary),
        sentences_on_sureness=sentences.how_sure(summary),
        figures=figures,
        cards=[_card(segment, playbook) for segment in summary.segments],
        scores=score_tables(summary),
        account=account_tables(summary),
        transforms=transforms_table(summary),
        settings=settings_tables(summary),
    )
    return Report(filled)


def _resource(name: str) -> str:
    return files("rfmeans.report").joinpath(name).read_text(encoding="utf-8")


@cache
def _library() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script; once per process, for bundling takes seconds."""
    import vl_convert

    return str(vl_convert.javascript_bundle(LIBRARY, vl_version=VEGA_LITE))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("rfmeans.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=number, percent=percent, clip=clip, colour=colour)
    return environment


def _policy(*scripts: str) -> str:
    """Return the Content-Security-Policy: no network, and no script but these."""
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _json_in_html(value: Any) -> str:
    r"""Return JSON that no HTML parser reads as a tag, whatever the texts in it.

    >>> _json_in_html({"name": "</script><!--"})
    '{"name":"\\u003c/script\\u003e\\u003c!--"}'
    """
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _figures(summary: Summary) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return what the template needs of each chart, and their specifications with shared data."""
    charts = Charts(summary)
    data: dict[str, Any] = {}
    figures, specifications = [], {}
    for drawing in drawings(summary):
        drawn = {
            size: charts.draw(drawing.name, frame, titled=False)
            for size, frame in (("wide", WIDE), ("narrow", NARROW))
        }
        specifications[drawing.name] = {size: _sharing(chart, data) for size, chart in drawn.items()}
        figures.append(
            {
                "name": drawing.name,
                "title": drawing.title(summary),
                "caption": drawing.caption,
                "numbers": drawing.tables(summary),
                **{size: _still(chart) for size, chart in drawn.items()},
            }
        )
    return figures, {"charts": specifications, "data": data}


def _still(chart: Any) -> str:
    """Return a chart as SVG without what the page says for all of it: one label an image, one font."""
    return in_tags(to_svg(chart), SPOKEN, lambda _found: "")


def _sharing(specification: Drawn, data: Drawn) -> Drawn:
    """Put the rows of a specification into ``data``, where the wide and the narrow chart share them."""
    data |= specification["datasets"]
    return {key: part for key, part in specification.items() if key not in ("$schema", "datasets")}


def _headlines(summary: Summary) -> list[dict[str, Any]]:
    found = [("Most valuable", summary.most_valuable), ("Most at risk", summary.most_at_risk)]
    return [{"title": title, **_headline(segment, summary)} for title, segment in found]


def _headline(segment: Segment | None, summary: Summary) -> dict[str, Any]:
    if segment is None:
        return {"name": None}
    figures = segment.figures
    symbol = summary.currency_symbol
    return {
        "name": clip(segment.segment, CELL_TEXT),
        "id": segment.segment_id,
        "borderline": bool(segment.borderline),
        "facts": [
            (number(figures.customers), "customers", f"{percent(segment.share)} of all"),
            (percent(segment.revenue_share), "of revenue", money(float(figures.revenue), symbol)),
            (money(figures.mean_monetary, symbol), "each", f"{counted(figures.mean_frequency, 'purchase')}"),
            (counted(figures.mean_recency, "day"), "since the last purchase", "on average"),
        ],
    }


def _card(segment: Segment, playbook: Playbook) -> dict[str, Any]:
    card: Card | None = playbook.cards.get(segment.region)
    return {
        "name": clip(segment.segment, CELL_TEXT),
        "id": segment.segment_id,
        "size": f"{counted(segment.figures.customers, 'customer')}, {percent(segment.revenue_share)} of revenue",
        "borderline": segment.borderline,
        "parts": [(PARTS[part], text) for part, text in asdict(card).items()] if card else [],
        "missing": f"There is no card for {clip(segment.region)} in {clip(playbook.name)}.",
    }
