"""Sections -> Markdown, for a wiki or a pull request. Pictures and the page's own blocks have no place in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rfmeans.report.blocks import Heading, Items, Sentence, TextBlock
from rfmeans.report.sections import sections
from rfmeans.report.table import Table
from rfmeans.wording import SENTENCE_TEXT, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rfmeans.report.blocks import Section
    from rfmeans.report.playbook import Playbook
    from rfmeans.report.summary import Summary

SPECIAL = re.compile(r"([\\`*_{}\[\]#|~$])")
WITHOUT_SCHEME = re.compile(r"(www)\.", re.IGNORECASE)  # GitHub makes a link of it


def to_markdown(summary: Summary, playbook: Playbook) -> str:
    """Return the summary as Markdown: what the segments are, their figures and evidence, what to do."""
    return markdown_of(sections(summary, playbook), "Customer segments", summary.source)


def markdown_of(told: Sequence[Section], about: str, source: str) -> str:
    """Return sections as Markdown; ``about`` says in two or three words what they are about."""
    parts = [f"# {about}: {_name(source)}"]
    before: TextBlock | None = None
    for block in (block for section in told for block in section.markdown):
        joined = isinstance(block, Items) and isinstance(before, Items)  # lists on end are one
        parts += ["\n" if joined else "\n\n", _drawn(block)]
        before = block
    return "".join(parts) + "\n"


def _drawn(block: TextBlock) -> str:
    match block:
        case Heading():
            return f"## {plain(block.text)}"
        case Sentence():
            return plain(block.text)
        case Items():
            return "\n".join(
                line
                for item in block.items
                for named in [f"**{_name(item.name)}**: " if item.name else ""]
                for line in (f"- {named}{plain(item.text)}", *(f"  - {plain(text)}" for text in item.under))
            )
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    rows = [[_name(cell.shown) for cell in row] for row in (*table.rows, *table.below)]
    lines = [map(_name, table.heads), ["---", *["--:"] * (len(table.heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _name(text: str) -> str:
    return plain(clip(text, SENTENCE_TEXT))


def plain(text: str) -> str:
    r"""Return foreign text that Markdown shows as it is: no markup, no link, no HTML, no end of a cell.

    >>> plain("a|b *c* <script>"), plain("https://x")
    ('a\\|b \\*c\\* &lt;script&gt;', 'https&#58;//x')
    """
    shown = clip(text, len(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    unlinked = SPECIAL.sub(r"\\\1", shown).replace("://", "&#58;//")  # last: its own # is none of the text's
    return WITHOUT_SCHEME.sub(r"\1&#46;", unlinked)
