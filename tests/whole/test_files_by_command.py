"""Files of every kind as a user of the command meets them: the same orders, or a question that lists the choices."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import zstandard
from typer.main import get_command

from helpers.files import COLUMNS, CYRILLIC, MONEY, OTHER, ROWS, check, frame, text
from places import ROOT
from rfmeans.cli import commands

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow


def zipped(**members: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.csv", content)
    return packed.getvalue()


def blanks() -> str:
    """In columns of fixed width, as printed reports have them."""
    return "".join("".join(cell.ljust(14) for cell in row).rstrip() + "\n" for row in [COLUMNS, *ROWS])


def noted() -> str:
    """A note of three lines in every row."""
    return text(rows=[(*row[:4], '"first\nsecond, ""third""\nfourth"') for row in ROWS])


def decimal_comma() -> str:
    return text(";", rows=[(*row[:3], f"1.{int(row[3][:2]):03d},50", row[4]) for row in ROWS])


def cyrillic() -> str:
    return text(rows=[(row[0], CYRILLIC[row[1]], *row[2:]) for row in ROWS])


BY_POSITION = (
    "--no-header",
    "--order",
    "column1",
    "--customer",
    "column2",
    "--date",
    "column3",
    "--amount",
    "column4",
)


PREAMBLE = 'Orders of our shop\r\nexported on 2024-07-01 by "Ann"\r\n\r\n'


# Content, options, and what the line on what was understood says of the file.
FILES: dict[str, tuple[Callable[[], bytes], tuple[str, ...], str]] = {
    "commas": (lambda: text().encode(), (), "decimal point."),
    "semicolons": (lambda: text(";").encode(), (), "semicolons."),
    "tabs": (lambda: text("\t").encode(), (), "tabs."),
    "pipes": (lambda: text("|").encode(), (), "pipes."),
    "blanks": (lambda: blanks().encode(), (), "blanks."),
    "semicolons by option": (lambda: text(";").encode(), ("--delimiter", ";"), "semicolons."),
    "tabs by option": (lambda: text("\t").encode(), ("--delimiter", "tab"), "tabs."),
    "tabs by option as typed": (lambda: text("\t").encode(), ("--delimiter", r"\t"), "tabs."),
    "blanks by option": (lambda: blanks().encode(), ("--delimiter", "blanks"), "blanks."),
    "byte order mark": (lambda: text().encode("utf-8-sig"), (), "decimal point."),
    "CRLF": (lambda: text(ending="\r\n").encode(), (), "decimal point."),
    "CR": (lambda: text(ending="\r").encode(), (), "decimal point."),
    "quoted line breaks": (lambda: noted().encode(), (), "decimal point."),
    "gzip": (lambda: gzip.compress(text().encode()), (), "decimal point."),
    "zip": (lambda: zipped(orders=text()), (), "decimal point."),
    "zstd": (lambda: zstandard.compress(text().encode()), (), "decimal point."),
    "zip in gzip": (lambda: gzip.compress(zipped(orders=text())), (), "decimal point."),
    "UTF-16 with its mark": (lambda: text().encode("utf-16"), (), "UTF-16."),
    "UTF-16 big-endian with its mark": (lambda: b"\xfe\xff" + text().encode("utf-16-be"), (), "UTF-16."),
    "UTF-16 little-endian": (lambda: text().encode("utf-16-le"), (), "UTF-16-LE."),
    "UTF-16 big-endian": (lambda: text().encode("utf-16-be"), (), "UTF-16-BE."),
    "UTF-16 tabs, as Excel saves Unicode text": (
        lambda: text("\t", "\r\n").encode("utf-16"),
        (),
        "tabs, UTF-16.",
    ),
    "Windows-1252": (lambda: text().replace("none", "5 €").encode("cp1252"), (), "Windows-1252."),
    "ISO-8859-1": (lambda: text().encode("iso8859-1"), (), "Windows-1252."),
    "ISO-8859-1 by option": (lambda: text().encode("iso8859-1"), ("--encoding", "latin1"), "ISO8859-1."),
    "Windows-1251 by option": (
        lambda: cyrillic().encode("cp1251"),
        ("--encoding", "windows-1251"),
        "CP1251.",
    ),
    "Shift-JIS by option": (
        lambda: text().translate(str.maketrans("ëüñ", "日本語")).encode("shift-jis"),
        ("--encoding", "shift-jis"),
        "SHIFT_JIS.",
    ),
    "preamble": ((PREAMBLE + text(";", "\r\n")).encode, (), "semicolons, header in line 4."),
    "no header": (lambda: text(header=False).encode(), BY_POSITION, "no header."),
    "JSON lines": (
        lambda: "".join(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in ROWS).encode(),
        (),
        "JSON.",
    ),
    "JSON array": (
        lambda: json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in ROWS], indent=1).encode(),
        (),
        "JSON.",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_the_same_orders_from_every_kind_of_file(inspect, name):
    content, options, understood = FILES[name]
    Path("orders").write_bytes(content())
    check(inspect("orders", *options), understood)


def test_a_decimal_comma(inspect):
    Path("orders.csv").write_bytes(decimal_comma().encode())
    # 24 amounts of 1.0NN,50: a thousand more each
    check(inspect("orders.csv"), "decimal comma; semicolons.", MONEY + 24_000)
    check(inspect("orders.csv", "--decimal", ","), "decimal comma; semicolons.", MONEY + 24_000)


def test_a_glob_of_files_with_the_columns_in_another_order(inspect):
    Path("part1.csv").write_text(text(rows=ROWS[:10]), encoding="utf-8")
    turned = [row[::-1] for row in [COLUMNS, *ROWS[10:]]]
    Path("part2.csv").write_text("".join(";".join(row) + "\n" for row in turned), encoding="utf-8")
    check(inspect("part*.csv"), "semicolons.")


def test_a_glob_of_files_with_other_columns_is_refused(inspect):
    Path("part1.csv").write_text(text(), encoding="utf-8")
    Path("part2.csv").write_text(text().replace("note", "remark"), encoding="utf-8")
    done = inspect("part*.csv")
    assert done.code == 1
    assert "part2.csv has other columns than part1.csv" in done.said
    assert "Give files with the same columns." in done.said


def write_workbook(kind: str, **sheets: pd.DataFrame) -> str:
    name = f"orders.{kind}"
    if kind == "xls":
        import xlwt

        book = xlwt.Workbook()
        for title, table in sheets.items():
            sheet = book.add_sheet(title)
            for row, cells in enumerate([list(table.columns), *table.to_numpy().tolist()]):
                for column, cell in enumerate(cells):
                    sheet.write(row, column, cell)
        book.save(name)
        return name
    with pd.ExcelWriter(name, engine={"xlsx": "openpyxl", "ods": "odf"}[kind]) as writer:
        for title, table in sheets.items():
            table.to_excel(writer, sheet_name=title, index=False)
    return name


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_workbooks(inspect, kind):
    name = write_workbook(kind, Notes=OTHER.head(0), Orders=frame(), Totals=OTHER)
    check(inspect(name), "sheet 'Orders'.")
    check(inspect(name, "--sheet", "Orders"), "sheet 'Orders'.")
    done = inspect(name, "--sheet", "Order")
    assert done.code == 1
    assert (
        f"{name} has no sheet 'Order'. Did you mean 'Orders'? Its sheets are: 'Notes', 'Orders', 'Totals'."
        in done.said
    )


def test_sheets_that_go_on_with_the_same_columns_are_asked_about(inspect):
    name = write_workbook("xlsx", **{"Year 1": frame(ROWS[:10]), "Totals": OTHER, "Year 2": frame(ROWS[10:])})
    done = inspect(name)
    assert done.code == 1
    assert (
        "orders.xlsx has 2 sheets with the same columns: 'Year 1' (10 rows), 'Year 2' (14 rows)." in done.said
    )
    assert "Say which one with --sheet NAME, or give --sheet '*' for all of them." in done.said
    check(inspect(name, "--sheet", "Year *"), "sheets 'Year 1', 'Year 2'.")
    done = inspect(name, "--sheet", "*")
    assert "The sheets 'Year 1' and 'Totals' of orders.xlsx have different columns" in done.said
    assert json.loads(inspect(name, "--sheet", "Year 1").out)["lines"]["read"]["rows"] == 10


def test_a_cover_sheet_is_passed_over(inspect):
    cover = pd.DataFrame({"Report of": ["January", "February"]})
    check(inspect(write_workbook("xlsx", Cover=cover, Orders=frame())), "sheet 'Orders'.")


def test_all_sheets_with_their_columns_in_another_order(inspect):
    name = write_workbook("xlsx", One=frame(ROWS[:10]), Two=frame(ROWS[10:])[list(COLUMNS[::-1])])
    check(inspect(name, "--sheet", "*"), "sheets 'One', 'Two'.")


def test_parquet(inspect):
    frame().to_parquet("orders.parquet")
    check(inspect("orders.parquet"), "dates as year-month-day.")


def test_a_zip_of_several_files_lists_them(inspect):
    Path("orders.zip").write_bytes(zipped(january=text(), february=text()))
    done = inspect("orders.zip")
    assert done.code == 1
    assert "orders.zip holds 2 files (january.csv, february.csv); one is needed." in done.said
    assert "Unpack it, and give the file or a glob." in done.said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--sheet", "A"), "--sheet is for a workbook, but orders.csv is delimited text. Leave it out."),
        (
            ("--table", "A"),
            "--table is for a DuckDB database, but orders.csv is delimited text. Leave it out.",
        ),
        (("--delimiter", "x"), "--delimiter must be one of , ; | or the words tab and blanks. Got 'x'."),
        (("--encoding", "klingon"), "'klingon'"),
    ],
)
def test_options_that_do_not_fit(inspect, arguments, said):
    Path("orders.csv").write_text(text(), encoding="utf-8")
    done = inspect("orders.csv", *arguments)
    assert done.code == 2
    assert said in done.said


def test_text_in_another_encoding_than_the_one_given(inspect):
    Path("orders.csv").write_bytes(text().encode("cp1252"))
    done = inspect("orders.csv", "--encoding", "utf-16")
    assert done.code == 1
    assert "--encoding" in done.said


READING = ("--encoding", "--delimiter", "--no-header", "--sheet", "--table", "--decimal", "--date-format")


@pytest.mark.parametrize("command", ["segment", "inspect", "assign", "explain"])
def test_every_command_has_the_options_that_say_how_a_file_is_written(command):
    declared = get_command(commands.app).commands[command].params  # type: ignore[attr-defined]
    named = {name: option for option in declared for name in (*option.opts, *option.secondary_opts)}
    assert [name for name in READING if not getattr(named.get(name), "help", None)] == []


def test_the_options_and_kinds_of_files_are_documented():
    page = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    kinds = (
        "commas",
        "semicolons",
        "tabs",
        "pipes",
        "blanks",
        "gzip",
        "zip",
        "zstd",
        "UTF-16",
        "Windows-1252",
        "CRLF",
    )
    more = (
        "byte order mark",
        "line breaks in quotes",
        ".xlsx",
        ".xls",
        ".ods",
        "JSON",
        "Parquet",
        "DuckDB",
        "glob",
    )
    assert [word for word in (*READING, *kinds, *more) if word not in page] == []
