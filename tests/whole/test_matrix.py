"""The same 300 orders in every dialect, encoding, and way to write money and dates: read back the same, order by order.

Every way to write a part of the file occurs at least once, in combinations that go through all lists side by side, and
in a seeded draw of further ones. The orders are made here, and what is expected is they themselves.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import itertools
import json
import random
import zipfile
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from intakes import read
from rfmeans.engines.kept_tables import Workspace
from rfmeans.errors import DataError, SourceError
from rfmeans.settings import make_reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = ("order_id", "customer", "order_date", "amount", "note")


@dataclass(frozen=True)
class Order:
    number: str
    customer: str
    moment: dt.datetime
    amount: Decimal


def make_orders() -> list[Order]:
    draw = random.Random(20111209)
    first = dt.datetime(2010, 1, 4)
    orders = []
    for number in range(300):
        moment = first + dt.timedelta(
            days=draw.randrange(700), hours=draw.randrange(24), minutes=draw.randrange(60)
        )
        cents = (
            draw.choice((5, 1005, 123450, 100000, 1234567, 99, 250000, 123456789)) + draw.randrange(3) * 10
        )
        amount = Decimal(cents if number % 11 else -cents).scaleb(-2)
        name = draw.choice(("Müller", "Zoë", "O'Neil", "Ann", "Señora Ñandú")) + f" {draw.randrange(90)}"
        orders.append(Order(f"A{number:04d}", name, moment, amount))
    return orders


ORDERS = make_orders()
EXPECTED = sorted((order.customer, order.number, order.moment.date(), order.amount) for order in ORDERS)


# Ways to write money


def money(
    decimal: str, thousands: str, front: str = "", back: str = "", negative: str = "-{}"
) -> Callable[..., str]:
    def write(amount: Decimal) -> str:
        text = f"{abs(amount):,.2f}".replace(",", "\0").replace(".", decimal).replace("\0", thousands)
        text = f"{front}{text}{back}"
        return negative.format(text) if amount < 0 else text

    return write


def indian(amount: Decimal) -> str:
    whole, cents = f"{abs(amount):.2f}".split(".")
    head, tail = whole[:-3], whole[-3:]
    pairs = [head[max(end - 2, 0) : end] for end in range(len(head), 0, -2)][::-1]
    return ("-" if amount < 0 else "") + ",".join([*pairs, tail]) + "." + cents


def trimmed(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


MONEY: dict[str, Callable[..., str]] = {
    "plain": money(".", ""),
    "trimmed": trimmed,
    "£1,234.50": money(".", ",", front="£"),
    "$ and parentheses": money(".", ",", front="$", negative="({})"),
    "1.234,50 €": money(",", ".", back=" €"),
    "1234,5": lambda amount: trimmed(amount).replace(".", ","),
    "trailing minus": money(".", ",", negative="{}-"),
    "trailing minus, comma": money(",", ".", back=" EUR", negative="{}-"),
    "blank": money(",", " ", back=" kr"),
    "no-break space": money(",", "\u00a0", back="\u00a0€"),
    "narrow no-break space": money(",", "\u202f", back="\u202f€"),
    "thin space": money(".", "\u2009"),
    "Swiss": money(".", "'", front="CHF "),
    "Swiss, typographic": money(".", "’", front="Fr. "),
    "Indian": indian,
    "Unicode minus": money(",", ".", back=" zł", negative="−{}"),
    "R$ 1.234,50": money(",", ".", front="R$ "),
    "code after": money(".", ",", back=" USD"),
    "sign before minus": lambda amount: f"¥{amount:,.2f}",
}


# Ways to write dates


def strftime(text: str) -> Callable[[dt.datetime], str]:
    return lambda moment: moment.strftime(text)


def unpadded(text: str) -> Callable[[dt.datetime], str]:
    return text.format


MONTHS = {
    "German": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    "French": [
        "janv.",
        "févr.",
        "mars",
        "avr.",
        "mai",
        "juin",
        "juil.",
        "août",
        "sept.",
        "oct.",
        "nov.",
        "déc.",
    ],
    "Spanish": [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    "Italian": ["gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"],
    "Portuguese": [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
}


def named(language: str, text: str) -> Callable[[dt.datetime], str]:
    return lambda moment: text.format(moment, MONTHS[language][moment.month - 1])


def unix(moment: dt.datetime) -> int:
    return int(moment.replace(tzinfo=dt.UTC).timestamp())


def summer_time(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} {'+0100' if 4 <= moment.month <= 10 else '+0000'}"


DATES: dict[str, Callable[[dt.datetime], str]] = {
    "ISO": strftime("%Y-%m-%d"),
    "ISO with time": strftime("%Y-%m-%d %H:%M:%S"),
    "ISO with T, fraction, Z": strftime("%Y-%m-%dT%H:%M:%S.250Z"),
    "ISO with changing offset": summer_time,
    "ISO UTC": strftime("%Y-%m-%d %H:%M:%S UTC"),
    "ISO with and without time": lambda m: f"{m:%Y-%m-%d}" if m.minute % 2 else f"{m:%Y-%m-%d %H:%M}",
    "Y/M/D": strftime("%Y/%m/%d"),
    "Y.M.D": unpadded("{0.year}.{0.month}.{0.day}"),
    "D/M/Y": strftime("%d/%m/%Y"),
    "D/M/Y unpadded with time": unpadded("{0.day}/{0.month}/{0.year} {0.hour}:{0.minute:02d}"),
    "D.M.Y": strftime("%d.%m.%Y %H:%M"),
    "D-M-Y": unpadded("{0.day}-{0.month}-{0.year}"),
    "M/D/Y": unpadded("{0.month}/{0.day}/{0.year} {0.hour}:{0.minute:02d}"),
    "M/D/Y AM/PM": strftime("%m/%d/%Y %I:%M:%S %p"),
    "M-D-Y": strftime("%m-%d-%Y"),
    "D/M/y": strftime("%d/%m/%y"),
    "D.M.y": strftime("%d.%m.%y %H:%M"),
    "M/D/y": unpadded("{0.month}/{0.day}/{0:%y}"),
    "y-M-D": strftime("%y-%m-%d"),
    "9 Dec 2011": strftime("%d %b %Y"),
    "December 9, 2011": strftime("%B %d, %Y %I:%M %p"),
    "09-DEC-11": lambda moment: f"{moment:%d-%b-%y}".upper(),
    "RFC 2822": strftime("%a, %d %b %Y %H:%M:%S +0000"),
    "2011-Dec-09": strftime("%Y-%b-%d"),
    "German": named("German", "{0.day}. {1} {0.year}"),
    "French": named("French", "{0.day} {1} {0.year} {0:%H:%M}"),
    "Spanish": named("Spanish", "{0.day} de {1} de {0.year}"),
    "Italian": named("Italian", "{0.day} {1} {0.year}"),
    "Portuguese": named("Portuguese", "{0.day} de {1} de {0.year}"),
    "compact": strftime("%Y%m%d"),
    "compact with T": strftime("%Y%m%dT%H%M%SZ"),
    "compact with time": strftime("%Y%m%d%H%M%S"),
    "Unix seconds": lambda moment: str(unix(moment)),
    "Unix milliseconds": lambda moment: str(unix(moment) * 1000 + 7),
    "Excel": lambda moment: f"{(moment - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1):.5f}",
}


# Ways to write the file


@dataclass(frozen=True)
class Dialect:
    delimiter: str = ","
    ending: str = "\n"
    note: str = "none"
    above: str = ""
    header: bool = True
    pack: str = ""
    quoting: int = csv.QUOTE_MINIMAL


DIALECTS = {
    "commas": Dialect(),
    "semicolons": Dialect(";"),
    "tabs": Dialect("\t"),
    "pipes": Dialect("|"),
    "blanks": Dialect(" "),
    "CRLF": Dialect(ending="\r\n"),
    "CR": Dialect(";", ending="\r"),
    "all quoted": Dialect(quoting=csv.QUOTE_ALL),
    "quoted line breaks": Dialect(note='two\nlines, "so" to say'),
    "preamble": Dialect(";", above="Orders of the shop\nMade on a Friday\n\n"),
    "no header": Dialect(header=False),
    "gzip": Dialect(pack="gz"),
    "zip": Dialect("\t", pack="zip"),
    "zstd": Dialect(pack="zst"),
}
ENCODINGS = {
    "UTF-8": ("utf-8", {}),
    "UTF-8 with BOM": ("utf-8-sig", {}),
    "UTF-16": ("utf-16", {}),
    "UTF-16 little-endian without BOM": ("utf-16-le", {}),
    "Windows-1252": ("cp1252", {}),
    "by name": ("iso8859-15", {"encoding": "iso8859-15"}),
}


def delimited(orders: list[Order], dialect: Dialect, write_money: Any, write_date: Any) -> str:
    text = io.StringIO()
    lines = csv.writer(
        text, delimiter=dialect.delimiter, lineterminator=dialect.ending, quoting=dialect.quoting
    )  # type: ignore[arg-type]
    if dialect.header:
        lines.writerow(HEADER)
    for order in orders:
        lines.writerow(
            (order.number, order.customer, write_date(order.moment), write_money(order.amount), dialect.note)
        )
    return dialect.above.replace("\n", dialect.ending) + text.getvalue()


def packed(content: bytes, how: str) -> bytes:
    if how == "gz":
        return gzip.compress(content)
    if how == "zst":
        import zstandard

        return zstandard.compress(content)
    if how == "zip":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("orders.csv", content)
        return buffer.getvalue()
    return content


def written(
    folder: Path, dialect: str, encoding: str, money_way: str, date_way: str
) -> tuple[Path, dict[str, Any]]:
    """Write the orders, and return the file and the options that it needs."""
    form, (codec, options) = DIALECTS[dialect], ENCODINGS[encoding]
    text = delimited(ORDERS, form, MONEY[money_way], DATES[date_way])
    path = folder / ("orders.csv" + (f".{form.pack}" if form.pack else ""))
    path.write_bytes(packed(text.encode(codec), form.pack))
    if not form.header:
        roles = {"order": "column1", "customer": "column2", "date": "column3", "amount": "column4"}
        options = {**options, **roles, "header": False}
    return path, options


def orders_of(source: Any, **options: Any) -> list[tuple[Any, ...]]:
    with Workspace() as scratch:
        intake = read(source, make_reading(**{"customer": "customer", **options}), scratch, keep_orders=True)
        lines = intake.account.lines
        assert lines is not None
        assert (lines.read.rows, lines.used.rows) == (len(ORDERS), len(ORDERS)), lines.set_aside
        found = intake.orders.to_pyarrow().to_pylist()
        return sorted((row["customer_id"], row["order_id"], row["first_day"], row["total"]) for row in found)


def encodable(encoding: str, money_way: str, date_way: str) -> bool:
    texts = [MONEY[money_way](order.amount) + DATES[date_way](order.moment) for order in ORDERS]
    try:
        "".join(texts).encode(ENCODINGS[encoding][0])
    except UnicodeEncodeError:
        return False
    return True


Combination = tuple[str, str, str, str]


def combinations() -> list[Combination]:
    """Every way at least once, side by side; then ten drawn ones."""
    lists = [list(ways) for ways in (DIALECTS, ENCODINGS, MONEY, DATES)]
    longest = max(map(len, lists))
    side_by_side = itertools.islice(zip(*map(itertools.cycle, lists), strict=False), longest)
    draw = random.Random(4)
    drawn = [tuple(draw.choice(ways) for ways in lists) for _ in range(10)]
    chosen = []
    for dialect, encoding, money_way, date_way in [*side_by_side, *drawn]:
        fits = encodable(encoding, money_way, date_way)
        chosen.append((dialect, encoding if fits else "UTF-8", money_way, date_way))
    return chosen


COMBINATIONS = combinations()


def test_every_way_occurs():
    for ways, position in ((DIALECTS, 0), (ENCODINGS, 1), (MONEY, 2), (DATES, 3)):
        assert {combination[position] for combination in COMBINATIONS} == set(ways)


@pytest.mark.slow
@pytest.mark.parametrize("combination", COMBINATIONS, ids=" | ".join)
def test_text_files_hold_the_same_orders(combination, tmp_path):
    path, options = written(tmp_path, *combination)
    assert orders_of(path, **options) == EXPECTED


def test_a_glob_of_files_with_their_columns_in_another_order(tmp_path):
    for index in range(3):
        text = delimited(ORDERS[index::3], Dialect(), MONEY["£1,234.50"], DATES["D/M/Y"])
        rows = list(csv.reader(io.StringIO(text)))
        with (tmp_path / f"part{index}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([row[index:] + row[:index] for row in rows])
    assert orders_of(tmp_path / "part*.csv") == EXPECTED


# Files that are not delimited text, with texts and with types of their own


def cells(*, typed: bool) -> list[dict[str, Any]]:
    return [
        {
            "order_id": order.number,
            "customer": order.customer,
            "order_date": order.moment if typed else DATES["D/M/Y"](order.moment),
            "amount": float(order.amount) if typed else MONEY["1.234,50 €"](order.amount),
        }
        for order in ORDERS
    ]


def as_xlsx(folder: Path, rows: list[dict[str, Any]]) -> Path:
    import pandas as pd

    pd.DataFrame(rows).to_excel(folder / "orders.xlsx", index=False)
    return folder / "orders.xlsx"


def as_parquet(folder: Path, rows: list[dict[str, Any]]) -> Path:
    import pandas as pd

    pd.DataFrame(rows).to_parquet(folder / "orders.parquet")
    return folder / "orders.parquet"


def as_json_lines(folder: Path, rows: list[dict[str, Any]]) -> Path:
    (folder / "orders.jsonl").write_text(
        "\n".join(json.dumps(row, default=str) for row in rows), encoding="utf-8"
    )
    return folder / "orders.jsonl"


def as_duckdb(folder: Path, rows: list[dict[str, Any]]) -> Path:
    import duckdb
    import pandas as pd

    frame = pd.DataFrame(rows)
    with duckdb.connect(str(folder / "orders.duckdb")) as con:
        con.register("given", frame)
        con.execute("CREATE TABLE sales AS SELECT * FROM given")
    return folder / "orders.duckdb"


def as_frame(_: Path, rows: list[dict[str, Any]]) -> Any:
    import pandas as pd

    return pd.DataFrame(rows)


@pytest.mark.parametrize("typed", [False, True], ids=["text", "typed"])
@pytest.mark.parametrize("write", [as_xlsx, as_parquet, as_json_lines, as_duckdb, as_frame])
def test_other_files_hold_the_same_orders(write, typed, tmp_path):
    options = {"table": "sales"} if write is as_duckdb else {}
    assert orders_of(write(tmp_path, cells(typed=typed)), **options) == EXPECTED


# What is ambiguous or broken gives its message


def refused(folder: Path, amounts: list[str], days: list[str], **options: Any) -> str:
    rows = zip(itertools.count(1), itertools.cycle(["a", "b", "c"]), days, amounts, strict=False)
    with (folder / "orders.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";").writerows([HEADER[:4], *rows])
    with pytest.raises((SourceError, DataError)) as found, Workspace() as scratch:
        read(folder / "orders.csv", make_reading(customer="customer", **options), scratch)
    return str(found.value)


ISO = ["2011-12-09", "2011-12-10", "2011-12-13", "2011-12-14"]
PRICES = ["1.50", "2.25", "3.00", "4.75"]


@pytest.mark.parametrize(
    ("amounts", "days", "parts"),
    [
        (PRICES, ["01/02/2011", "03/04/2011"] * 2, ["no value decides", "date_format='%d/%m/%Y'"]),
        (PRICES, ["01.02.11", "03.04.11"] * 2, ["no value decides", "date_format="]),
        (
            PRICES,
            ["13/02/2011", "02/13/2011"] * 2,
            ["written in two formats", "2 can only be read as", "date_format="],
        ),
        (
            PRICES,
            ["2011-12-09", "9 Dec 2011"] * 2,
            ["written in two formats", "2 only as day month-name year"],
        ),
        (PRICES, ["20111209", "1323419160"] * 2, ["written in two formats", "Unix time in seconds"]),
        (
            PRICES,
            ["soon", "later"] * 2,
            ["No value of 'order_date' can be read as a date", "'later', 'soon'"],
        ),
        (["1,234", "2,500"] * 2, ISO, ["no value and no other column decides", "decimal='.' or decimal=','"]),
        (["1.234", "12"] * 2, ISO, ["'1.234' is 1.234 with a decimal point and 1234 with a decimal comma"]),
        (["1.50", "1,50"] * 2, ISO, ["written in two ways", "2 can only be read with a decimal point"]),
        (["ten", "twelve"] * 2, ISO, ["unreadable amount 4 of 4", "'amount'"]),
        # Where the examples stand, so that they can be looked up.
        (PRICES, ["01/02/2011", "03/04/2011"] * 2, ["'01/02/2011' stands in line 2."]),
        (
            PRICES,
            ["13/02/2011", "12/13/2011"] * 2,
            ["'13/02/2011' stands in line 2, '12/13/2011' in line 3."],
        ),
        (["1.50", "2.50", "1,50", "1.75"], ISO, ["'1.50' stands in line 2, '1,50' in line 4."]),
        (["1", "12", "1,234", "5"], ISO, ["(a point or a comma). '1,234' stands in line 4."]),
    ],
)
def test_what_is_ambiguous_or_broken_is_said(amounts, days, parts, tmp_path):
    said = refused(tmp_path, amounts, days)
    assert [part for part in parts if part not in said] == [], said


def test_a_question_names_the_file_of_a_glob(tmp_path):
    for name, day in (("one", "13/02/2011"), ("two", "02/13/2011")):
        (tmp_path / f"{name}.csv").write_text(f"customer,date,amount\nann,{day},5.5\n", encoding="utf-8")
    with pytest.raises(SourceError) as found, Workspace() as scratch:
        read(tmp_path / "*.csv", make_reading(), scratch)
    said = str(found.value)
    assert "'13/02/2011' stands in line 2 of one.csv" in said
    assert "'02/13/2011' in line 2 of two.csv" in said


@pytest.mark.parametrize(
    ("amounts", "days", "options", "expected"),
    [
        (PRICES, ["01/02/2011", "03/04/2011"] * 2, {"date_format": "dmy"}, dt.date(2011, 2, 1)),
        (PRICES, ["01/02/2011", "03/04/2011"] * 2, {"date_format": "%m/%d/%Y"}, dt.date(2011, 1, 2)),
        (["1,234", "2,500"] * 2, ISO, {"decimal": "."}, Decimal(1234 * 2 + 2500 * 2)),
        (["1,234", "2,500"] * 2, ISO, {"decimal": ","}, Decimal("7.468")),
    ],
)
def test_an_answer_to_the_question_is_taken(amounts, days, options, expected, tmp_path):
    rows = zip(itertools.count(1), itertools.cycle(["a", "b", "c"]), days, amounts, strict=False)
    with (tmp_path / "orders.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";").writerows([HEADER[:4], *rows])
    with Workspace() as scratch:
        lines = read(
            tmp_path / "orders.csv", make_reading(customer="customer", **options), scratch
        ).account.lines
        assert lines is not None
        assert expected in (lines.used.money, lines.seen[0] if lines.seen else None)


def test_what_does_not_fit_beyond_the_first_rows_is_set_aside(tmp_path):
    """The first 5,000 rows tell plain numbers and ISO dates; what follows makes the whole column be looked at."""
    rows = [(number, f"c{number % 50}", "2011-12-09", "1.5") for number in range(6000)]
    rows += [
        (6001, "c1", "n/a", "1.5"),
        (6002, "c1", "2011-12-10", "£1,234.50"),
        (6003, "c2", "2011-12-10", "2,5"),
    ]
    with (tmp_path / "orders.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";").writerows([HEADER[:4], *rows])
    with Workspace() as scratch:
        lines = read(tmp_path / "orders.csv", make_reading(customer="customer"), scratch).account.lines
    assert lines is not None
    assert {reason: tally.rows for reason, tally in lines.set_aside.items()} == {
        "unreadable date": 1,
        "unreadable amount": 1,
    }
    assert (lines.used.rows, lines.used.money) == (6001, Decimal("10234.5"))
