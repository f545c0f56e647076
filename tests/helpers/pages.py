"""The figures of the report worked out from the customers, as people read them; the tables of a page."""

import io
from html.parser import HTMLParser
from pathlib import Path

from rich.console import Console

from rfmeans.cli.print_result import print_told
from rfmeans.saved import Written
from rfmeans.wording import money, number, percent

FIGURES = (
    *("customers", "share", "revenue", "revenue_share", "mean_recency", "mean_frequency"),
    *("mean_monetary", "average_order_value"),
)


class Tables(HTMLParser):
    """All tables of a page: rows of cells, each its text and its data-value."""

    def __init__(self):
        super().__init__()
        self.tables: dict[str, list[list[list[str]]]] = {}
        self.caption, self.where = "", ""

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self.rows: list[list[list[str]]] = []
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append(["", dict(attributes).get("data-value")])
        if tag in ("table", "caption", "td", "th", "small"):
            self.where = tag

    def handle_endtag(self, tag):
        if tag == "table":
            self.tables[self.caption] = self.rows
            self.caption = ""
        self.where = "" if tag in ("caption", "td", "th", "table") else self.where

    def handle_data(self, data):
        if self.where == "caption":
            self.caption += data
        elif self.where in ("td", "th"):
            self.rows[-1][-1][0] += data


def tables_of(page: str) -> dict[str, list[list[list[str]]]]:
    reader = Tables()
    reader.feed(page[page.index("<body>") : page.index('<script type="application/json"')])
    return reader.tables


def body_of(page: str) -> str:
    """The page without what it holds for scripts."""
    return page[page.index("<body>") : page.index('<script type="application/json"')]


def said_in_terminal(result, width: int = 160) -> str:
    said = io.StringIO()
    print_told(result.sections(), Written(Path("out"), None), Console(file=said, width=width), details=True)
    return said.getvalue()


def shown(figures: dict[str, float]) -> list[str]:
    """Figures as people read them, in the order of the tables."""
    writers = [number, percent, lambda it: money(it, "£"), percent, number, number]
    writers += [lambda it: money(it, "£")] * 2
    return [write(figures[name]) for write, name in zip(writers, FIGURES, strict=True)]


def markdown_tables(text: str) -> list[dict[str, list[str]]]:
    """The rows of each table, by their first cells; heads and rules left out."""
    blocks = [block.splitlines()[2:] for block in text.split("\n\n") if block.startswith("| ")]
    cells = [[[cell.strip() for cell in row.strip("|").split("|")] for row in block] for block in blocks]
    return [{row[0]: row[1:] for row in table} for table in cells]
