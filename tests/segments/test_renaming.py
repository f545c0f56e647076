"""Names called otherwise: where they stand, what they claim, and which names cannot be used."""

import pytest

from rfmeans import SettingsError
from rfmeans.segments.facts import Facts, Grounds
from rfmeans.segments.lexicon import built_in, read_lexicon
from rfmeans.segments.names import name_centres
from rfmeans.segments.renaming import renamed, with_scores_aside
from rfmeans.segments.settled_names import settle

CENTRES = [(-1, 1, 1), (0.5, 0.9, 0.9), (1, -1, -1), (1.1, -1, -1.1)]


def test_every_segment_of_the_region_has_the_new_name():
    own = renamed(built_in(), {"Low-Value/Churned": "Gone"})
    assert [name.text for name in name_centres(CENTRES, own)] == [
        *("High-Value Loyal", "At-Risk High-Value", "Gone · tier 1", "Gone · tier 2")
    ]
    assert own.grid_for(9).names["low"]["lapsed"] == "Gone"


def test_a_new_name_claims_what_the_old_one_did():
    own = renamed(built_in(), {"High-Value Loyal": "Stars", "High-Value One-Time": "Comets"})
    everyone = Facts(50, 2, 100, 200, 0.6, 100)
    once = Facts(10, 1, 500, 100, 0.1, 20)
    settled = settle("Stars", own.said, once, Grounds((), everyone, None, 400))
    assert settled.name == "Comets"
    assert settled.corrections == ("its place would make it Stars, but 10 % of them bought more than once",)


def test_two_names_may_change_places():
    own = renamed(built_in(), {"Growing": "Needs Attention", "Needs Attention": "Growing"})
    assert own.grid_for(5).names["middle"] == {
        "lapsed": "Lapsing Regular",
        "cooling": "Growing",
        "recent": "Needs Attention",
    }
    assert (
        renamed(own, {"Growing": "Needs Attention", "Needs Attention": "Growing"}).grids == built_in().grids
    )


def test_nothing_called_otherwise_is_the_same_lexicon():
    assert renamed(built_in(), {}) == built_in()


def test_names_of_scores_are_called_otherwise_too():
    assert renamed(built_in(), {"Champions": "Stars"}).scores.order[0] == "Stars"
    by_code = read_lexicon(
        {"scores": {"codes": {"Good": ["222", "221", "212", "211"], "Bad": ["122", "121", "112", "111"]}}}
    )
    assert renamed(by_code, {"Good": "Best"}).scores.order == ("Best", "Bad")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "The name for 'High-Value Loyal' must be one line of text without ' · tier ',"),
        ("a\nb", "must be one line of text"),
        ("A · tier 1", "without ' · tier ', which tells tiers apart. Got 'A · tier 1'."),
        (
            "Low-Value/Churned",
            "'Low-Value/Churned' is taken: of 2 to 4 and of 5 to 12 segments one is called so.",
        ),
        ("Growing", "is taken: of 5 to 12 segments one is called so. Choose another for 'High-Value Loyal'."),
        ("Frequent", "it takes the place of 'High-Value Loyal' where that does not hold."),
        ("Champions", "The name 'Champions' is taken: one of the scores' segments is called so."),
    ],
)
def test_names_that_cannot_be_used(name, said):
    with pytest.raises(SettingsError) as found:
        renamed(built_in(), {"High-Value Loyal": name})
    assert said in str(found.value)


def test_two_regions_cannot_have_one_new_name():
    with pytest.raises(SettingsError) as found:
        renamed(built_in(), {"High-Value Loyal": "Stars", "Growing": "Stars"})
    assert str(found.value) == (
        "'High-Value Loyal' and 'Growing' cannot both be called 'Stars'. Give each a name of its own."
    )


def test_each_name_of_the_scores_makes_room_and_keeps_what_it_claims():
    for name in built_in().scores.order:
        free = with_scores_aside(built_in(), {"High-Value Loyal": name})
        own = renamed(built_in(), free)
        assert own.grid_for(4).names["high"]["recent"] == name
        assert own.said[name].claims == built_in().said["High-Value Loyal"].claims
        assert own.said.get(f"{name} (score)") == built_in().said.get(name)
        assert [each.removesuffix(" (score)") for each in own.scores.order] == [*built_in().scores.order]


def test_what_is_no_name_of_a_score_makes_no_room():
    for new in ("Stars", "Growing", "Frequent"):
        assert with_scores_aside(built_in(), {"High-Value Loyal": new}) == {"High-Value Loyal": new}
