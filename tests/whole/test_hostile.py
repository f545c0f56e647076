"""Hostile data: ids, names and files that are code somewhere come out as text everywhere, and none is lost."""

import csv
import html
import io
import json
import re
import sys
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner

import rfmeans
from rfmeans.cli.commands import app, main
from rfmeans.cli.print_result import print_told
from rfmeans.output.audiences import file_name
from rfmeans.output.files import inert

pytestmark = pytest.mark.slow

RUNNER = CliRunner()
IDS = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "</td></tr></table>",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "=1",
    "\x01control\x1b[31mred\x1b[0m",
    "semi;=1+1",
    'quote"comma,line\nbreak\r\ntab\tend',
    "'; DROP TABLE customers; --",
    "[bold red]rich[/bold red]",
    "[link=file:///etc/passwd]x[/link]",
    "| pipe | `code` ![x](http://example.com/x.png)",
    "{{7*7}}{% raw %}${7*7}%s%n",
    "\u202egnp.exe\u202c",
    "\u2067שלום\u2069",
    "\u200bzero\u200bwidth",
    "🎉🧨👩‍👩‍👧‍👦",
    "Zoë",
    "../../etc/passwd",
    "NUL",
    "x" * 10_000,
    "0x1F",
    "1e5",
    "TRUE",
    "12345678901234567890123",
    "007",
]
NAMES = {
    "high": {
        "recent": "=cmd|' /C calc'!A0 <script>alert(1)</script>",
        "lapsed": "[bold red]At risk[/] | `x` ![x](http://example.com/x.png) \"q\" 'a'",
    },
    "low": {"recent": "../CON <img src=x onerror=alert(1)> 🎉 " + "x" * 10_000, "lapsed": "{{7*7}} שלום"},
}
LEXICON = {
    "grid": [
        {
            "recency_cuts": [0.0],
            "recency_bands": ["lapsed", "recent"],
            "value_cuts": [0.0],
            "value_bands": ["low", "high"],
            "names": NAMES,
        }
    ]
}
SOURCE = "<b>[red]=1+1[_red] 'a' 🎉\u202egnp.csv"


def orders() -> pd.DataFrame:
    """Ids and plain customers, spread so that all four regions have a segment."""
    customers = [*IDS, *(f"customer {number}" for number in range(90))]
    rows = []
    for place, customer in enumerate(customers):
        month = 1 + 5 * (place % 2)
        rows += [
            (customer, f"2026-0{month}-{1 + (place + turn) % 28:02d}", 5 + 40 * (place // 2 % 2) + turn)
            for turn in range(1 + 7 * (place // 2 % 2))
        ]
    return pd.DataFrame(rows, columns=["customer_id", "order_date", "amount"])


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("in") / SOURCE
    orders().to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def result(source):
    with rfmeans.segment(source, n_init=2, lexicon=LEXICON) as result:
        assert {segment.segment.split(" · ")[0] for segment in result.summary.segments} == {
            name for row in NAMES.values() for name in row.values()
        }
        yield result


@pytest.fixture(scope="module")
def folders(result, tmp_path_factory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("out")
    return {kind: result.save(place / f"{kind} 'it' \"is\"; --", format=kind) for kind in ("parquet", "csv")}


def cells_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def kept(text: str) -> str:
    """As a customer's id comes out: without blanks around it, and without the blanks that nobody sees."""
    return text.strip().replace("\u200b", "")


def test_no_customer_is_lost_and_ids_are_exact_in_parquet(folders):
    customers = pd.read_parquet(folders["parquet"] / "customers.parquet")
    assert len(customers) == len(set(customers["customer_id"])) == len(IDS) + 90
    assert set(customers["customer_id"]) >= {kept(text) for text in IDS}
    assert set(customers["segment"]) == {name for row in NAMES.values() for name in row.values()}


def test_every_csv_file_is_inert_and_complete(folders):
    customers = cells_of(folders["csv"] / "customers.csv")
    assert {row["customer_id"] for row in customers} >= {inert(kept(text)) for text in IDS}
    listed = [
        row["customer_id"] for path in (folders["csv"] / "audiences").glob("*.csv") for row in cells_of(path)
    ]
    assert sorted(listed) == sorted(row["customer_id"] for row in customers)
    files = list(folders["csv"].rglob("*.csv"))
    assert len(files) == 6
    for path in files:
        for row in cells_of(path):
            numbers = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?$")
            dangerous = [cell for cell in row.values() if re.match("[=+\\-@\t\r\n\0]", cell)]
            assert [cell for cell in dangerous if not numbers.match(cell)] == []


def test_the_names_of_the_lists_are_tame(folders, result):
    names = sorted(path.name for path in (folders["csv"] / "audiences").iterdir())
    assert names == sorted(file_name(one.segment_id, one.segment) for one in result.summary.segments)
    for name in names:
        assert re.fullmatch(r"\d-[\w-]{1,50}\.csv", name)


@pytest.mark.parametrize("name", ["account.json", "model.json"])
def test_json_holds_the_names_as_they_are(folders, name):
    text = (folders["parquet"] / name).read_text(encoding="utf-8")
    content = json.loads(text)
    entries = content["audiences"]["lists"] if name == "account.json" else content["segments"]
    assert {entry["segment"] for entry in entries} == {
        name for row in NAMES.values() for name in row.values()
    }


def test_the_model_comes_back_with_its_names(folders, result):
    model = rfmeans.SegmentModel.load(folders["parquet"] / "model.json")
    assert model == result.model


# The terminal


CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_the_terminal_shows_names_as_text(result, folders):
    said = io.StringIO()
    written = result.write(folders["csv"].parent / "again", rfmeans.output.audiences.AudienceSettings())
    print_told(result.sections(), written, Console(file=said, width=110, force_terminal=True))
    text = without_colours(said.getvalue())
    for row in NAMES.values():
        for name in row.values():
            assert name[:30] in text
    assert "[bold red]At risk[/]" in text
    assert CONTROL.findall(text) == []
    assert max(map(len, text.splitlines())) < 2_000  # a name of 10,000 characters does not bury the table


def test_the_terminal_shows_the_ids_that_inspecting_finds_as_text(source):
    done = RUNNER.invoke(app, ["inspect", str(source)])
    assert done.exit_code == 0, done.output
    assert CONTROL.findall(without_colours(done.output)) == []


def test_a_refused_file_is_named_as_text(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["rfmeans", "segment", str(tmp_path / "[red]\x1b[31mno\u202e.csv")])
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr().err
    assert "[red]" in said
    assert CONTROL.findall(without_colours(said)) == []


# What is drawn


def test_the_report_holds_names_as_text_only(result):
    page = result.report().html
    body = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    for row in NAMES.values():
        for name in row.values():
            assert html.escape(name[:30], quote=False).replace("'", "&#39;") in body.replace(
                "&#x27;", "&#39;"
            )
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_markdown_tables_keep_their_columns(result):
    markdown = pytest.importorskip("rfmeans.report.markdown", reason="no Markdown is written yet")
    from rfmeans.report.playbook import built_in

    text = markdown.to_markdown(result.summary, built_in())
    tables = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    assert len(tables) == 2
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1
    assert not re.search(r"(?<!\\)!\[x\]\(http", text)
    assert "<script>" not in text


def lexicon(best: str) -> dict:
    """Four names, the best customers' last."""
    names = {"high": {"recent": best, "lapsed": "b"}, "low": {"recent": "c", "lapsed": "d"}}
    return {"grid": [{**LEXICON["grid"][0], "names": names}]}


def test_no_separator_splits_a_name_in_the_profile(source, tmp_path):
    """A spreadsheet that takes semicolons for separators would run the second half."""
    with rfmeans.segment(source, n_init=1, lexicon=lexicon("VIP;=1+1")) as result:
        folder = result.save(tmp_path / "out", report=False)
    lines = (folder / "profile.csv").read_text(encoding="utf-8").splitlines()
    assert any(line.startswith('1,"VIP;=1+1",') for line in lines)
    assert next(iter(cells_of(folder / "profile.csv")))["segment"] == "VIP;=1+1"


def test_headlines_cut_off_overlong_names(source):
    with rfmeans.segment(source, n_init=1, lexicon=lexicon("x" * 10_000)) as result:
        assert "Most valuable: " + "x" * 100 in result.summary.headlines[0]
        assert len(result.summary.headlines[0]) < 300


def test_an_address_without_a_scheme_is_no_link_in_markdown():
    from rfmeans.report.markdown import plain

    assert plain("www.example.com WWW.example.com") == "www&#46;example.com WWW&#46;example.com"
