"""Axes, labels and room."""

import numpy as np
import pandas as pd
import pytest

import rfmeans
from helpers.drawings import FEATURES, parts, rows_of, texts_of
from rfmeans.report.charts.frame import NARROW, _log_ticks, segment_labels
from rfmeans.report.charts.images import to_svg
from rfmeans.segments.spread import MAP_COLUMNS, MAP_ROWS
from rfmeans.settings import CustomerColumns
from rfmeans.synthetic import make_customers, make_orders


@pytest.mark.slow
@pytest.mark.parametrize("name", ["averages", "shares", "distributions"])
def test_tiers_of_one_name_are_told_apart_on_a_phone(name):
    with rfmeans.segment(
        make_customers(250, seed=7), columns=CustomerColumns(), segments=9, n_init=2
    ) as result:
        long = [label for label in segment_labels(result.summary) if label.startswith("Low-Value/Churned ·")]
        shown = texts_of(to_svg(result.charts.draw(name, NARROW)))
    assert len(long) > 1
    for label in long:
        assert label.replace(" · ", "") in shown


def axes(chart) -> dict[str, str]:
    """Titles of the axes of features with the type of their scale."""
    found = {}
    for part in parts(chart):
        title = (part.get("axis") or {}).get("title") if isinstance(part.get("axis"), dict) else None
        if isinstance(title, str) and title.split(":")[0].lower() in FEATURES and "mean" not in title:
            found[title.split(":")[0].lower()] = (part["scale"].get("type"), title.endswith(", log"))
    return found


def shop_of_uneven_spenders() -> pd.DataFrame:
    """Customers whose money alone is skewed."""
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "customer_id": range(300),
            "recency": rng.integers(1, 300, 300),
            "frequency": rng.integers(1, 20, 300),
            "monetary": rng.lognormal(5, 1.5, 300).round(2),
        }
    )


@pytest.mark.parametrize(
    ("transform", "logged"), [("auto", {"monetary"}), ("log", set(FEATURES)), ("none", set())]
)
def test_axes_are_logarithmic_exactly_where_the_transform_is(transform, logged):
    columns = CustomerColumns()
    with rfmeans.segment(shop_of_uneven_spenders(), columns=columns, transform=transform, n_init=2) as result:
        transforms = {feature.name: feature.transform for feature in result.summary.scaling.features}
        spreads, mapped = axes(result.charts.draw("distributions")), axes(result.charts.draw("customer_map"))
    assert {name for name, kind in transforms.items() if kind == "log1p"} == logged
    assert spreads == {name: ("symlog", True) if name in logged else (None, False) for name in FEATURES}
    assert mapped == {name: spreads[name] for name in ("recency", "monetary")}


@pytest.mark.parametrize(
    ("low", "high"),
    [(31, 95), (4, 9), (1, 2), (350, 900), (0.002, 0.009), (5, 5.4), (1e9, 1.2e9), (0, 1), (1, 1e12)],
)
def test_a_logarithmic_axis_has_numbers_however_short_it_is(low, high):
    ticks = _log_ticks(low, high)
    assert 2 <= len(ticks) <= 30
    assert ticks == sorted(set(ticks))
    assert low <= ticks[0] < ticks[-1] <= high


def test_axes_say_their_units(result):
    titles = texts_of(to_svg(result.charts.draw("averages")))
    for title in ("days since the last purchase", "purchases", "money spent (£)"):
        assert any(title in text for text in titles)


@pytest.mark.slow
def test_charts_do_not_grow_with_customers(result):
    with rfmeans.segment(
        make_orders(5_000, seed=3).drop(columns="kind"), n_init=2, currency_symbol="£"
    ) as large:
        for name in ("averages", "shares", "distributions", "concentration"):
            small_rows, large_rows = (
                sum(map(len, of.charts.draw(name)["datasets"].values())) for of in (result, large)
            )
            assert large_rows == small_rows
        assert len(rows_of(large.charts.draw("customer_map"), "column", "row", "n")) <= MAP_COLUMNS * MAP_ROWS
