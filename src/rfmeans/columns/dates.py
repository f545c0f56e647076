"""A column of text or numbers -> the one way in which it writes its days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.arguments import Choice, argument, named
from rfmeans.clocks import is_of_utc
from rfmeans.columns.date_formats import COUNTS, FORMATS, DateFormat, given_formats
from rfmeans.columns.money_formats import NOT_BLANK
from rfmeans.columns.undecided import UndecidedError, shortened
from rfmeans.errors import SourceError
from rfmeans.typed_cells import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

SAMPLE = 5_000  # rows of the first look
EXAMPLES = 3
TEXT = "text"
FEWER_YEARS = 2  # there are at least so many times as many days of the month as years
# Numbers are taken as days unasked where at most one in so many is none, and all lie within so many days.
SLIPS, LONGEST = 100, 40 * 366
NO_NUMBER = "0"  # stands for a missing one
LARGEST_WHOLE = 1e15  # float64 holds all whole numbers up to here


@dataclass(frozen=True)
class DateConvention:
    """How a column writes its days.

    Attributes
    ----------
    formats
        One format; several only where ``date_format`` leaves the marks open, e.g. ``dmy``.
    mixed
        Whether there are typed days among the text: see `rfmeans.typed_cells`.
    utc
        Whether the column's clock is that of UTC, as its name says, where a value does not state its offset.
    """

    formats: tuple[DateFormat, ...]
    mixed: bool = False
    utc: bool = False

    def parse(self, column: ir.Column, zone: str | None = None) -> ir.DateColumn:
        """Return the days as written, or in a zone; null where the column does not fit."""
        text = as_text(column)
        days = [self._day_in(form, zone, text) if zone else form.day(text) for form in self.formats]
        found = days[0] if len(days) == 1 else ibis.coalesce(*days)
        return (
            ibis.ifelse(text.endswith(SEPARATOR), FORMATS[0].day(text.left(10)), found)
            if self.mixed
            else found
        )

    def minutes(self, column: ir.Column) -> ir.IntegerColumn:
        """Return the minutes since midnight as written; null where no time is stated."""
        text = as_text(column)
        found = [form.minutes(text) for form in self.formats]
        return found[0] if len(found) == 1 else ibis.coalesce(*found)

    def _day_in(self, form: DateFormat, zone: str, text: ir.StringColumn) -> ir.DateColumn:
        if not self.utc:
            return form.day_in(zone, text)
        return ibis.cases(
            (form.has_offset(text), form.day_in(zone, text)),
            (form.part(text, "hour") != "", form.day_in(zone, text + "Z")),
            else_=form.day(text),
        )

    def describe(self) -> str:
        """Return a few words for it."""
        names = dict.fromkeys(form.name for form in self.formats)
        return " or ".join(names)


def is_written(column: ir.Column) -> bool:
    """Whether a column of dates needs a convention: text, or numbers that stand for days."""
    if isinstance(column, ibis.expr.types.StringColumn):
        return True
    return isinstance(column, ibis.expr.types.NumericColumn) and not column.type().is_boolean()


def as_text(column: ir.Column) -> ir.StringColumn:
    """Return text as it is, and numbers as the digits of their whole part; null where that is none."""
    if isinstance(column, ibis.expr.types.StringColumn):
        return column
    if not isinstance(column, ibis.expr.types.IntegerColumn):
        column = ibis.ifelse(column.abs() < LARGEST_WHOLE, column, ibis.null(column.type())).floor()
    return column.cast("int64").cast("string")


@dataclass(frozen=True)
class _DateTally:
    """What each of some formats reads of a column, with one value as an example where there is one."""

    formats: tuple[DateFormat, ...]
    counts: dict[str, Any]

    def count(self, what: str, *formats: DateFormat) -> int:
        """Return how many values are so: read by a format, by one of two alone, and the like."""
        return int(self.counts.get(_key(what, *formats)) or 0)

    def example(self, what: str, *formats: DateFormat) -> str:
        """Return one of these values."""
        return str(self.counts[_key(what, *formats)])

    def best(self) -> DateFormat | None:
        """Return the format that reads most; the first one where several do."""
        found = max(self.formats, key=lambda form: self.count("reads", form), default=None)
        return found if found is not None and self.count("reads", found) else None


def find_date(
    column: ir.Column,
    option: str | None = None,
    zone: str | None = None,
    *,
    sample: bool = False,
    mixed: bool = False,
    commas: bool = False,
) -> DateConvention | None:
    """Return the one format of a column of dates; for a sample None where it leaves the format open.

    ``mixed``: there are typed days among the text, which tell nothing. ``commas``: the money of the table has decimal
    commas, and who writes those puts the day before the month where points divide them.

    Raises
    ------
    SourceError
        If two formats fit, or none does, or a zone is asked for and a value does not state its offset from UTC.
    SettingsError
        If ``option`` is no format.
    """
    text = as_text(column)
    text = (_without_typed(text) if mixed else text).name(TEXT)
    offered = given_formats(option) if option else FORMATS
    tally = _tally_of(text, offered, sample=sample)
    if sample and not _settled(tally, together=option is not None):
        return None
    if tally.best() is None:
        if mixed:
            return DateConvention((offered[0],), mixed)
        return _nothing_read(column.get_name(), text, tally, offered)
    formats = (
        tally.formats if option is not None else (_decided(column.get_name(), text, tally, commas=commas),)
    )
    if zone:
        if is_of_utc(column.get_name()):
            return DateConvention(formats, mixed, utc=True)
        _check_offsets(column.get_name(), text, tally, formats)
    return DateConvention(formats, mixed)


def _without_typed(text: ir.StringColumn) -> ir.StringColumn:
    return ibis.ifelse(text.endswith(SEPARATOR), ibis.null("string"), text)


def _tally_of(text: ir.StringColumn, offered: Sequence[DateFormat], *, sample: bool) -> _DateTally:
    """Return what the formats read that the values look like: the first ones, in a sample, or all."""
    tally = _tally_dates(text, _looked_like(text, offered), () if sample else offered)
    more = tuple(form for form in offered if tally.count("looks", form))
    return _tally_dates(text, (*tally.formats, *more), ()) if more else tally


def _decided(name: str, text: ir.StringColumn, tally: _DateTally, *, commas: bool) -> DateFormat:
    found = _only_one(name, text, tally, commas=commas)
    if found.order in COUNTS:
        _check_counted(name, text, found)
    return found


def _key(what: str, *formats: DateFormat) -> str:
    return " ".join((what, *(form.option for form in formats)))


def _looked_like(text: ir.StringColumn, offered: Sequence[DateFormat]) -> tuple[DateFormat, ...]:
    """Return the formats that some of the first values look like."""
    rows = text.as_table()
    values = (
        rows.filter(rows[TEXT].re_search(NOT_BLANK)).limit(SAMPLE).distinct().to_pyarrow()[TEXT].to_pylist()
    )
    return tuple(form for form in offered if any(map(form.matches, values)))


def _tally_dates(
    text: ir.StringColumn, formats: tuple[DateFormat, ...], others: Sequence[DateFormat]
) -> _DateTally:
    rows = text.as_table()
    rows = rows.filter(rows[TEXT].re_search(NOT_BLANK))
    read = rows.mutate(**{_key("day", form): form.day(rows[TEXT]) for form in formats})
    days = {form: read[_key("day", form)] for form in formats}
    value = read[TEXT]
    unread = ibis.and_(value.notnull(), *(day.isnull() for day in days.values()))
    wanted: dict[str, ir.Scalar] = {"rows": read.count(), "unread": unread.sum()}
    for form, day in days.items():
        wanted[_key("reads", form)] = day.count()
        wanted[_key("offsets", form)] = (day.notnull() & form.has_offset(value)).sum()
    for first, second in permutations(days, 2):
        alone = days[first].notnull() & days[second].isnull()
        apart = days[first] != days[second]
        wanted[_key("only", first, second)] = alone.sum()
        wanted[_key("only such as", first, second)] = value.min(where=alone)
        wanted[_key("differ", first, second)] = apart.sum()
        wanted[_key("differ such as", first, second)] = value.min(where=apart)
    for form in others:
        if form not in days:
            wanted[_key("looks", form)] = ibis.ifelse(unread, value.re_search(form.pattern), False).sum()
    return _DateTally(formats, read.agg(**wanted).to_pyarrow().to_pylist()[0])


def _settled(tally: _DateTally, *, together: bool) -> bool:
    """Whether a sample leaves no doubt: every value is read, by the formats together or by one alone.

    Whether numbers are days, only the whole column tells.
    """
    rows = tally.counts["rows"]
    if together or not rows:
        return bool(rows) and not tally.count("unread")
    full = [form for form in tally.formats if tally.count("reads", form) == rows]
    return len(full) == 1 and not full[0].year_first and full[0].order not in COUNTS


def _nothing_read(
    name: str, text: ir.StringColumn, tally: _DateTally, offered: Sequence[DateFormat]
) -> DateConvention:
    if not tally.counts["rows"]:
        return DateConvention((offered[0],))
    rows = text.as_table()
    values = rows.filter(rows[TEXT].re_search(NOT_BLANK)).distinct().order_by(TEXT).limit(EXAMPLES)
    found = ", ".join(shortened(value) for value in values.to_pyarrow()[TEXT].to_pylist())
    raise SourceError(
        f"No value of {name!r} can be read as a date{_as(offered)}. It holds {found}. Give the column of dates with "
        f"{argument('date', 'NAME')}, or its format with {argument('date_format')}, such as '%d/%m/%Y'.",
        asks="date",
    )


def _as(offered: Sequence[DateFormat]) -> str:
    return "" if len(offered) == len(FORMATS) else f" written as {DateConvention(tuple(offered)).describe()}"


def _only_one(name: str, text: ir.StringColumn, tally: _DateTally, *, commas: bool) -> DateFormat:
    """Return the format that reads all that can be read, or say why there is none."""
    tally = _without_year_first(name, text, tally)
    tally = _without_month_first(tally) if commas else tally
    best = tally.best()
    assert best is not None
    others = [form for form in tally.formats if form is not best]
    rival = max(others, key=lambda form: tally.count("only", form, best), default=best)
    if rival is not best and tally.count("only", rival, best):
        raise _two_formats(name, tally, best, rival)
    for other in others:
        if tally.count("reads", other) == tally.count("reads", best) and tally.count("differ", best, other):
            raise _ambiguous(name, tally, best, other)
    return best


def _without_month_first(tally: _DateTally) -> _DateTally:
    """Leave out the month before the day where points divide them and the other way round is possible."""
    if not any(form.option.startswith("%d.%m") for form in tally.formats):
        return tally
    return replace(
        tally, formats=tuple(form for form in tally.formats if not form.option.startswith("%m.%d"))
    )


def _two_formats(name: str, tally: _DateTally, best: DateFormat, rival: DateFormat) -> UndecidedError:
    mine, its = (tally.example("only such as", *pair) for pair in ((best, rival), (rival, best)))
    counts = [_read_as(form, value) for form, value in ((best, mine), (rival, its))]
    return UndecidedError(
        f"The dates in {name!r} are written in two formats: {tally.count('only', best, rival):,} can only be "
        f"read as {best.name}, such as {shortened(mine.strip())}, and "
        f"{tally.count('only', rival, best):,} only as {rival.name}, such as "
        f"{shortened(its.strip())}. Write them in one format, or say which one counts with "
        f"{counts[0]} or {counts[1]}: the other lines are then set aside.",
        name,
        mine,
        its,
        choices=counts,
    )


def _ambiguous(name: str, tally: _DateTally, first: DateFormat, second: DateFormat) -> UndecidedError:
    example = tally.example("differ such as", first, second)
    choices = [_read_as(form, example) for form in (first, second)]
    return UndecidedError(
        f"The dates in {name!r} can be read as {first.name} or as {second.name}, and no value decides: "
        f"{shortened(example.strip())} could be either. Say which one it is with "
        f"{choices[0]} or {choices[1]}.",
        name,
        example,
        choices=choices,
    )


def _without_year_first(name: str, text: ir.StringColumn, tally: _DateTally) -> _DateTally:
    """Settle whether a two-digit year stands first or last where both can be: there are more days than years."""
    first = next((form for form in tally.formats if form.year_first), None)
    rivals = [form for form in tally.formats if first and tally.count("differ", first, form)]
    if first is None or not rivals:
        return tally
    last = max(rivals, key=lambda form: tally.count("reads", form))
    if tally.count("reads", first) >= tally.count("reads", last):
        front, back = (first.part(text, part).nunique().to_pyarrow().as_py() for part in ("year", "day"))
        if back >= FEWER_YEARS * front:
            return replace(tally, formats=tuple(form for form in tally.formats if form not in rivals))
        if front < FEWER_YEARS * back:
            raise _ambiguous(name, tally, last, first)
    return replace(tally, formats=tuple(form for form in tally.formats if form is not first))


def _check_counted(name: str, text: ir.StringColumn, form: DateFormat) -> None:
    """Refuse numbers that are hardly days, such as article numbers: some are none, or they lie decades apart."""
    rows = text.as_table()
    rows = rows.filter(rows[TEXT].re_search(NOT_BLANK), rows[TEXT].strip() != NO_NUMBER)
    rows = rows.mutate(day=form.day(rows[TEXT]))
    read = rows.day.notnull()
    figures = rows.agg(
        rows=rows.count(),
        strange=(~read).sum(),
        other=rows[TEXT].min(where=~read),
        number=rows[TEXT].min(where=read),
        first=rows.day.min(),
        last=rows.day.max(),
    )
    found = figures.to_pyarrow().to_pylist()[0]
    if found["strange"] * SLIPS > found["rows"]:
        said = f"{found['strange']:,} of {found['rows']:,} values are none"
        raise _hardly_days(name, form, said, found["other"])
    if (found["last"] - found["first"]).days > LONGEST:
        said = f"the days would go from {found['first']} to {found['last']}, by numbers"
        raise _hardly_days(name, form, said, found["number"])


def _hardly_days(name: str, form: DateFormat, said: str, example: str) -> UndecidedError:
    so = Choice({"date_format": form.option}, f"they are {form.name}; what is no day is set aside")
    return UndecidedError(
        f"The numbers in {name!r} could be {form.name}, but are hardly days of orders: {said}, such as "
        f"{shortened(example.strip())}. Give the column of dates with {argument('date', 'NAME')}; if it is this one, "
        f"say so with {so}, and what is no day is set aside.",
        name,
        example,
        choices=(so,),
        asks="date",
    )


def _read_as(form: DateFormat, example: str) -> Choice:
    """Return the choice of a format, with the day that a value of the column then is."""
    day = form.day(ibis.literal(example, "string")).to_pyarrow().as_py()
    meaning = f"{shortened(example.strip())} is {day.day} {day:%B %Y}" if day else form.name
    return Choice({"date_format": form.option}, meaning)


def _check_offsets(
    name: str, text: ir.StringColumn, tally: _DateTally, formats: Sequence[DateFormat]
) -> None:
    read = sum(tally.count("reads", form) for form in formats)
    stated = sum(tally.count("offsets", form) for form in formats)
    if stated == read:
        return
    rows = text.as_table()
    bare = ibis.or_(*(form.day(rows[TEXT]).notnull() & ~form.has_offset(rows[TEXT]) for form in formats))
    example = str(rows.filter(bare)[TEXT].min().to_pyarrow().as_py())
    without = Choice({"timezone": None}, "each day as it is written")
    raise UndecidedError(
        f"{named('timezone')} moves each moment to that zone, but {read - stated:,} of {read:,} values in {name!r} do "
        f"not say how far their clock is from UTC, such as {shortened(example)}. Leave {without} "
        "out: each day is then taken as it is written.",
        name,
        example,
        choices=(without,),
    )
