"""The account in the report: the same wherever it is drawn."""

import pytest

import rfmeans
from helpers.pages import tables_of
from rfmeans.report.analyses.account import read_line
from rfmeans.synthetic import make_orders


def test_the_account_is_the_same_on_the_page_and_as_json(result, page):
    lines, customers = tables_of(page)["Order lines"], tables_of(page)["Customers"]
    account = result.summary.to_dict()["account"]
    said = {row[0][0]: row[1][0] for row in [*lines[1:], *customers[1:]]}
    assert said["Read"] == f"{account['lines']['read']['rows']:,}"
    assert said["Used"] == f"{account['lines']['used']['rows']:,}"
    assert said["Segmented"] == f"{account['customers']['segmented']['rows']:,}"


@pytest.fixture(scope="module")
def windowed():
    with rfmeans.segment(make_orders(300, seed=3).drop(columns="kind"), n_init=2, window="90d") as result:
        yield result


@pytest.mark.slow
def test_what_lies_in_the_window_and_what_is_older_adds_up_where_it_is_told(windowed):
    account = windowed.summary.account
    lines = tables_of(windowed.report().html)["Order lines"]
    said = {row[0][0]: row[1][0] for row in lines[1:]}
    assert said["Used: in the window"] == f"{account.lines.in_window.rows:,}"
    older = f"{account.lines.older.rows:,} older than the window, which count for recency alone, worth "
    assert (
        said["Used: older than the window, which count for recency alone"] == f"{account.lines.older.rows:,}"
    )
    assert f"(of them {older}" in read_line(windowed.summary)
    assert f"(of them {older}" in windowed.to_markdown()
    assert float(account.lines.in_window.money) == pytest.approx(windowed.profile["revenue"].sum())


def test_figures_of_a_window_say_so(windowed):
    page = windowed.report().html
    assert "Purchases and money are those in the last 90 days." in page
    assert "Who bought before that alone has 0 purchases and 0 money." in page
    assert all("in the last 90 days" in line for line in windowed.summary.headlines[:1])
    idle = windowed.summary.account.noticed.idle
    assert (
        idle.customers == (windowed.customers.to_pandas().query("reason != reason")["frequency"] == 0).sum()
    )
    assert idle.sentence in windowed.summary.account.noticed.sentences()
