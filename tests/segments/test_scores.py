"""R, F and M scores: cuts by hand, ties, directions, the grid over all codes, and the same on another engine."""

from __future__ import annotations

import html
import itertools
import re
from collections import Counter
from fractions import Fraction

import ibis
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rfmeans
from drawn import examples
from helpers import scored as made
from helpers.scored import GRID, codes, customers, cut_points, scored
from places import DATA
from rfmeans.report.analyses import scores as telling
from rfmeans.segments.score_cuts import FEATURES
from rfmeans.segments.scores import HOW_TO_READ, SCORE_COLUMNS, add_scores
from rfmeans.synthetic import make_orders
from rfmeans.wording import percent

CODES = list(itertools.product(range(1, 6), repeat=3))


def score_name(code, bins: int, grid) -> str:
    """The name of a code, by the grid's definition: its mean scores on the scale of 1 to 5, against the cuts."""

    def band(axis, *scores: int) -> str:
        on_scale = 1 + (Fraction(sum(scores), len(scores)) - 1) * Fraction(4, bins - 1)
        return axis.bands[sum(on_scale >= Fraction(repr(cut)) for cut in axis.cuts)]

    recency, frequency, monetary = code
    return grid.names[band(grid.value, frequency, monetary)][band(grid.recency, recency)]


def test_a_code_of_ten_scores_separates_them():
    table = customers(range(1, 11), range(1, 11), range(1, 11))
    assert codes(table, bins=10)[0] == "10-1-1"
    assert codes(table, bins=9)[0] == "911"


def test_customers_set_aside_have_no_scores():
    table = customers([1, 2, 3], [1, 2, 3], [1.0, 2.0, 3.0])
    aside = table.mutate(reason=ibis.ifelse(table.customer_id == 2, "no purchase", ibis.null("string")))
    rows = add_scores(aside, cut_points(table, 3, 5), GRID).order_by("customer_id").to_pyarrow().to_pylist()
    assert [[row[column] is None for column in SCORE_COLUMNS] for row in rows] == [
        [False] * 5,
        [True] * 5,
        [False] * 5,
    ]


# Against the definition, counted one by one


values = st.one_of(st.integers(1, 6), st.floats(0.01, 1e6), st.sampled_from([1.5, 2e9]))


@examples(20)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(1, 9)), min_size=2, max_size=30))
def test_a_better_customer_never_has_a_worse_score_or_name(found):
    rows = scored(customers(*map(list, zip(*found, strict=True))))
    for one, other in itertools.permutations(rows, 2):
        assert one["recency"] > other["recency"] or one["r_score"] >= other["r_score"]
        assert one["frequency"] < other["frequency"] or one["f_score"] >= other["f_score"]
        assert one["monetary"] < other["monetary"] or one["m_score"] >= other["m_score"]
        if all(one[name] >= other[name] for name in SCORE_COLUMNS[:3]):
            assert GRID.order.index(one["score_segment"]) <= GRID.order.index(other["score_segment"])


# The grid


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("555", "Champions"),
        ("544", "Champions"),
        ("455", "Loyal Customers"),
        ("344", "Loyal Customers"),
        ("533", "Potential Loyalists"),
        ("422", "Potential Loyalists"),
        ("511", "New Customers"),
        ("521", "New Customers"),
        ("411", "Promising"),
        ("333", "Need Attention"),
        ("322", "About to Sleep"),
        ("311", "About to Sleep"),
        ("233", "At Risk"),
        ("144", "At Risk"),
        ("155", "Can't Lose Them"),
        ("254", "Can't Lose Them"),
        ("222", "Hibernating"),
        ("211", "Hibernating"),
        ("122", "Lost"),
        ("111", "Lost"),
    ],
)
def test_names_of_some_codes(code, name):
    assert score_name([int(score) for score in code], 5, GRID) == name


def test_all_125_codes_have_one_of_the_eleven_names():
    names = Counter(score_name(code, 5, GRID) for code in CODES)
    assert set(names) == set(GRID.order)
    assert (len(GRID.order), names.total()) == (11, 125)


@pytest.mark.parametrize("bins", range(2, 11))
def test_the_expression_gives_the_name_of_every_code(bins):
    """Codes as customers: cuts between whole numbers, so that a value is its own score (recency the reverse)."""
    every = list(itertools.product(range(1, bins + 1), repeat=3))
    r, f, m = (list(column) for column in zip(*every, strict=True))
    edges = tuple(range(2, bins + 1))
    rows = scored(customers([bins + 1 - score for score in r], f, m), bins, dict.fromkeys(FEATURES, edges))
    assert [(row["r_score"], row["f_score"], row["m_score"]) for row in rows] == every
    assert [row["score_segment"] for row in rows] == [score_name(code, bins, GRID) for code in every]


@pytest.mark.parametrize("bins", range(2, 11))
def test_a_code_better_in_all_three_never_has_a_name_further_down(bins):
    ranks = {
        code: GRID.order.index(score_name(code, bins, GRID))
        for code in itertools.product(range(1, bins + 1), repeat=3)
    }
    for (r, f, m), rank in ranks.items():
        for better in ((r + 1, f, m), (r, f + 1, m), (r, f, m + 1)):
            assert ranks.get(better, 0) <= rank


def test_the_lapsed_names():
    assert [name for name in GRID.order if GRID.lapsed(name)] == [
        "Can't Lose Them",
        "At Risk",
        "Hibernating",
        "Lost",
    ]


def test_scores_of_three_bins_are_the_first_the_middle_and_the_last_of_five():
    names = {code: score_name(code, 3, GRID) for code in itertools.product((1, 2, 3), repeat=3)}
    assert names == {code: score_name([2 * score - 1 for score in code], 5, GRID) for code in names}


# Scores as the segmentation


shop, by_scores = made.shop, made.by_scores


def test_segments_are_the_score_segments_by_mean_monetary(by_scores):
    rows = by_scores.customers.to_pyarrow().to_pylist()
    assert all(row["segment"] == row["score_segment"] for row in rows)
    profile = by_scores.profile
    assert profile["segment_id"].tolist() == list(range(1, len(profile) + 1))
    assert profile["mean_monetary"].is_monotonic_decreasing
    sizes = Counter(row["segment_id"] for row in rows)
    assert profile["customers"].tolist() == [sizes[number] for number in profile["segment_id"]]
    assert {*profile["segment"], *by_scores.summary.empty_regions} == set(GRID.order)
    assert not set(profile["segment"]) & set(by_scores.summary.empty_regions)


def test_the_headline_of_risk_is_among_the_lapsed_names(by_scores):
    lapsed = [segment for segment in by_scores.summary.segments if GRID.lapsed(segment.segment)]
    worst = max(lapsed, key=lambda segment: segment.figures.revenue)
    assert by_scores.headlines[1].startswith(f"Most at risk: {worst.segment} as well")
    assert worst == by_scores.summary.most_valuable


def test_assigning_keeps_the_cuts_of_the_fit(by_scores, shop):
    """Half of the orders would have other cuts."""
    cuts = by_scores.summary.scoring
    half = shop[shop["customer_id"] % 2 == 0]
    with rfmeans.assign(by_scores.model, half, as_of=by_scores.summary.as_of) as assigned:
        assert assigned.summary.scoring == cuts
        found = {row["customer_id"]: row for row in assigned.customers.to_pyarrow().to_pylist()}
    fitted = {row["customer_id"]: row for row in by_scores.customers.to_pyarrow().to_pylist()}
    assert sorted(found) == [one for one in sorted(fitted) if one % 2 == 0]
    assert found == {one: fitted[one] for one in found}


def test_three_customers_are_enough():
    orders = pl.DataFrame(
        {
            "customer_id": ["a", "b", "b", "c"],
            "date": ["2026-01-01", "2026-01-02", "2026-01-05", "2026-01-09"],
            "amount": [10.0, 20.0, 5.0, 7.0],
        }
    )
    with rfmeans.segment(orders, method="scores") as result:
        rows = {row["customer_id"]: row for row in result.customers.to_pyarrow().to_pylist()}
    # Recency 9, 5, 1 days; purchases 1, 2, 1; money 10, 25, 7.
    assert {name: row["rfm_score"] for name, row in rows.items()} == {"a": "113", "b": "355", "c": "511"}
    assert {name: row["segment"] for name, row in rows.items()} == {
        "a": "Lost",
        "b": "Loyal Customers",
        "c": "New Customers",
    }


# Beside K-Means


def test_the_crosstab_counts_every_customer_once(shop):
    with rfmeans.segment(shop, n_init=3) as result:
        crosstab = result.summary.crosstab
        rows = result.customers.to_pyarrow().to_pylist()
        assert crosstab.segments == tuple(result.profile["segment"])
        assert crosstab.score_segments == GRID.order
        for segment, counts in zip(crosstab.segments, crosstab.customers, strict=True):
            mine = Counter(row["score_segment"] for row in rows if row["segment"] == segment)
            assert dict(zip(crosstab.score_segments, counts, strict=True)) == {
                name: mine[name] for name in GRID.order
            }
        assert result.summary.to_dict()["crosstab"] == {
            "segments": list(crosstab.segments),
            "score_segments": list(GRID.order),
            "customers": [list(row) for row in crosstab.customers],
            "sentence": HOW_TO_READ,
        }


def in_terminal(result) -> list[str]:
    """What a terminal is told of the scores with the details, a sentence or an entry each."""
    section = telling.scores(result.summary)
    blocks = (*section.terminal, *section.details)
    return [one.text for block in blocks for one in getattr(block, "items", (block,))]


@pytest.mark.slow
def test_cuts_are_published_with_all_their_digits(shop):
    cuts = {"recency": [115, 181, 297.4, 482], "monetary": [0.255, 38.25, 506.4, 1666.75]}
    with rfmeans.segment(shop, method="scores", score_cuts=cuts, currency_symbol="£") as result:
        told, page = in_terminal(result)[1], result.report().html
    assert "recency 115, 181, 297.4, 482; " in told
    assert "monetary 0.255, 38.25, 506.4, 1,666.75." in told
    assert "181 to below 297.4" in page
    assert "£506.4 to below £1,666.75" in html.unescape(page)


@pytest.mark.parametrize(
    ("bins", "missing"),
    [
        (3, {"Hibernating", "Promising"}),
        (4, {"About to Sleep", "Need Attention"}),
        *((n, set()) for n in range(5, 11)),
    ],
)
def test_names_that_a_number_of_scores_does_not_reach(bins, missing):
    codes = itertools.product(range(1, bins + 1), repeat=3)
    assert set(GRID.order) - {score_name(code, bins, GRID) for code in codes} == missing


@pytest.mark.slow
def test_the_page_of_k_means_holds_the_crosstab_and_the_cuts(shop):
    with rfmeans.segment(shop, n_init=2) as result:
        page, found = result.report().html, result.summary.crosstab
    assert found.sentence in html.unescape(page)
    crosstab = page.rsplit("Customers by score segment and K-Means segment", 1)[1]
    row = crosstab[crosstab.index("<bdi>Champions</bdi>") :].split("</tr>")[0]
    assert re.findall(r"<td[^>]*>([\d,]+)</td>", row) == [f"{counts[0]:,}" for counts in found.customers]
    assert ">Scores: what each one means<" in page
    assert ">K-Means (scikit-learn)<" in page


def test_markdown_and_terminal_hold_the_crosstab(shop):
    with rfmeans.segment(shop, n_init=2) as result:
        markdown, crosstab, told = result.to_markdown(), result.summary.crosstab, in_terminal(result)
    assert crosstab.sentence in markdown
    for name, counts in zip(crosstab.score_segments, zip(*crosstab.customers, strict=True), strict=True):
        assert f"| {name} | {' | '.join(f'{count:,}' for count in counts)} |" in markdown
    first, *lines = told[-len(crosstab.segments) - 1 :]
    assert "both ways agree" in first
    largest = max(crosstab.customers[0])
    name = crosstab.score_segments[crosstab.customers[0].index(largest)]
    share = percent(largest / sum(crosstab.customers[0]))
    assert lines[0].startswith(f"{crosstab.segments[0]}: {share} {name}")


def test_the_page_of_scores_says_nothing_of_k_means(by_scores):
    page = by_scores.report().html
    text = html.unescape(page[page.index("<body>") : page.index('<script type="application/json"')])
    assert "K-Means" not in text
    assert "A segment is named by its customers' scores: R against the mean of F and M." in text
    markdown = by_scores.to_markdown()
    assert "- Segments are those of R, F and M scores from 1 to 5." in markdown
    assert "K-Means" not in markdown


def test_there_is_no_crosstab_of_scores_with_themselves(by_scores):
    assert by_scores.summary.crosstab is None


# The R package rfm's sample, with its own cuts

RFM_R = DATA / "rfm_r_orders.csv"


CUTS_OF_R = {
    "recency": (115, 181, 297.4, 482),
    "frequency": (4, 5, 6, 8),
    "monetary": (255.8, 382, 506.4, 666),
}


NINE_OF_R = {  # recency, frequency (rows), monetary, code
    "Abbey O'Reilly": (205, 6, 472, "343"),
    "Add Senger": (140, 3, 340, "412"),
    "Aden Lesch": (194, 4, 405, "323"),
    "Aden Murphy": (98, 7, 596, "544"),
    "Admiral Senger": (132, 5, 448, "433"),
    "Agness O'Keefe": (90, 9, 843, "555"),
    "Akeelah Walsh": (160, 7, 779, "445"),
    "Brion Stark": (229, 8, 852, "355"),
    "Ethyl Botsford": (252, 8, 526, "354"),
}


def nine_of_r(orders, **options) -> dict[str, tuple[object, ...]]:
    with rfmeans.segment(
        orders, customer="customer_id", as_of="2006-12-31", method="scores", score_cuts=CUTS_OF_R, **options
    ) as result:
        rows = result.customers.filter(result.customers.customer_id.isin(list(NINE_OF_R))).to_pyarrow()
    return {
        row["customer_id"]: (row["recency"], row["frequency"], row["monetary"], row["rfm_score"])
        for row in rows.to_pylist()
    }


@pytest.mark.slow
@pytest.mark.skipif(not RFM_R.exists(), reason="the real data are not here")
def test_the_codes_of_the_r_package():
    """There every row is an order: give each row an id of its own."""
    rows = pl.read_csv(RFM_R).with_row_index("row_id")
    assert nine_of_r(rows, order="row_id") == NINE_OF_R


@pytest.mark.slow
@pytest.mark.skipif(not RFM_R.exists(), reason="the real data are not here")
def test_without_an_order_id_two_rows_of_a_day_are_one_purchase():
    rows = pl.read_csv(RFM_R)
    days = rows.group_by("customer_id").agg(pl.col("order_date").n_unique())
    expected = dict(days.filter(pl.col("customer_id").is_in(list(NINE_OF_R))).iter_rows())
    found = nine_of_r(rows)
    assert {name: values[1] for name, values in found.items()} == expected
    assert {name: (values[0], values[2]) for name, values in found.items()} == {
        name: (values[0], values[2]) for name, values in NINE_OF_R.items()
    }


# Its table of names: boxes that overlap, of which the first counts, and codes that none holds
BOXES_OF_R = {
    "Champions": ([4, 5], [4, 5], [4, 5]),
    "Loyal Customers": ([2, 5], [3, 5], [3, 5]),
    "Potential Loyalist": ([3, 5], [1, 3], [1, 3]),
    "New Customers": ([4, 5], [1, 1], [1, 1]),
    "Promising": ([3, 4], [1, 1], [1, 1]),
    "Need Attention": ([2, 3], [2, 3], [2, 3]),
    "About To Sleep": ([2, 3], [1, 2], [1, 2]),
    "At Risk": ([1, 2], [2, 5], [2, 5]),
    "Can't Lose Them": ([1, 1], [4, 5], [4, 5]),
    "Lost": ([1, 2], [1, 2], [1, 2]),
}
NAMES_OF_R = {
    "box": [{"name": name, "r": r, "f": f, "m": m} for name, (r, f, m) in BOXES_OF_R.items()],
    "first_box_counts": True,
    "others": "Others",
}


@pytest.mark.slow
@pytest.mark.skipif(not RFM_R.exists(), reason="the real data are not here")
def test_the_names_of_the_r_package():
    """Its own test: 158 Champions, of 1,234 orders worth 120,178."""
    rows = pl.read_csv(RFM_R).with_row_index("row_id")
    options = {"customer": "customer_id", "order": "row_id", "as_of": "2006-12-31", "score_cuts": CUTS_OF_R}
    with rfmeans.segment(rows, method="scores", lexicon={"scores": NAMES_OF_R}, **options) as result:
        profile = result.profile.set_index("segment")
        orders = (profile["customers"] * profile["mean_frequency"]).round().astype(int)
        assert profile["customers"].to_dict() == {
            "Champions": 158,
            "Loyal Customers": 278,
            "Potential Loyalist": 229,
            "Need Attention": 35,
            "About To Sleep": 50,
            "At Risk": 86,
            "Lost": 111,
            "Others": 48,
        }
        assert (orders["Champions"], profile.loc["Champions", "revenue"]) == (1234, 120178)
        assert orders.sum() == 4906
        assert "the code of all three" in result.to_markdown()
        again = rfmeans.SegmentModel.from_json(result.model.to_json())
        assert again == result.model
        found = again.assign(rows, order="row_id", as_of="2006-12-31").to_pandas()
        assert found["segment"].value_counts()["Lost"] == 111


@pytest.mark.parametrize("method", ["scores", "kmeans"])
def test_names_by_code_are_those_of_the_table(method):
    """Every customer has the name of its code, with scores of 1 to 3, beside K-Means too."""
    three = {
        "scores": {
            "box": [{"name": "Now", "r": 3}, {"name": "Then", "r": [1, 2], "f": [2, 3]}],
            "others": "Rest",
        }
    }
    orders = make_orders(300, seed=6).drop(columns="kind")
    with rfmeans.segment(orders, method=method, score_bins=3, lexicon=three, hindsight=False) as result:
        customers = result.customers.to_pandas().dropna(subset="segment_id")
    expected = [
        "Now" if r == 3 else "Then" if f > 1 else "Rest"
        for r, f in zip(customers["r_score"], customers["f_score"], strict=True)
    ]
    assert customers["score_segment"].tolist() == expected
    assert set(expected) == {"Now", "Then", "Rest"}
