"""What stands once above several rows: a customer above its orders, an order's number above its further lines.

Reports are outlined so: their rows are sorted by customer. Guests leave the customer blank as well, and their orders
belong to no one: so rows have to show that they are an outline, which those of a list of orders do not, however it is
sorted and whatever was entered late. See `docs/layouts.md`.
"""

from __future__ import annotations

from math import factorial
from typing import TYPE_CHECKING

import ibis

from rfmeans.columns.layout import ANY_TABLE, PER_ORDER
from rfmeans.columns.typed import calendar_day
from rfmeans.orders.expressions import all_blank, any_blank, any_in, where
from rfmeans.orders.filled import refilled
from rfmeans.orders.total_rows import any_says
from rfmeans.reading.source import FILE, LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from rfmeans.columns.conventions import Conventions
    from rfmeans.columns.layout import Layout
    from rfmeans.reading.source import Source
    from rfmeans.settings import Reading

SAMPLE = 5_000  # rows that tell whether there may be such a pattern
FEWEST = 2  # rows below a customer whose day differs from the one above
CHANCE = 1_000  # in one of so many lists of orders, at most, do all days that turn stand at names by chance
OUT_OF_ORDER = 100  # one of so many rows below a customer may be out of order
TURNING = 4  # at one of so many customers, at least, the days of the rows below turn, names not looked at
OF_CUSTOMER = "rows that leave the customer blank are orders of the customer above"
OF_ORDER = "rows that leave the order blank are further lines of the order above"


def fill_stated_once(
    source: Source, layout: Layout, head: ir.Table, conventions: Conventions, reading: Reading
) -> Source:
    """Return the source with customers and orders that stand once above several rows on each of them.

    ``head``: its first rows, to see whether any is blank at all.
    """
    if not source.ordered or layout.name != ANY_TABLE:
        return source
    customers, order = [name for _, name in layout.customers], layout.columns.order
    if _any(all_blank(head, customers)):
        day = calendar_day(
            source.located[layout.columns.date], source.engine, reading.timezone, conventions.date
        )
        source = _below_customers(source, customers, source.located.mutate(_day=day))
    if order and layout.amount_per != PER_ORDER and _any(any_blank(head, [order])):
        source = _below_orders(source, order, [*customers, str(layout.columns.date)])
    return source


def _any(test: ir.BooleanColumn) -> bool:
    return bool(test.any().to_pyarrow().as_py())


def _below_customers(source: Source, customers: Sequence[str], rows: ir.Table) -> Source:
    if not _is_outline(_outlined(rows.limit(SAMPLE), customers)):
        return source
    outlined = _outlined(rows, customers)
    if not _is_outline(outlined):
        return source
    of_block = ibis.window(group_by=[outlined[FILE], outlined._block])
    first = {
        name: where(outlined._begins, outlined[name]).max().over(of_block)
        for name in dict.fromkeys(customers)
    }
    filled = {name: ibis.ifelse(outlined._below, value, outlined[name]) for name, value in first.items()}
    return refilled(source, outlined.mutate(**filled), OF_CUSTOMER)


def _outlined(rows: ir.Table, customers: Sequence[str]) -> ir.Table:
    """Add what tells an outline; a row that says that it is a total is in none.

    _begins (bool: it names a customer), _below (bool: it names none, below one that does), _alone (bool: it names
    none, above all that do, and has a day), _block (number of the customer in its file), _named (text: file and
    customer), _after (bool: it begins right below one that names none), _first (bool: the first below its customer);
    _step (-1, 0, 1: the day goes back, stays, or goes on from the row above) and _turn (likewise from the last row
    above that names none); _proved (bool: it is below a customer whom a total further down names) and _last (bool: no
    customer is named further down); _falls_0 and so on (bool: by this column of customers it begins with a name that
    does not follow the last one in the alphabet).
    """
    own = [name for name in rows.columns if name not in (FILE, LINE, "_day")]
    total = any_says(rows, own)
    blank = all_blank(rows, customers)
    told = rows.mutate(_total=total, _begins=~blank & ~total, _other=blank & ~total)
    until = ibis.cumulative_window(group_by=told[FILE], order_by=told[LINE])
    names = [told[name].cast("string").fill_null("") for name in (FILE, *customers)]
    told = told.mutate(
        _block=ibis.ifelse(told._begins, 1, 0).sum().over(until),
        _named=where(told._begins, ibis.literal("|").join(names)),
    )
    told = _with_names(told, own, customers)
    rest = ibis.window(group_by=[told[FILE], told._total], order_by=told[LINE])
    unnamed = ibis.window(group_by=[told[FILE], told._other], order_by=told[LINE])
    return told.mutate(
        _step=_way(told._day, told._day.lag().over(rest)),
        _turn=_way(told._day, told._day.lag().over(unnamed)),
        _below=told._other & (told._block > 0),
        _alone=told._other & (told._block == 0) & told._day.notnull(),
        _after=told._begins & told._other.lag().over(rest).fill_null(False),
        _first=told._other & (told._block > told._block.lag().over(unnamed)).fill_null(False),
    )


def _with_names(told: ir.Table, own: Sequence[str], customers: Sequence[str]) -> ir.Table:
    """Add what names tell of an outline: _proved, _last, _falls_0 and so on."""
    of_block = ibis.window(group_by=[told[FILE], told._block])
    begun = ibis.window(group_by=[told[FILE], told._begins], order_by=told[LINE])
    of_file = ibis.window(group_by=told[FILE])
    found: dict[str, ir.Column] = {"_last": told._block == told._block.max().over(of_file)}
    for place, column in enumerate(customers):
        name = where(told._begins, told[column].cast("string").strip().lower())
        found[f"_above_{place}"] = name.max().over(of_block)
        # Numbers may follow one another because customers got them one by one.
        follows = name.re_search("^[^0-9]+$") & (name > name.lag().over(begun)).fill_null(True)
        found[f"_falls_{place}"] = told._begins & ~follows.fill_null(False)
    told = told.mutate(**found)
    above = [told[f"_above_{place}"] for place in range(len(customers))]
    texts = [told[name].lower() for name in own if told[name].type().is_string()]
    says = [(text.contains(name) & (text != name)).fill_null(False) for text in texts for name in above]
    told = told.mutate(_whose=told._total & (ibis.or_(*says) if says else ibis.literal(False)))
    return told.mutate(_proved=told._other & any_in(told._whose, of_block))


def _way(day: ir.Column, above: ir.Column) -> ir.IntegerColumn:
    return ibis.cases((day > above, 1), (day < above, -1), else_=0)


def _is_outline(rows: ir.Table) -> bool:
    """Whether no customer is named twice, none is missing at the top, and totals or days, of either way, tell it."""
    steps = {"below": "_step", "begins": "_step", "after": "_step", "first": "_turn"}
    counts = rows.agg(
        begun=rows.count(where=rows._begins),
        named=rows._named.nunique(),
        below=rows.count(where=rows._below),
        alone=rows.count(where=rows._alone),
        files=rows[FILE].nunique(),
        proved=rows.count(where=rows._proved & rows._below),
        unproved=rows.count(where=rows._below & ~rows._proved & ~rows._last),
        falls=ibis.least(
            *(rows.count(where=rows[name]) for name in rows.columns if name.startswith("_falls_"))
        ),
        **{
            f"{at}{way:+d}": rows.count(where=rows[f"_{at}"] & (rows[step] == way))
            for at, step in steps.items()
            for way in (1, -1)
        },
    )
    found = counts.to_pyarrow().to_pylist()[0]
    once = found["begun"] == found["named"] and not found["alone"]
    totals = found["proved"] and not found["unproved"]
    return once and bool(totals or any(_tell_it(found, way) for way in (1, -1)))


def _tell_it(found: dict[str, int], way: int) -> bool:
    """Whether the days go one way below each customer, and back where the next one begins.

    Sorted stretches of a list, be it one or many, begin at any row: at names alone by chance as often as the share of
    names to the power of their number; and the names there follow the alphabet by chance in one of all their orders.
    Where names alone are out of order, as orders that were entered late are, the rows between them do not turn, and the
    names follow no alphabet.
    """
    on, back = f"{way:+d}", f"{-way:+d}"
    stretches = found["files"] + found[f"begins{back}"]
    by_chance = (found["begun"] / max(1, found["begun"] + found["below"])) ** stretches
    by_name = 1 if found["falls"] else factorial(stretches // max(1, found["files"])) ** found["files"]
    turning, first = found[f"first{back}"], found[f"first{back}"] + found[f"first{on}"]
    several = first >= FEWEST and by_name >= CHANCE
    return (
        found[f"below{on}"] >= max(FEWEST, OUT_OF_ORDER * found[f"below{back}"])
        and CHANCE * by_chance <= by_name
        and found[f"after{back}"] >= found[f"after{on}"]
        and (several or TURNING * turning >= max(1, first))
    )


def _below_orders(source: Source, order: str, same: Sequence[str]) -> Source:
    """Give lines without an order's number that of the row above, where all of them repeat its customer and day."""
    placed = _followed(source.located, order, same)
    counts = placed.agg(
        below=placed.count(where=placed._below),
        alone=placed.count(where=all_blank(placed, [order]) & ~placed._below & ~placed._total),
    )
    found = counts.to_pyarrow().to_pylist()[0]
    if not found["below"] or found["alone"]:
        return source
    of_block = ibis.window(group_by=[placed[FILE], placed._block])
    number = where(~placed._below, placed[order]).max().over(of_block)
    return refilled(
        source, placed.mutate(**{order: ibis.ifelse(placed._below, number, placed[order])}), OF_ORDER
    )


def _followed(rows: ir.Table, order: str, same: Sequence[str]) -> ir.Table:
    """Add _block (number of the row with an order's number, up to here), _below and _total (bool)."""
    total = any_says(rows, [name for name in rows.columns if name not in (FILE, LINE)])
    told = rows.mutate(_total=total, _begins=ibis.ifelse(all_blank(rows, [order]), 0, 1))
    placed = ibis.window(group_by=told[FILE], order_by=told[LINE])
    until = ibis.cumulative_window(group_by=told[FILE], order_by=told[LINE])
    again = ibis.and_(*((told[name] == told[name].lag().over(placed)).fill_null(False) for name in same))
    blank = ibis.or_(*(all_blank(told, [name]) for name in same))
    told = told.mutate(
        _block=told._begins.sum().over(until), _other=ibis.ifelse(again & ~blank & ~total, 0, 1)
    )
    # Each row from the one with the number on has to repeat the one above it.
    since = ibis.cumulative_window(group_by=[told[FILE], told._block], order_by=told[LINE])
    others = (told._other * (1 - told._begins)).sum().over(since)
    return told.mutate(_below=(told._begins == 0) & (told._block > 0) & (others == 0))
