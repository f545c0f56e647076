"""What `movement` gives: words, numbers, the folder with its lists, and a table; and a real shop with known answers."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from decimal import Decimal

import duckdb
import ibis
import pandas as pd
import pytest
from rich.console import Console

import rfmeans
from helpers.moving_shop import AT_RISK, MOVED, NEW, SINCE, UNTIL, model, orders
from places import DATA
from rfmeans.cli.print_block import print_sections
from rfmeans.columns.content import LOOKED_AT
from rfmeans.errors import DataError, OutputError, SettingsError
from rfmeans.output.audiences import FORMATS, AudienceSettings
from rfmeans.over_time.movement import total
from rfmeans.saved import WantedTable
from rfmeans.synthetic import make_orders

ONLINE_RETAIL = DATA / "online_retail.parquet"


@pytest.fixture(scope="module")
def eight():
    with rfmeans.movement(model(), orders(), since=SINCE, until=UNTIL, currency_symbol="£") as moved:
        yield moved


def listed(folder, name):
    with (folder / "audiences" / name).open(encoding="utf-8", newline="") as file:
        return {row["customer_id"]: row for row in csv.DictReader(file)}


# Words and numbers


def test_the_lead_counts_who_stayed(eight):
    assert eight.to_markdown().startswith(
        "# Movement of customers: pandas table\n\n2024-04-01 to 2024-07-01.\n\n"
        "Of 5 customers with a segment as of 2024-04-01, 1 (20 %) are in the same one as of 2024-07-01, 4 are not; "
        "2 customers came new. All customers together brought £25 in between.\n"
    )


def test_headlines_are_the_largest_moves_between_segments(eight):
    assert eight.headlines == (
        "1 customer who was High-Value Loyal slipped and is At-Risk High-Value.",
        "1 customer who was New/Potential went quiet and is Low-Value/Churned; 1 went the other way.",
    )


def test_the_matrix_in_markdown(eight):
    lines = eight.to_markdown().splitlines()
    assert "| New/Potential | 0 | 0 | 0 | 1 | 0 | 0 | 1 |" in lines
    assert "| At-Risk High-Value | £0 | £0 | £0 | £0 | -£150 | £0 | -£150 |" in lines
    assert "| All | 1 | 1 | 3 | 1 | 1 | 1 | 8 |" in lines
    assert "| All | £40 | £0 | £135 | £0 | -£150 | £0 | £25 |" in lines


def test_json_adds_up_to_the_cent(eight):
    found = json.loads(json.dumps(eight.to_dict()))
    assert (found["since"], found["until"]) == ("2024-04-01", "2024-07-01")
    assert sum(Decimal(flow["money_between"]) for flow in found["flows"]) == 25
    assert (
        sum(row["customers"] for row in found["before"])
        == sum(row["customers"] for row in found["after"])
        == 8
    )
    assert {name: one["customers"] for name, one in found["lists"].items()} == {
        "slipped": 1,
        "recovered": 1,
        "new": 2,
        "lost": 2,
    }


def test_the_page_shows_the_same(eight):
    page = eight.report().html
    assert "<title>Movement of customers: pandas table</title>" in page
    assert 'href="#movement"' in page
    assert '<iframe title="Movement of customers" sandbox=' in eight.report()._repr_html_()
    assert "Of 5 customers with a segment as of 2024-04-01, 1 (20 %)" in page
    assert '<figure id="flows"' in page
    assert '<figure id="series"' not in page


def in_terminal(moved, width=80) -> str:
    """What a terminal of that width shows."""
    terminal = io.StringIO()
    print_sections(moved.sections(), Console(width=width, file=terminal))
    return terminal.getvalue()


def test_who_went_up_in_value_and_down_in_recency_is_told():
    """Customers 8 and 9, new and of low value, buy once more for much, and stay away."""
    more = [
        (one, f"X{one}", day, 40.0)
        for one in (3, 9)
        for day in ("2024-03-20", "2024-04-02", "2024-04-03", "2024-04-04")
    ]
    first = [(9, "N", "2024-03-12", 25.0)]
    frame = pd.DataFrame([*first, *more], columns=["customer_id", "order_id", "order_date", "amount"])
    given = pd.concat([orders(), frame.assign(order_date=pd.to_datetime(frame.order_date))])
    with rfmeans.movement(model(), given, since=SINCE, until=UNTIL) as moved:
        found = moved.to_dict()
        (flow,) = [one for one in moved.summary.movement.flows if one.across]
        assert (flow.before.name, flow.after.name, flow.customers, flow.list) == (NEW, AT_RISK, 2, "slipped")
        assert found["lists"]["slipped"]["across"] == 2
        said = "2 of them lapsed into a segment of higher value than before."
        assert all(
            said in text for text in (in_terminal(moved, 500), moved.to_markdown(), moved.report().html)
        )
        assert moved.headlines[0] == "2 customers who were New/Potential lapsed and are At-Risk High-Value."


def test_borderline_names_are_told_where_moves_are():
    near = replace(model(), centres=((-3.0, 2.0, 2.0), (0.1, 1.0, 1.0), *model().centres[2:]))
    with rfmeans.movement(near, orders(), since=SINCE, until=UNTIL) as moved:
        said = (
            "At-Risk High-Value is a borderline name: its centre lies 0.10 of a standard deviation from the border "
            "between lapsed and recent; beyond it the name would be High-Value Loyal. Moves over that border may be "
            "small changes."
        )
        assert all(
            said in text for text in (in_terminal(moved, 500), moved.to_markdown(), moved.report().html)
        )
        assert list(moved.to_dict()["borderline"]) == [AT_RISK]


@pytest.mark.slow
def test_a_model_that_fits_no_more_is_told():
    shop = make_orders(300, seed=2).drop(columns="kind")
    with rfmeans.segment(shop, n_init=3, hindsight=False) as result:
        fitted = result.model
    dear = shop.assign(unit_price=shop["unit_price"] * 4)
    with rfmeans.assign(fitted, dear) as at, rfmeans.movement(fitted, dear, since="2024-10-01") as moved:
        assert moved.summary.drift.indices == at.summary.drift.indices
        assert moved.caution == at.caution
        said = f"As of {moved.summary.movement.until}. {moved.caution}"
        assert said.startswith(
            "As of 2024-12-31. Warning: the model no longer fits: monetary is spread otherwise"
        )
        assert all(
            said in text for text in (in_terminal(moved, 500), moved.to_markdown(), moved.report().html)
        )
    with rfmeans.movement(fitted, shop, since="2024-10-01") as same:
        assert (same.caution, same.to_dict()["drift"]["largest"]["psi"]) == ("", 0.0)
        assert "fits" not in same.to_markdown()
    with rfmeans.movement(replace(fitted, reference=None), shop, since="2024-10-01") as unknown:
        assert (unknown.caution, unknown.to_dict()["drift"]) == ("", None)


@pytest.mark.parametrize("times", [1, 1_000, 1_000_000])
def test_no_number_is_broken_in_a_narrow_terminal(times):
    dear = orders().assign(amount=orders()["amount"] * times)
    with rfmeans.movement(model(), dear, since=SINCE, until=UNTIL, currency_symbol="£") as moved:
        lines = in_terminal(moved, 80).splitlines()
    sums = [line.split()[1:] for line in lines if line.startswith("All") and "£" in line]
    assert [row[-1] for row in sums] == ["£25"]
    assert len(sums[0]) == 7  # four segments, two reasons, all: none on a line of its own
    assert all(re.fullmatch(r"-?£[\d,]+", shown) for shown in sums[0])
    word = {
        1: "between, from",
        1_000: "between, in thousands, from",
        1_000_000: "between, in millions, from",
    }[times]
    assert any(line.startswith(f"Net money in {word}") for line in lines)


@pytest.mark.slow
def test_a_matrix_too_wide_for_a_terminal_gives_way_to_the_largest_moves():
    shop = make_orders(400, seed=3).drop(columns="kind")
    with (
        rfmeans.segment(shop, segments=12, n_init=2, hindsight=False) as result,
        rfmeans.movement(result.model, shop, since="2024-10-01") as moved,
    ):
        text = in_terminal(moved, 80)
        first = moved.summary.movement.moves[0]
    assert "Net money in between" not in text
    assert "The largest moves, 2024-10-01 to 2025-01-01; all of them are in report.html" in text
    assert [
        line
        for line in text.splitlines()
        if f" {first.customers} " in line and str(first.after.segment_id) in line
    ]


@pytest.mark.slow
def test_a_series_has_a_chart_of_its_own():
    with rfmeans.movement(model(), orders(), since="2024-03-01", every="month") as moved:
        page = moved.report().html
    assert '<figure id="series"' in page
    assert page.count("<caption>Customers of each segment</caption>") == 1


# The folder


def test_the_folder(eight, tmp_path):
    out = eight.save(tmp_path / "out")
    assert sorted(path.name for path in out.iterdir()) == [
        "audiences",
        "charts",
        "movement.json",
        "movement.parquet",
        "report.html",
    ]
    assert sorted(path.name for path in (out / "charts").iterdir()) == ["flows.png", "flows.svg"]
    assert "The largest move: 1 customer from" in (out / "charts" / "flows.svg").read_text(encoding="utf-8")
    assert pd.read_parquet(out / "movement.parquet").columns.to_list() == [*eight.customers.columns]
    account = json.loads((out / "movement.json").read_text(encoding="utf-8"))["account"]
    assert account["lines"]["set_aside"] == {"on or after the as-of date": {"rows": 1, "money": "99.0000"}}


def test_each_list_has_its_customers(eight, tmp_path):
    out = eight.save(tmp_path / "out", report=False)
    names = {
        "slipped": "1-slipped.csv",
        "recovered": "2-recovered.csv",
        "new": "3-new.csv",
        "lost": "4-lost.csv",
    }
    found = {name: set(listed(out, file)) for name, file in names.items()}
    assert found == {name: {str(one) for one, (*_, on) in MOVED.items() if on == name} for name in names}
    assert not (out / "report.html").exists()


def test_a_folder_of_its_own_is_replaced_and_another_is_not(eight, tmp_path):
    eight.save(tmp_path / "out", format="csv", report=False)
    with pytest.raises(OutputError, match="exists already"):
        eight.save(tmp_path / "out")
    eight.save(tmp_path / "out", force=True, report=False)
    assert not (tmp_path / "out" / "movement.csv").exists()
    with pytest.raises(SettingsError, match="format must be parquet or csv"):
        eight.save(tmp_path / "other", format="xml")


@pytest.mark.slow
def test_customers_keep_the_group_that_they_have_in_the_lists_of_segments(tmp_path):
    shop = make_orders(300, seed=2).drop(columns="kind")
    with rfmeans.segment(shop, n_init=3, seed=7, holdout=0.3) as result:
        segments = result.save(tmp_path / "segments", report=False)
        with rfmeans.movement(result.model, shop, since="2024-10-01") as moved:
            lists = moved.save(tmp_path / "moved", report=False)

    def groups(folder):
        files = (folder / "audiences").glob("*.csv")
        return {one: row["group"] for file in files for one, row in listed(folder, file.name).items()}

    before, after = groups(segments), groups(lists)
    assert set(after.values()) == {"holdout", "treatment"}
    assert {one: before[one] for one in after if one in before} == {
        one: group for one, group in after.items() if one in before
    }


def test_lists_for_a_tool_need_addresses(eight, tmp_path):
    with pytest.raises(DataError, match="The klaviyo lists are made of e-mail addresses"):
        eight.save(tmp_path / "out", audience_format="klaviyo")


@pytest.mark.parametrize("form", [name for name, each in FORMATS.items() if each.email])
def test_the_lists_are_written_for_every_tool(form, tmp_path):
    """Customers 2, 4, 5, 6 and 8 of the eight are on lists, each with an address; customer 3 has none."""
    named = orders().assign(
        customer_id=lambda frame: frame.customer_id.map(lambda one: "three" if one == 3 else f"c{one}@x.org")
    )
    wanted = FORMATS[form]
    with rfmeans.movement(model(), named, since=SINCE, until=UNTIL, holdout=0.0) as moved:
        out = moved.save(tmp_path / "out", report=False, audience_format=form)
    lists = json.loads((out / "movement.json").read_text(encoding="utf-8"))["audiences"]
    assert (lists["format"], lists["without_email"]) == (form, 1)
    assert [each["treatment"] for each in lists["lists"]] == [1, 1, 2, 1]
    head, *rows = (out / "audiences" / "3-new.csv").read_text(encoding="utf-8").splitlines()
    assert head.replace('"', "").split(",") == [wanted.email, *wanted.columns]
    assert len(rows) == 2


@pytest.mark.slow
def test_no_customer_passes_through_python(monkeypatch):
    con, rows = ibis.duckdb.connect(), []
    fetch = type(con).to_pyarrow

    def counting(self, *given, **options):
        found = fetch(self, *given, **options)
        rows.append(getattr(found, "num_rows", 1))
        return found

    shop = make_orders(2000, seed=2).drop(columns="kind")
    with rfmeans.segment(shop, n_init=2) as result:
        fitted = result.model
    monkeypatch.setattr(type(con), "to_pyarrow", counting)
    table = con.create_table("shop", shop)
    with rfmeans.movement(fitted, table, since="2024-10-01") as moved, rfmeans.assign(fitted, table) as at:
        assert sum(flow.customers for flow in moved.summary.movement.flows) > 1900
        assert at.summary.hindsight.outcomes
        assert at.summary.drift.indices["recency"] == 0.0
    con.disconnect()
    # The lines of the first days, which tell what the columns mean; of 2,000 customers nobody.
    assert {count for count in rows if count > 1000} == {LOOKED_AT}


@pytest.mark.slow
def test_ids_that_a_spreadsheet_would_run_are_made_harmless(tmp_path):
    hostile = {2: "=1+1", 3: '@x";\n', 4: "+a,b", 5: "a@example.com", 6: "-6", 8: "\t=8"}
    named = orders().assign(
        customer_id=lambda frame: frame["customer_id"].map(lambda one: hostile.get(one, f"c{one}"))
    )
    with rfmeans.movement(model(), named, since=SINCE, until=UNTIL) as moved:
        out = moved.save(tmp_path / "out", report=False, format="csv")
    assert set(listed(out, "1-slipped.csv")) == {"'=1+1"}
    assert set(listed(out, "2-recovered.csv")) == {"'+a,b"}
    assert set(listed(out, "3-new.csv")) == {"a@example.com", "'-6"}


# A table


def test_the_table_is_written_where_the_orders_lie(tmp_path):
    path = tmp_path / "shop.duckdb"
    frame = orders()
    with duckdb.connect(str(path)) as con:
        con.register("frame", frame)
        con.execute("CREATE TABLE orders AS FROM frame")
    with rfmeans.movement(model(), path, table="orders", since=SINCE, until=UNTIL) as moved:
        moved.write(tmp_path / "out", AudienceSettings("none"), table=WantedTable("moved"))
    with duckdb.connect(str(path), read_only=True) as con:
        found = con.execute("SELECT list, count(*) FROM moved GROUP BY 1 ORDER BY 1 NULLS LAST").fetchall()
    assert found == [("lost", 2), ("new", 2), ("recovered", 1), ("slipped", 1), (None, 2)]


# A real shop


@pytest.fixture(scope="module")
def retail():
    if not ONLINE_RETAIL.exists():
        pytest.skip(f"the real data are not here: no file {ONLINE_RETAIL}")
    with (
        rfmeans.segment(ONLINE_RETAIL) as result,
        rfmeans.movement(result.model, ONLINE_RETAIL, since="2011-09-10", until="2011-12-10") as moved,
    ):
        yield moved.summary


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("High-Value Loyal", [344, 60, 0, 0]),
        ("At-Risk High-Value", [260, 564, 4, 66]),
        ("New/Potential", [45, 212, 88, 217]),
        ("Low-Value/Churned", [33, 252, 238, 974]),
        ("not yet a customer", [33, 89, 547, 279, 3, 9]),
    ],
)
def test_who_moved_in_online_retail(retail, before, after):
    found = retail.movement
    state = next(state for state in found.befores if state.name == before)
    row = [found.flow(state, other).customers for other in found.afters]
    assert (row, sum(row)) == (after + [0] * (6 - len(after)), total(found.of(before=state))[0])


def test_money_of_online_retail_in_between(retail):
    assert total(retail.movement.flows)[2] == Decimal("3167572.372")


def test_headlines_of_online_retail(retail):
    assert retail.headlines[1] == (
        "252 customers who were Low-Value/Churned came back and are At-Risk High-Value; 66 went the other way."
    )
