"""Sections -> the page: a template that draws blocks, with its styles, scripts and charts inside."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import with_options
from rfmeans.beside import ask
from rfmeans.errors import OutputError
from rfmeans.report.blocks import Block, Heading, Picture
from rfmeans.report.charts.colours import colour
from rfmeans.report.charts.frame import NARROW, WIDE
from rfmeans.report.charts.images import still_of
from rfmeans.report.charts.painter import ENGINE
from rfmeans.report.sections import sections
from rfmeans.wording import clip

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from jinja2 import Environment

    from rfmeans.beside import Answer
    from rfmeans.report.blocks import Section
    from rfmeans.report.charts.vega import Drawn
    from rfmeans.report.playbook import Playbook
    from rfmeans.report.summary import Summary

FRAME_HEIGHT = 900
MADE = "<footer><p>Made with rfmeans "  # what every page ends with
_IN_THE_DARK = (
    "@media (prefers-color-scheme: dark) { text { fill: #e8eaed } .role-axis-title text { fill: #99a1ac } "
    ".role-axis-grid line { stroke: #2b313a } text[fill='#16181d'] { fill: #16181d } } "
    "text { font-family: Helvetica, Arial, 'Liberation Sans', sans-serif }"
)
_ROOM = re.compile('viewBox="0 0 ([0-9.]+) ([0-9.]+)"')
SPARE = 20  # pixels


@dataclass(frozen=True)
class Report:
    """The report of a result: a notebook shows it, `save` writes it.

    Attributes
    ----------
    html
        The page, needing neither a network nor other files.
    about
        What it is about, in two or three words.
    """

    html: str
    about: str = "Customer segments"

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
            f'<iframe title="{html.escape(self.about)}" sandbox="allow-scripts" srcdoc="{html.escape(self.html)}" '
            f'style="width:100%;height:{FRAME_HEIGHT}px;border:0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<Report, {len(self.html.encode()) / 1e6:.1f} MB of HTML>"


def render(summary: Summary, playbook: Playbook) -> Report:
    """Fill the page with a summary and the playbook's cards."""
    return page_of(sections(summary, playbook), "Customer segments", summary.source)


def page_of(told: Sequence[Section], about: str, source: str) -> Report:
    """Fill the page with sections; ``about`` says in two or three words what they are about."""
    return Page.asked(told, about, source).report()


@dataclass(frozen=True)
class Page:
    """A page whose pictures are asked for and perhaps still being drawn.

    Attributes
    ----------
    about, source
        What it is about, in two or three words, and where the orders came from.
    opening, chapters
        What stands before the first chapter, and the chapters with what stands in each.
    stills
        Each picture as SVG, wide and narrow.
    specifications
        Of all pictures, with shared data.
    """

    about: str
    source: str
    opening: list[Block]
    chapters: list[tuple[Heading, list[Block]]]
    stills: dict[str, dict[str, Answer[str]]]
    specifications: Drawn

    @classmethod
    def asked(cls, told: Sequence[Section], about: str, source: str) -> Page:
        """Ask for the pictures of some sections."""
        opening, chapters = _in_chapters([block for section in told for block in section.page])
        inside = [*opening, *(block for _, blocks in chapters for block in blocks)]
        drawn = _draw([block for block in inside if isinstance(block, Picture)])
        return cls(about, source, opening, chapters, *drawn)

    def report(self) -> Report:
        """Fill the page."""
        from rfmeans import __version__

        styles, script, library = (_resource(name) for name in ("page.css", "page.js", "vega/vega.js"))
        filled = _environment().get_template("page.html.j2")
        page = filled.render(
            about=self.about,
            source=self.source,
            made=MADE,
            version=__version__,
            policy=_policy(library, script),
            styles=styles,
            library=library,
            script=script,
            specifications=_json_in_html(self.specifications),
            opening=self.opening,
            chapters=self.chapters,
            stills={
                name: {size: still.get() for size, still in sizes.items()}
                for name, sizes in self.stills.items()
            },
        )
        return Report(page, self.about)


def fragment(blocks: Sequence[Block]) -> str:
    """Return blocks as HTML for another page, which brings `fragment_styles`; charts are pictures in it."""
    pictures = [block for block in blocks if isinstance(block, Picture)]
    asked, _ = _draw(pictures)
    stills = {
        name: {size: _as_image(still.get()) for size, still in sizes.items()} for name, sizes in asked.items()
    }
    drawing = _environment().get_template("blocks.html.j2").make_module({"stills": stills})
    return "\n".join(str(drawing.drawn(block)) for block in blocks)  # type: ignore[attr-defined]


def fragment_styles(inside: str) -> str:
    """Return the page's styles for what stands inside a selector alone.

    >>> fragment_styles(".told").startswith(".told {")
    True
    """
    styles = re.sub(r"(?m)^( *)(?::root|body) \{", r"\1& {", _resource("page.css"))
    return f"{inside} {{\n{styles}\n}}"


def _with_room(found: re.Match[str]) -> str:
    """Return a picture's frame with room beside it, for letters that are wider than they were measured."""
    return f'viewBox="-{SPARE} 0 {float(found[1]) + 2 * SPARE:g} {found[2]}"'


def _as_image(still: str) -> str:
    """Return a chart as a picture that turns light where the page is dark."""
    svg = _ROOM.sub(_with_room, still, count=1).replace(">", f"><style>{_IN_THE_DARK}</style>", 1)
    return f'<img alt="" src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}">'


def _in_chapters(blocks: list[Block]) -> tuple[list[Block], list[tuple[Heading, list[Block]]]]:
    """Return what stands before the first chapter, and the chapters with what stands in each."""
    opening: list[Block] = []
    chapters: list[tuple[Heading, list[Block]]] = []
    for block in blocks:
        if isinstance(block, Heading) and block.name:
            chapters.append((block, []))
        else:
            (chapters[-1][1] if chapters else opening).append(block)
    return opening, chapters


def _resource(name: str) -> str:
    # Bytes, for reading text would change the ends of lines, and with them the hashes of the scripts.
    return files("rfmeans.report").joinpath(name).read_bytes().decode()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("rfmeans.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=with_options,  # no text is drawn in the words of Python
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(clip=clip, colour=colour, kind=lambda block: type(block).__name__)
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


def _draw(pictures: list[Picture]) -> tuple[dict[str, dict[str, Answer[str]]], Drawn]:
    """Ask for each picture as SVG, wide and narrow; return also all specifications with shared data."""
    stills: dict[str, dict[str, Answer[str]]] = {}
    charts: Drawn = {}
    data: Drawn = {}
    for picture in pictures:
        drawn = {"wide": picture.draw(WIDE), "narrow": picture.draw(NARROW)}
        stills[picture.name] = {size: ask(ENGINE, still_of, chart) for size, chart in drawn.items()}
        charts[picture.name] = {size: _sharing(chart, data) for size, chart in drawn.items()}
    return stills, {"charts": charts, "data": data}


def _sharing(specification: Drawn, data: Drawn) -> Drawn:
    """Put the rows of a specification into ``data``, where the wide and the narrow chart share them."""
    data |= specification["datasets"]
    return {key: part for key, part in specification.items() if key not in ("$schema", "datasets")}
