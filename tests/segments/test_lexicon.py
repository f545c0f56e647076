"""The lexicon: the built-in one, one's own, and what is said of one that leaves a region without a name."""

from __future__ import annotations

import json
import tomllib

import pytest

import rfmeans
from helpers import own_toml
from rfmeans import SettingsError
from rfmeans.segments.lexicon import built_in, read_lexicon
from rfmeans.segments.names import empty_regions, name_centres
from rfmeans.synthetic import make_orders

TWO = """
[[grid]]
recency_cuts = [0.25]
recency_bands = ["alt", "neu"]
value_cuts = [0]
value_bands = ["klein", "groß"]

[grid.names]
"groß".neu = "Stammkunden"
"groß".alt = "Verlorene Große"
klein.neu = "Neulinge"
klein.alt = "Verlorene Kleine"
"""


THREE_SCORES = """
[scores]
recency_cuts = [3]
recency_bands = ["cold", "warm"]
value_cuts = [3]
value_bands = ["small", "big"]

[scores.names]
big.warm = "Stars"
big.cold = "Sleeping Stars"
small.warm = "Visitors"
small.cold = "Gone"

[scores.cuts]
recency = [31, 91]
frequency = [2, 5]
"""


write = own_toml.write


@pytest.fixture(scope="module")
def orders():
    return make_orders(300, seed=1).drop(columns="kind")


# What one's own lexicon does


def test_own_names_and_cuts(write):
    lexicon = read_lexicon(write(TWO))
    names = name_centres([(-0.3, 1, 1), (-0.25, 1, 1), (1, -1, -1)], lexicon)
    assert [name.text for name in names] == ["Stammkunden", "Verlorene Große", "Verlorene Kleine"]
    assert [name.lapsed for name in names] == [False, True, True]
    assert names[0].borderline == (
        "its centre lies 0.05 of a standard deviation from the border "
        "between neu and alt; beyond it the name would be Verlorene Große",
    )
    assert empty_regions(names, lexicon) == ("Neulinge",)


def test_a_grid_without_max_segments_is_for_all(write):
    assert [read_lexicon(write(TWO)).grid_for(k).max_segments for k in (2, 12)] == [12, 12]


def test_what_it_leaves_out_the_built_in_one_gives(write):
    own = read_lexicon(write(TWO))
    assert own.scores == built_in().scores
    own = read_lexicon(write("[scores.cuts]\nrecency = [30, 60, 90, 180]\n"))
    assert (own.grids, own.scores) == (built_in().grids, built_in().scores)
    assert own.cuts == {"recency": (30.0, 60.0, 90.0, 180.0)}


def test_a_mapping_is_as_good_as_a_file(write):
    assert read_lexicon(tomllib.loads(TWO)) == read_lexicon(write(TWO))


def test_it_comes_back_from_its_plain_values(write):
    for lexicon in (built_in(), read_lexicon(write(TWO + THREE_SCORES))):
        assert read_lexicon(json.loads(json.dumps(lexicon.to_dict()))) == lexicon


def test_a_file_with_a_byte_order_mark(tmp_path):
    (tmp_path / "bom.toml").write_text(TWO, encoding="utf-8-sig")
    assert read_lexicon(tmp_path / "bom.toml").grids[0].names["groß"]["neu"] == "Stammkunden"


@pytest.mark.slow
def test_segments_and_the_saved_model_have_its_names(write, orders, tmp_path):
    path = write(TWO)
    with rfmeans.segment(orders, lexicon=path, segments=3, n_init=3) as result:
        names = set(result.profile["segment"])
        assert names <= {"Stammkunden", "Verlorene Große", "Neulinge", "Verlorene Kleine"}
        result.model.save(tmp_path / "model.json")
        path.unlink()  # the model needs it no more
        loaded = rfmeans.SegmentModel.load(tmp_path / "model.json")
        assert loaded == result.model
        assert set(loaded.assign(orders).segment.to_pyarrow().to_pylist()) == names


def test_score_segments_of_its_own(write, orders):
    with rfmeans.segment(orders, method="scores", score_bins=3, lexicon=write(THREE_SCORES)) as result:
        rows = result.customers.to_pyarrow().to_pylist()
        assert {row["segment"] for row in rows} <= {"Stars", "Sleeping Stars", "Visitors", "Gone"}
        assert all(row["segment"] == row["score_segment"] for row in rows)
        assert {row["r_score"] for row in rows if row["recency"] < 31} == {3}
        assert {row["r_score"] for row in rows if row["recency"] >= 91} == {1}
        assert result.summary.most_at_risk.segment in ("Sleeping Stars", "Gone")


def test_options_come_before_the_lexicons_cuts(write, orders):
    lexicon = write(THREE_SCORES)
    with rfmeans.segment(
        orders, method="scores", score_bins=3, lexicon=lexicon, score_cuts={"recency": [10, 20]}
    ) as result:
        recency, frequency, monetary = result.summary.scoring.features
        assert (recency.edges, frequency.edges) == ((10, 20), (2, 5))
        assert [recency.given, frequency.given, monetary.given] == [True, True, False]
        assert rfmeans.SegmentModel.from_json(result.model.to_json()) == result.model


# What is said of a wrong one


def refused(given) -> str:
    with pytest.raises(SettingsError) as found:
        read_lexicon(given)
    return str(found.value)


def test_a_region_is_called_as_toml_writes_it(write):
    """A key of other than ASCII letters, digits, _ and - needs quotes."""
    assert 'Give it one under [grid.names]: "groß".alt = "...".' in refused(
        write(TWO.replace('"groß".alt = "Verlorene Große"\n', ""))
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'klein.neu = "Neulinge"\n',
            "",
            "my.toml, grid 1: the region of value 'klein' and recency 'neu' has no name. "
            'Give it one under [grid.names]: klein.neu = "...".',
        ),
        (
            "klein.neu",
            "klien.neu",
            "my.toml, grid 1, [grid.names]: value has no band 'klien'. Did you mean 'klein'? Bands are: klein, groß.",
        ),
        ('"groß".alt', '"groß".old', "[grid.names], groß: recency has no band 'old'. Bands are: alt, neu."),
        ('"Neulinge"', '"Stammkunden"', "grid 1: the name 'Stammkunden' stands for 2 regions."),
        (
            '"Neulinge"',
            '" "',
            "grid 1: the name of klein.neu must be one line of text, without blanks around it. Got ' '.",
        ),
        (
            '"Neulinge"',
            '"Neulinge "',
            "grid 1: the name of klein.neu must be one line of text, without blanks around it. Got 'Neulinge '.",
        ),
        (
            '"Neulinge"',
            '"Stammkunden · tier 1"',
            "grid 1: the name of klein.neu must not hold ' · tier ', which tells tiers apart. "
            "Got 'Stammkunden · tier 1'.",
        ),
        ("[0.25]", f"[1{'0' * 400}]", "recency_cuts must be numbers. Got [1000"),
        (
            '"Neulinge"',
            "7",
            "grid 1: the name of klein.neu must be one line of text, without blanks around it. Got 7.",
        ),
        (
            "value_cuts = [0]",
            "value_cuts = [0, 1]",
            "2 bands of value need 1 cuts between them. Got 2: [0, 1].",
        ),
        ("[0.25]", '["0.25"]', "recency_cuts must be numbers. Got ['0.25']."),
        ("[0.25]", "[nan]", "recency_cuts must be numbers. Got [nan]."),
        ("[0.25]", "0.25", "grid 1: recency_cuts must be a list. Got 0.25."),
        ('["alt", "neu"]', '["neu", "neu"]', "recency_bands needs bands that differ. Got ['neu', 'neu']."),
        (
            "recency_cuts",
            "recency_cut",
            "grid 1 has no place for 'recency_cut'. Did you mean 'recency_cuts'?",
        ),
        (
            "[[grid]]",
            "[[grid]]\nmax_segments = 5",
            "my.toml: no grid names 6 to 12 segments. Add a [[grid]] with max_segments = 12, or leave max_segments "
            "out of the last one.",
        ),
        (
            "[[grid]]",
            "[[grid]]\nmax_segments = 13",
            "max_segments must be a whole number from 2 to 12. Got 13.",
        ),
        (
            "[[grid]]",
            "[[grids]]",
            "my.toml has no place for 'grids'. Did you mean 'grid'? Known are: grid, name, scores.",
        ),
    ],
)
def test_a_wrong_grid(write, old, new, said):
    assert old in TWO
    assert said in refused(write(TWO.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'small.cold = "Gone"\n',
            "",
            "[scores]: the region of value 'small' and recency 'cold' has no name.",
        ),
        (
            'recency_cuts = [3]\nrecency_bands = ["cold", "warm"]',
            'recency_cuts = [4, 2]\nrecency_bands = ["cold", "cool", "warm"]',
            "recency_cuts must ascend, each cut above the one before. Got [4, 2].",
        ),
        (
            "value_cuts = [3]",
            "value_cuts = [5.5]",
            "cuts lie on the scale of the scores, above 1 and up to 5. Got 5.5.",
        ),
        ("value_cuts = [3]", "value_cuts = [1]", "above 1 and up to 5. Got 1."),
        (
            "[scores.names]",
            'order = ["Stars", "Gone"]\n[scores.names]',
            "order must hold each name once: Stars, Sleeping Stars, Visitors, Gone. Got ['Stars', 'Gone'].",
        ),
        (
            "[31, 91]",
            "[91, 31]",
            "[scores.cuts]: recency must ascend, each cut above the one before. Got [91, 31].",
        ),
        ("[31, 91]", "31", "[scores.cuts]: recency must be a list of numbers. Got 31."),
        ("frequency =", "freqency =", "[scores.cuts] has no place for 'freqency'. Did you mean 'frequency'?"),
        ("value_bands = [", "bands = [", "[scores] has no place for 'bands'."),
    ],
)
def test_a_wrong_grid_of_scores(write, old, new, said):
    assert old in THREE_SCORES
    assert said in refused(write(THREE_SCORES.replace(old, new)))


def test_two_grids_for_one_number_of_segments(write):
    assert "two grids have max_segments = 12. Give each its own." in refused(write(TWO + TWO))


def test_cuts_that_do_not_fit_the_number_of_scores(write, orders):
    with pytest.raises(SettingsError) as found:
        rfmeans.segment(orders, lexicon=write(THREE_SCORES))
    assert str(found.value) == (
        "5 scores need 4 cuts of recency. Got 2: 31, 91. Give as many, or another number of scores."
    )


def test_it_is_read_before_the_orders(tmp_path):
    with pytest.raises(SettingsError, match="Cannot read the lexicon"):
        rfmeans.segment("nowhere.csv", lexicon=tmp_path / "nowhere.toml")


def test_names_that_stay_claim_what_they_did():
    """Names of scores alone, of regions alone, and of both."""
    codes = {"scores": {"others": "Others", "codes": {"Champions": [555]}}}
    regions = {
        "grid": [
            {
                "recency_bands": ["all"],
                "recency_cuts": [],
                "value_bands": ["all"],
                "value_cuts": [],
                "names": {"all": {"all": "Lost"}},
            }
        ]
    }
    of_scores = {*built_in().scores.order}
    claiming = {*built_in().said}
    assert {*read_lexicon(codes).said} == claiming - of_scores
    assert {*read_lexicon(regions).said} == claiming & of_scores
    assert read_lexicon(codes | regions).said == {}
