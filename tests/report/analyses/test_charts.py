"""The figures behind the charts: the same wherever they are drawn."""

import json
import re

import pytest

from helpers.pages import tables_of
from rfmeans.wording import money, percent

CHARTS = ["averages", "shares", "customer_map", "distributions", "concentration"]


def test_quantiles_and_concentration_are_the_same_on_the_page_and_as_json(result, page):
    found, tables = result.summary.to_dict(), tables_of(page)
    rows = tables["Monetary, money spent"][1:]
    for row, quantiles in zip(rows, found["quantiles"]["segments"], strict=True):
        assert [cell[0] for cell in row[1:]] == [money(value, "£") for value in quantiles["monetary"]]
    held = {f"top {row[0][0].removeprefix('top ').replace(' %', '%')}": row[1][0]
            for row in tables["Concentration of revenue"][1:]}  # fmt: skip
    assert held == {top: percent(share) for top, share in found["concentration"].items()}


@pytest.mark.slow
def test_every_chart_is_on_the_page_twice_and_alive(result, page, chosen):
    shown = [*CHARTS, "bought_again", "score_grid"], [*CHARTS, "choice", "score_grid"]
    for of, names in zip((page, chosen.report().html), shown, strict=True):
        assert re.findall(r'<figure id="(\w+)"', of) == names
        stills = re.findall(r'data-chart="(\w+)" data-size="(\w+)"><svg', of)
        assert stills == [(name, size) for name in names for size in ("wide", "narrow")]
        data = json.loads(re.search(r'id="specifications">(.*?)</script>', of)[1])
        assert {name: list(sizes) for name, sizes in data["charts"].items()} == {
            name: ["wide", "narrow"] for name in names
        }
