"""The charts, read back: values, colours, axes and names, from their specifications and from the drawn files."""

import json
import re
import struct
from dataclasses import replace
from xml.etree import ElementTree

import altair
import numpy as np
import pandas as pd
import pytest

import rfmeans
from rfmeans.errors import SettingsError
from rfmeans.report.charts.colours import EVERYONE, colour
from rfmeans.report.charts.frame import NARROW, WIDE, _log_ticks, segment_labels
from rfmeans.report.charts.images import CONFIG, to_svg
from rfmeans.report.charts.registry import Charts
from rfmeans.segments.spread import MAP_COLUMNS, MAP_ROWS
from rfmeans.settings import CustomerColumns
from rfmeans.synthetic import make_customers, make_orders
from rfmeans.wording import counted, money, number, percent

FEATURES = ("recency", "frequency", "monetary")
ALWAYS = ("averages", "shares", "customer_map", "distributions", "concentration")
CONTENT = "{http://www.w3.org/2000/svg}text"


@pytest.fixture(scope="module")
def result():
    orders = make_orders(500, seed=3).drop(columns="kind")
    with rfmeans.segment(orders, n_init=3, currency_symbol="£") as result:
        yield result


@pytest.fixture(scope="module")
def chosen():
    with rfmeans.segment(
        make_customers(250, seed=7), columns=CustomerColumns(), segments="auto", n_init=2
    ) as result:
        yield result


def parts(found) -> list[dict]:
    """A specification and everything in it that is an object."""
    if isinstance(found, list):
        return [part for item in found for part in parts(item)]
    if not isinstance(found, dict):
        return []
    return [found, *(part for item in found.values() for part in parts(item))]


def rows_of(chart, *fields: str) -> list[dict]:
    """The data rows of a chart that have all of these fields."""
    found = chart
    tables = [*found["datasets"].values(), *(part["values"] for part in parts(found) if "values" in part)]
    return [row for table in tables for row in table if isinstance(row, dict) and row.keys() >= set(fields)]


def texts_of(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(CONTENT)]


# Which ones there are


def test_the_charts_of_a_number_that_was_given(result):
    assert result.charts.names == ALWAYS


def test_a_chart_of_the_choice_where_there_was_one(chosen):
    assert chosen.charts.names == (*ALWAYS, "choice")


def test_no_chart_of_a_choice_that_was_not_made(result):
    with pytest.raises(SettingsError) as raised:
        result.charts.choice()
    assert str(raised.value) == (
        'There is no chart of the choice: the number of segments was given. Ask for segments="auto".'
    )


@pytest.mark.parametrize("name", [*ALWAYS, "choice"])
def test_each_is_a_method_that_gives_an_altair_chart_of_the_same(chosen, name):
    chart, drawn = getattr(chosen.charts, name)(), chosen.charts.draw(name)
    assert isinstance(chart, altair.TopLevelMixin)
    assert drawn["title"]
    found = chart.to_dict()
    assert found.pop("config").items() >= {key: CONFIG[key] for key in CONFIG if key != "view"}.items()
    assert found == {key: part for key, part in drawn.items() if key != "config"}


def test_the_methods_are_listed_and_no_other_name_is_one(result):
    assert {*ALWAYS, "choice", "save", "names"} <= set(dir(result.charts))
    with pytest.raises(AttributeError, match=r"There is no chart 'avarages'\. There are: averages, shares, "):
        result.charts.avarages()


def test_each_is_written_as_picture_and_drawing(chosen, tmp_path):
    chosen.charts.save(tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(f"{name}.{kind}" for name in chosen.charts.names for kind in ("png", "svg"))
    for path in tmp_path.glob("*.png"):
        width, height = struct.unpack(">II", path.read_bytes()[16:24])
        assert width > 1_000
        assert height > 250
    for path in tmp_path.glob("*.svg"):
        assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", path.read_text(encoding="utf-8"))


# What they show


@pytest.mark.parametrize("feature", FEATURES)
def test_the_bars_of_the_averages_are_the_profile(result, feature):
    found = result.charts.draw("averages")
    panel = found["hconcat"][FEATURES.index(feature)]
    (name,) = {part["data"]["name"] for part in parts(panel) if "data" in part}
    wanted = dict(zip(result.profile["segment"], result.profile[f"mean_{feature}"], strict=True))
    wanted["All customers"] = getattr(result.summary.everyone, f"mean_{feature}")
    assert {row["segment"]: row["value"] for row in found["datasets"][name]} == wanted


def test_the_averages_are_drawn_with_their_numbers(result):
    texts = texts_of(to_svg(result.charts.draw("averages")))
    for row in result.profile.to_dict("records"):
        assert row["segment"] in texts
        assert counted(row["mean_recency"], "day") in texts
        assert number(row["mean_frequency"]) in texts
        assert money(row["mean_monetary"], "£") in texts


def test_the_longest_bar_is_the_largest_mean(result):
    """What is drawn, not what is asked for: the ends of the three panels' bars."""
    svg = to_svg(result.charts.draw("averages"))
    drawn = re.findall(
        r'aria-label="value: ([\d.]+);[^"]*" [^>]*aria-roledescription="bar" d="M0,[\d.]+L([\d.]+)', svg
    )
    per_panel = len(result.summary.segments) + 1
    assert len(drawn) == 3 * per_panel
    for panel in range(3):
        bars = [(float(value), float(end)) for value, end in drawn[panel * per_panel :][:per_panel]]
        assert [end for _, end in sorted(bars)] == sorted(end for _, end in bars)
        assert max(bars)[1] > min(bars)[1]


def test_shares_are_the_profiles(result):
    rows = rows_of(result.charts.draw("shares"), "of", "share")
    found = {(row["segment"], row["of"]): (row["share"], row["shown"]) for row in rows}
    for row in result.profile.to_dict("records"):
        name, share, revenue = row["segment"], row["share"], row["revenue_share"]
        assert found[name, "customers"] == (share, f"{percent(share)} of customers")
        assert found[name, "revenue"] == (revenue, f"{percent(revenue)} of revenue")


def test_the_map_holds_every_customer_once(result):
    cells = rows_of(result.charts.draw("customer_map"), "column", "row", "n")
    customers = result.customers.to_pandas().dropna(subset="segment_id")
    assert sum(cell["n"] for cell in cells) == len(customers)
    columns = {row["column"]: row for row in rows_of(result.charts.draw("customer_map"), "column", "x")}
    rows = {row["row"]: row for row in rows_of(result.charts.draw("customer_map"), "row", "y")}
    top = max(row["row"] for row in rows.values())
    for cell in cells:
        across, up = columns[cell["column"]], rows[cell["row"]]
        spent = customers["monetary"].astype(float)
        inside = customers["recency"].between(across["x"], across["x2"], inclusive="left")
        inside &= spent.between(up["y"], up["y2"], inclusive="both" if cell["row"] == top else "left")
        assert cell["n"] == inside.sum()
        assert cell["id"] in customers.loc[inside, "segment_id"].mode().tolist()


def test_the_centres_are_where_the_model_has_them(result):
    rows = rows_of(result.charts.draw("customer_map"), "id", "x", "spent", "days")
    centres = {row["id"]: (row["x"], row["y"]) for row in rows}
    for segment in result.summary.segments:
        assert centres[str(segment.segment_id)] == (segment.centre[0], segment.centre[2])


def test_the_distributions_are_quantiles_of_the_customers(result):
    customers = result.customers.to_pandas().dropna(subset="segment_id")
    rows = rows_of(result.charts.draw("distributions"), "q5", "q50", "q95")
    for segment_id, label in enumerate(segment_labels(result.summary), start=1):
        mine = customers[customers["segment_id"] == segment_id]
        for feature, row in zip(FEATURES, [row for row in rows if row["segment"] == label], strict=True):
            wanted = np.quantile(mine[feature].astype(float), [0.05, 0.25, 0.5, 0.75, 0.95])
            assert [row[key] for key in ("q5", "q25", "q50", "q75", "q95")] == pytest.approx(wanted)


def test_the_concentration_is_what_the_biggest_spenders_hold(result):
    spent = result.customers.to_pandas().dropna(subset="segment_id")["monetary"].astype(float)
    held = np.concatenate([[0], spent.sort_values(ascending=False).cumsum() / spent.sum()])
    rows = rows_of(result.charts.draw("concentration"), "top", "held", "said")
    for row in rows:
        exact = np.interp(row["top"], np.linspace(0, 1, len(held)), held)
        assert row["held"] == pytest.approx(exact, abs=0.005)
    assert (rows[0]["held"], rows[-1]["held"]) == (0, 1)


def test_the_choice_shows_each_vote(chosen):
    rows = rows_of(chosen.charts.draw("choice"), "k", "value", "passes")
    for vote in chosen.summary.choice.votes:
        shown = [row["value"] for row in rows if row["k"] == vote.segments]
        assert {vote.stability, vote.weakest, vote.smallest_share, vote.border} <= set(shown)


# Colours, axes, room


@pytest.mark.parametrize("frame", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_segment_has_one_colour_in_every_chart(result, frame):
    labels = segment_labels(result.summary)
    wanted = {label: colour(place) for place, label in enumerate(labels, start=1)}
    wanted |= {f"{place} {label}": colour(place) for place, label in enumerate(labels, start=1)}
    wanted["All customers"] = EVERYONE
    for name in ("averages", "shares", "customer_map", "distributions"):
        found = parts(result.charts.draw(name, frame))
        channels = [part["color"] for part in found if isinstance(part.get("color"), dict)]
        scales = [channel["scale"] for channel in channels if "scale" in channel]
        assert scales
        for scale in scales:
            assert {label: wanted[label] for label in scale["domain"]} == dict(
                zip(scale["domain"], scale["range"], strict=True)
            )


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


def test_a_chart_needs_nothing_but_the_summary(result):
    again = Charts(replace(result.summary, currency_symbol="EUR"))
    assert any("EUR" in text for text in texts_of(to_svg(again.draw("averages"))))
    assert json.dumps(again.draw("averages"))
