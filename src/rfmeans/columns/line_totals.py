"""Quantity and price -> whether the price is that of one piece, or of the whole line, as Amazon's ``item-price``.

Within one article the price of a piece stays while the quantity changes, and the price of a line grows with it. Nothing
else tells them apart: both columns are called "price".
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from math import isfinite, log
from statistics import correlation, linear_regression
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import Choice
from rfmeans.columns.layout import ANY_TABLE, used_columns
from rfmeans.columns.layouts import with_columns
from rfmeans.columns.roles import is_called_article, plain
from rfmeans.columns.typed import as_float, to_number
from rfmeans.errors import SourceError
from rfmeans.settings import Columns

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    import ibis.expr.types as ir

    from rfmeans.columns.layout import Layout
    from rfmeans.columns.money_formats import MoneyConvention
    from rfmeans.engines.engine import Engine

    Line = tuple[Hashable, float, float]  # article, quantity, price

LOOKED_AT = 10_000  # rows
MOST_LOOKED_AT = 40  # columns that may hold the article
NEAR = 0.02  # of a price: what rounding and small changes of prices come to
FEWEST, CLEAR = 2, 4  # lines that tell it; so many times as many as those that tell the opposite
SHARE = 0.5  # of the lines that can be compared
FEWEST_GROUPS = 3  # of lines that tell it, in a column that is not called like one of articles
FEWEST_TO_GROW, SLOPE = 20, 0.5  # lines; of the logarithms: 0 for prices of pieces, 1 for prices of lines
OF_ONE = ("unit", "each", "einzel", "stuck", "piece")  # in the name of a price


@dataclass(frozen=True)
class LineTotal:
    """That a price is the whole line's.

    Attributes
    ----------
    price, quantity
        The columns.
    article
        The column within whose values the price grows with the quantity; blank where the fit of a model tells it.
    """

    price: str
    quantity: str
    article: str = ""

    def describe(self) -> str:
        """Return a few words for it.

        >>> LineTotal("item-price", "quantity", "sku").describe()
        'item-price as the price of the whole line, for within one sku it grows with quantity'
        """
        why = (
            f"for within one {self.article} it grows with {self.quantity}"
            if self.article
            else "as in the fit"
        )
        return f"{self.price} as the price of the whole line, {why}"


@dataclass
class _Votes:
    """Lines of one article, compared with those of its least quantity."""

    compared: int = 0
    of_one: int = 0
    of_line: int = 0
    groups: int = 0  # with lines that tell the price of the line

    @property
    def tells_line(self) -> bool:
        return self._tell(self.of_line, self.of_one)

    @property
    def tell(self) -> bool:
        return self._tell(max(self.of_line, self.of_one), min(self.of_line, self.of_one))

    def _tell(self, many: int, few: int) -> bool:
        return many >= max(FEWEST, CLEAR * few, SHARE * self.compared)


def find_line_total(
    table: ir.Table,
    engine: Engine,
    layout: Layout,
    marks: dict[str, MoneyConvention],
    fitted: Columns | None = None,
) -> LineTotal | None:
    """Return that the price is the line's, where it is; the first rows tell it.

    Parameters
    ----------
    table, engine, layout, marks
        The orders, what their columns mean, and how their numbers are written.
    fitted
        The columns of the orders that a model was fitted on, which decide where they are the same.

    Raises
    ------
    SourceError
        If the price seems to be the line's, but no column of articles tells, or the name of the column says otherwise.
    """
    price, quantity = layout.columns.price, layout.columns.quantity
    if layout.name != ANY_TABLE or price is None or quantity is None:
        return None
    if fitted and price in (fitted.amount, fitted.price):
        return LineTotal(price, quantity) if price == fitted.amount else None
    articles = _may_be_articles(table, layout)
    rows = table.select(
        _quantity=as_float(to_number(table[quantity], marks.get(quantity)), engine),
        _price=as_float(to_number(table[price], marks.get(price)), engine),
        **{f"_article_{place}": table[name].cast("string") for place, name in enumerate(articles)},
    )
    columns = list(rows.limit(LOOKED_AT).to_pyarrow().to_pydict().values())
    return _told(price, quantity, articles, columns)


def as_line_total(layout: Layout, found: LineTotal) -> Layout:
    """Return the layout with the price as the amount of the line."""
    return with_columns(layout, Columns(amount=found.price))


def _may_be_articles(table: ir.Table, layout: Layout) -> list[str]:
    """Return the columns that may hold the article, those that are called so first."""
    free = [name for name in table.columns if name not in used_columns(layout)]
    kinds = {name: table[name].type() for name in free}
    whole = [name for name in free if kinds[name].is_string() or kinds[name].is_integer()]
    return sorted(whole, key=lambda name: not is_called_article(name))[:MOST_LOOKED_AT]


def _told(price: str, quantity: str, articles: Sequence[str], columns: list[list[Any]]) -> LineTotal | None:
    quantities, prices, *keys = columns
    if {abs(count) for count in quantities if count} <= {1}:
        return None  # for single pieces it makes no difference
    for called in (True, False):
        votes = {
            name: _compare(zip(values, quantities, prices, strict=True))
            for name, values in zip(articles, keys, strict=True)
            if is_called_article(name) == called
        }
        best = _most_telling(votes, fewest_groups=0 if called else FEWEST_GROUPS)
        if best is not None:
            return _as_told(price, quantity, best, votes[best])
    lines = [*zip(quantities, prices, strict=True)]
    if _compare((0, *line) for line in lines).tells_line or _grow_together(lines):
        raise _unclear(price, quantity, f"it grows with {quantity}, and no column of articles tells")
    return None


def _most_telling(votes: dict[str, _Votes], fewest_groups: int) -> str | None:
    """Return the column by which most lines tell what the price is; None where none tells."""
    telling = [name for name, found in votes.items() if found.tell and found.groups >= fewest_groups]
    return max(telling, key=lambda name: votes[name].of_line + votes[name].of_one, default=None)


def _as_told(price: str, quantity: str, article: str, found: _Votes) -> LineTotal | None:
    if not found.tells_line:
        return None
    if any(part in plain(price) for part in OF_ONE):
        raise _unclear(price, quantity, f"within one {article} it grows with {quantity}")
    return LineTotal(price, quantity, article)


def _compare(lines: Iterable[Line]) -> _Votes:
    """Compare the price of each line, as it is and by piece, with those of the least quantity of its article."""
    groups: dict[Hashable, list[tuple[float, float]]] = defaultdict(list)
    for article, quantity, price in lines:
        if quantity and price and isfinite(quantity * price) and article not in (None, ""):
            groups[article].append((abs(quantity), abs(price)))
    votes = _Votes()
    for group in groups.values():
        least = min(group)[0]
        known = sorted(price for quantity, price in group if quantity == least)
        before = votes.of_line
        for quantity, price in group:
            if quantity != least:
                of_one, of_line = _is_near(price, known), _is_near(price * least / quantity, known)
                votes.compared += 1
                votes.of_one += of_one and not of_line
                votes.of_line += of_line and not of_one
        votes.groups += votes.of_line > before
    return votes


def _grow_together(lines: Sequence[tuple[float, float]]) -> bool:
    """Whether prices grow with quantities over all articles; those of pieces stay, or fall for cheap goods."""
    known = [(abs(quantity), abs(price)) for quantity, price in lines if quantity and price]
    held = [line for line in known if isfinite(line[0] * line[1])]
    if len(held) < FEWEST_TO_GROW:
        return False
    logs = [[log(value) for value in values] for values in zip(*held, strict=True)]
    if len({*logs[0]}) < 2 or len({*logs[1]}) < 2:
        return False
    return linear_regression(*logs).slope > SLOPE and correlation(*logs) > SLOPE / 2


def _is_near(price: float, known: Sequence[float]) -> bool:
    place = bisect_left(known, price * (1 - NEAR))
    return place < len(known) and known[place] <= price * (1 + NEAR)


def _unclear(price: str, quantity: str, why: str) -> SourceError:
    line = Choice({"amount": price}, f"{price} is the money of the whole line")
    piece = Choice({"quantity": quantity, "price": price}, f"{price} is the price of one piece")
    return SourceError(
        f"Column {price!r} could be the price of one piece or of the whole line: {why}. If it is the whole line's, "
        f"give {line}; if it is that of one piece, {piece}.",
        (line, piece),
    )
