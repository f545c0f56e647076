"""How it was made: enough to reproduce it."""

import html
import re

import pytest

import rfmeans
from helpers.pages import body_of, tables_of


def test_enough_to_reproduce_it(result, page):
    text = html.unescape(re.sub(r"<[^>]+>", " ", body_of(page)))
    tables = tables_of(page)
    made = {row[0][0]: row[1][0] for name in ("K-Means (scikit-learn)", "How the source was read", "Versions")
            for row in tables[name][1:]}  # fmt: skip
    assert (made["Segments"], made["Seed"], made["Starts (k-means++)"]) == ("4", "0", "3")
    assert float(made["Inertia"]) == pytest.approx(result.summary.inertia, rel=1e-7)
    assert made["As-of date"] == str(result.summary.as_of)
    assert made["rfmeans"] == rfmeans.__version__
    for feature in result.summary.scaling.features:
        assert f"mean {feature.mean:.6g} and standard deviation {feature.sd:.6g}" in text
    assert "A purchase is an order whose total is above zero" in text


@pytest.mark.slow
def test_what_was_understood_of_a_file_is_said_in_full(tmp_path):
    path = tmp_path / "export.csv"
    lines = [f"{i % 9},o{i},2024-01-{1 + i % 28:02d},GBP,{i % 7 + 1},{i % 5 + 2.5}" for i in range(90)]
    heads = "the number of the customer,the number of the order,the day of the order,the currency,quantity,unit price"
    path.write_text("\n".join([heads, *lines]))
    roles = {"customer": "the number of the customer", "order": "the number of the order"}
    with rfmeans.segment(path, **roles, date="the day of the order", currency_column="the currency") as found:
        said = found.summary.account.noticed.understood
        assert len(said) > 120
        assert said in html.unescape(found.report().html)
