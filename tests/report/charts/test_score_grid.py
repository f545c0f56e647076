"""The grid of R and F: its cells are the customers and the money of the scores, its names fit or are left out."""

from collections import Counter
from dataclasses import replace

import pytest

import rfmeans
from helpers.drawings import rows_of, texts_of
from helpers.pages import tables_of
from rfmeans.report.charts.frame import NARROW
from rfmeans.report.charts.images import to_svg
from rfmeans.report.charts.registry import Charts
from rfmeans.synthetic import make_orders


@pytest.fixture(scope="module")
def scored(result):
    customers = result.customers.to_pandas().dropna(subset="segment_id").astype({"monetary": float})
    return customers.groupby(["r_score", "f_score"])


def test_each_cell_holds_its_customers_their_money_and_the_name_that_most_have(result, scored):
    rows = {(row["r"], row["f"]): row for row in rows_of(result.charts.draw("score_grid"), "r", "f")}
    assert rows.keys() == set(scored.groups)
    for place, mine in scored:
        row = rows[place]
        assert (row["n"], row["line0"]) == (len(mine), f"{len(mine):,}")
        assert row["money"] == row["line1"]
        assert row["money"].startswith("£")
        most = Counter(mine["score_segment"]).most_common(1)[0][1]
        assert row["name"] in {name for name, n in Counter(mine["score_segment"]).items() if n == most}
    money = sum(float(cell.money) for cell in result.summary.score_cells)
    assert money == pytest.approx(float(result.summary.everyone.revenue))
    assert sum(cell.customers for cell in result.summary.score_cells) == result.summary.everyone.customers


def test_its_title_says_who_is_best_in_both(result, scored):
    best = scored.get_group((5, 5))
    money = result.customers.to_pandas().dropna(subset="segment_id")["monetary"].astype(float).sum()
    share, revenue = len(best) / result.summary.everyone.customers, best["monetary"].sum() / money
    title = " ".join(result.charts.draw("score_grid")["title"])
    assert title == (
        f"{share:.0%} of customers are best in recency and in frequency (R 5, F 5), and bring {revenue:.0%} of revenue"
    ).replace("%", " %")


def test_its_numbers_are_in_tables_of_the_page(result, page):
    tables = tables_of(page)
    shown = [cell[0] for row in tables["Customers by R and F score"][1:] for cell in row[1:]]
    assert sum(int(text.replace(",", "")) for text in shown) == result.summary.everyone.customers
    assert [row[0][0] for row in tables["Money by R and F score"][1:]] == ["R 5", "R 4", "R 3", "R 2", "R 1"]


def test_where_there_is_little_room_money_is_short_and_all_names_are_there_or_none(result):
    large = replace(
        result.summary,
        score_cells=tuple(replace(cell, money=cell.money * 10**6) for cell in result.summary.score_cells),
    )
    narrow = texts_of(to_svg(Charts(large).draw("score_grid", NARROW)))
    money = [text for text in narrow if text.startswith("£")]
    assert len(money) == len(large.score_cells)
    assert {text[-1] for text in money} <= {"M", "G"}
    names = {cell.name for cell in result.summary.score_cells}
    assert all(any(text.startswith(name.split()[0]) for text in narrow) for name in names)
    cells = tuple(replace(cell, name="Unpronounceable") for cell in result.summary.score_cells)
    long = texts_of(to_svg(Charts(replace(result.summary, score_cells=cells)).draw("score_grid", NARROW)))
    assert "Unpronounceable" not in long
    assert {f"{cell.customers:,}" for cell in cells} <= set(long)


@pytest.mark.slow
def test_ten_scores_have_ten_rows_and_who_has_none_has_no_such_chart(result):
    orders = make_orders(300, seed=3).drop(columns="kind")
    with rfmeans.segment(orders, n_init=2, score_bins=10, hindsight=False) as ten:
        drawn = ten.charts.draw("score_grid")
        assert drawn["layer"][0]["encoding"]["y"]["scale"]["domain"] == list(range(10, 0, -1))
    without = Charts(replace(result.summary, score_cells=()))
    assert "score_grid" not in without.names
