"""Who moved between two dates: headlines, the matrix in customers and in money, the lists, and how segments grew."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from rfmeans.over_time.directions import LISTS, MEANINGS, NEW, RECOVERED, SLIPPED
from rfmeans.over_time.drift import CAUTION
from rfmeans.over_time.movement import total
from rfmeans.report.analyses.drift import drift_line
from rfmeans.report.blocks import Heading, Item, Items, Picture, Section, Sentence, Words
from rfmeans.report.charts.movement import FLOWS_CAPTION, SERIES_CAPTION, draw_flows, draw_series
from rfmeans.report.table import Cell, Table, in_money, in_number, table
from rfmeans.wording import SENTENCE_TEXT, clip, counted, money, number, percent

if TYPE_CHECKING:
    from collections.abc import Callable

    from rfmeans.over_time.movement import Flow, Movement, Standing, State
    from rfmeans.over_time.movement_summary import MovementSummary

SHORT_NAME = 27  # characters of a name that a terminal's table has room for
NARROW = 79  # columns that a terminal has at least
MOST_MOVES = 12  # in the place of a matrix that is wider
ALL = "All"
UNITS = ((1, ""), (1_000, ", in thousands"), (1_000_000, ", in millions"), (1_000_000_000, ", in billions"))
ROOM = 10_000  # money from which on a terminal's matrix is in a larger unit
ACROSS = {
    SLIPPED: "lapsed into a segment of higher value than before",
    RECOVERED: "came back into a segment of lower value than before",
}


def movement_sections(summary: MovementSummary) -> list[Section]:
    """Return the sections of a movement, in order."""
    return [opening(summary), who_moved(summary), lists(summary), series(summary), words(summary)]


def opening(summary: MovementSummary) -> Section:
    """Say how many stayed, how many changed, and what was spent in between; then the largest moves."""
    movement = summary.movement
    dates = f"{movement.since} to {movement.until}"
    lead, warning = Sentence(_lead(summary), "lead"), _drift(summary)
    said = Items(tuple(Item(line) for line in summary.headlines))
    return Section(
        page=(lead, *(Sentence(line) for line in summary.headlines), *warning),
        markdown=(Sentence(f"{dates}."), lead, said, *warning),
        terminal=(
            Heading(f"Movement of the customers of {clip(summary.source)}, {dates}"),
            *(lead, said),
            *warning,
        ),
    )


def _drift(summary: MovementSummary) -> tuple[Sentence, ...]:
    """Say that the model fits no more; nothing where it does, or where it cannot be known."""
    found = summary.drift
    if found is None or found.largest[1] < CAUTION:
        return ()
    return (Sentence(f"As of {summary.movement.until}. {drift_line(found)}", "warning"),)


def _lead(summary: MovementSummary) -> str:
    movement = summary.movement
    before, new = total(summary.segmented)[0], total(movement.of(on=NEW))[0]
    stayed = total([flow for flow in summary.segmented if flow.stayed])[0]
    share = f" ({percent(stayed / before)})" if before else ""
    return (
        f"Of {counted(before, 'customer')} with a segment as of {movement.since}, {stayed:,}{share} are in the same "
        f"one as of {movement.until}, {before - stayed:,} are not; {counted(new, 'customer')} came "
        f"new. All customers together brought {summary.between} in between."
    )


def who_moved(summary: MovementSummary) -> Section:
    """Show the flows, and the matrix: in customers, in money before, in money in between."""
    symbol = summary.currency_symbol
    matrices = (
        _matrix(summary, "Customers", lambda flows: in_number(total(flows)[0])),
        _matrix(summary, "Net money in between", lambda flows: in_money(float(total(flows)[2]), symbol)),
        _matrix(
            summary, "Net money at the first date", lambda flows: in_money(float(total(flows)[1]), symbol)
        ),
    )
    how = "A row: where they stood at the first date. A column: where at the second."
    unsure = tuple(Sentence(text, "note") for text in _borderline(summary))
    picture = Picture("flows", _flows_title(summary), FLOWS_CAPTION, (), partial(draw_flows, summary))
    return Section(
        page=(
            Heading("Who moved", "movement", "Movement"),
            *((picture,) if summary.movement.moves else ()),
            Sentence(how, "note"),
            *matrices,
            *unsure,
        ),
        markdown=(
            Heading("Who moved"),
            Sentence(how),
            *(block for each in matrices for block in (Sentence(f"{each.caption}:"), each)),
            *unsure,
        ),
        terminal=(*_in_terminal(summary), *unsure),
    )


def _borderline(summary: MovementSummary) -> list[str]:
    """Return for each borderline name what it hangs on, and so what moves over that cut tell."""
    return [
        f"{clip(name)} is a borderline name: {clip('; '.join(hangs_on), SENTENCE_TEXT)}. Moves over that border "
        "may be small changes."
        for name, hangs_on in summary.borderline
    ]


def _flows_title(summary: MovementSummary) -> str:
    first = next(iter(summary.movement.moves), None)
    if first is None:
        return "Nobody moved"
    return (
        f"The largest move: {counted(first.customers, 'customer')} from {clip(first.before.name)} to "
        f"{clip(first.after.name)}"
    )


def _matrix(summary: MovementSummary, caption: str, cell: Callable[[tuple[Flow, ...]], Cell]) -> Table:
    """Return a matrix whose sums are the segments of the two dates."""
    movement = summary.movement

    def row(name: str, before: State | None) -> tuple[Cell, ...]:
        cells = (cell(movement.of(before=before, after=after)) for after in movement.afters)
        return Cell(name), *cells, cell(movement.of(before=before))

    heads = (f"From {movement.since}", *(f"to {clip(state.name)}" for state in movement.afters), ALL)
    rows = [row(clip(state.name), state) for state in movement.befores]
    return table(caption, heads, [*rows, row(ALL, None)])


def _in_terminal(summary: MovementSummary) -> tuple[Table, ...]:
    """Return the matrices that a terminal has room for; the largest moves, where these are too wide."""
    movement = summary.movement
    most = max(
        abs(float(total(movement.of(before=one, after=other))[2])) for one, other in _corners(movement)
    )
    unit, word = next(((unit, word) for unit, word in UNITS if most < ROOM * unit), UNITS[-1])
    matrices = (
        _by_number(_matrix(summary, "Customers", lambda flows: in_number(total(flows)[0])), summary),
        _by_number(
            _matrix(
                summary,
                f"Net money in between{word}",
                lambda flows: in_money(float(total(flows)[2]) / unit, summary.currency_symbol),
            ),
            summary,
        ),
    )
    return matrices if max(map(_width, matrices)) <= NARROW else (_largest(summary),)


def _corners(movement: Movement) -> list[tuple[State | None, State | None]]:
    """Return every cell of the matrix, its sums among them."""
    return [(one, other) for one in (*movement.befores, None) for other in (*movement.afters, None)]


def _width(matrix: Table) -> int:
    """Return how many columns a terminal needs for a table, a blank on either side of each of its own."""
    rows = [[cell.shown for cell in row] for row in (*matrix.rows, *matrix.below)]
    return sum(
        max(len(line) for text in column for line in text.split("\n")) + 2
        for column in zip(matrix.heads, *rows, strict=True)
    )


def _by_number(matrix: Table, summary: MovementSummary) -> Table:
    """Return a matrix for a terminal: its columns are headed by the numbers of the segments."""
    movement = summary.movement
    names = [_numbered(state, SHORT_NAME) for state in movement.befores]
    heads = [str(state.segment_id or clip(state.name).replace(" ", "\n")) for state in movement.afters]
    rows = [(Cell(name), *row[1:]) for name, row in zip([*names, ALL], matrix.rows, strict=True)]
    return Table(
        f"{matrix.caption}, from {movement.since} (rows) to {movement.until} (columns)",
        ("From", *heads, ALL),
        tuple(rows[:-1]),
        (rows[-1],),
    )


def _largest(summary: MovementSummary) -> Table:
    """Return the largest moves, one below the other."""
    movement, symbol = summary.movement, summary.currency_symbol
    rows = (
        (
            _numbered(flow.before, SHORT_NAME),
            _numbered(flow.after, SHORT_NAME),
            in_number(flow.customers),
            in_money(float(flow.money_between), symbol),
        )
        for flow in movement.moves[:MOST_MOVES]
    )
    caption = f"The largest moves, {movement.since} to {movement.until}; all of them are in report.html"
    return table(caption, ("From", "To", "Customers", "Money between"), rows)


def _numbered(state: State, limit: int) -> str:
    name = clip(state.name, limit)
    return f"{state.segment_id} {name}" if state.segment_id else name


def lists(summary: MovementSummary) -> Section:
    """Say who is on which list: customers, the money behind them, and what the list means."""
    items = tuple(
        Item(f"{_counted(summary, name)}. {_meaning(summary, name)}", name.capitalize())
        for name in LISTS
        if summary.movement.of(on=name)
    )
    if not items:
        return Section()
    rows = [
        (
            name.capitalize(),
            in_number(customers),
            in_money(float(before), summary.currency_symbol),
            in_money(float(between), summary.currency_symbol),
        )
        for name in LISTS
        for customers, before, between in [total(summary.movement.of(on=name))]
    ]
    heads = ("List", "Customers", "Money at the first date", "Money in between")
    shown = table("In audiences/, a file each", heads, rows)
    meanings = Words(tuple((name.capitalize(), _meaning(summary, name)) for name in LISTS))
    return Section(
        page=(Heading("Lists for campaigns", "lists", "Lists"), shown, meanings),
        markdown=(Heading("Lists for campaigns"), Items(items)),
        terminal=(Items(items),),
    )


def _meaning(summary: MovementSummary, name: str) -> str:
    """Return who is on a list, and how many of them went up in value and down in recency, or the other way round."""
    crossed = total([flow for flow in summary.movement.of(on=name) if flow.across])[0]
    more = f" {number(crossed)} of them {ACROSS[name]}." if crossed else ""
    return f"They {MEANINGS[name]}.{more}"


def _counted(summary: MovementSummary, name: str) -> str:
    customers, before, between = total(summary.movement.of(on=name))
    symbol = summary.currency_symbol
    return (
        f"{counted(customers, 'customer')}, {money(float(before), symbol)} before and {money(float(between), symbol)} "
        "in between"
    )


def series(summary: MovementSummary) -> Section:
    """Show how the segments grew, where more than two dates were asked for."""
    if len(summary.series) < 3:
        return Section()
    symbol = summary.currency_symbol
    tables = (
        _series_table(summary, "Customers of each segment", lambda one: in_number(one.customers)),
        _series_table(summary, "Net money of each segment", lambda one: in_money(float(one.money), symbol)),
    )
    numbers = ("As of", *(str(place) for place in range(1, len(tables[0].heads))))
    short = replace(tables[0], caption=f"{tables[0].caption}, by number", heads=numbers)
    picture = Picture("series", _series_title(summary), SERIES_CAPTION, (), partial(draw_series, summary))
    return Section(
        page=(Heading("Date by date", "series", "Dates"), picture, *tables),
        markdown=(
            Heading("Date by date"),
            *(block for each in tables for block in (Sentence(f"{each.caption}:"), each)),
        ),
        terminal=(short,),
    )


def _series_title(summary: MovementSummary) -> str:
    def change(state: State) -> float:
        first, last = (
            sum(standing.customers for standing in standings if standing.state == state)
            for _, standings in (summary.series[0], summary.series[-1])
        )
        return float(last - first)

    most = max(
        (state for state in summary.movement.states if state.segment_id), key=lambda one: abs(change(one))
    )
    word = "more" if change(most) >= 0 else "fewer"
    return f"{clip(most.name)}: {counted(abs(change(most)), 'customer')} {word} than as of {summary.series[0][0]}"


def _series_table(summary: MovementSummary, caption: str, cell: Callable[[Standing], Cell]) -> Table:
    rows = (
        (Cell(str(day)), *(cell(standing) for standing in standings if standing.state.segment_id))
        for day, standings in summary.series
    )
    names = [clip(state.name) for state in summary.movement.states if state.segment_id]
    return table(caption, ("As of", *names), rows)


def words(summary: MovementSummary) -> Section:
    """Say by what rule this was counted."""
    movement = summary.movement
    said = (
        f"Both dates under one model. A date counts the lines before it: what was known on {movement.since} and on "
        f"{movement.until}. Money in between is that of the lines from {movement.since} to the day before "
        f"{movement.until}. Every customer of either date stands in one row and one column, so the sums are the "
        "segments of the two dates."
    )
    return Section(page=(Sentence(said, "note"),), markdown=(Sentence(said),))
