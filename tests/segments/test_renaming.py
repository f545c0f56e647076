"""Names called otherwise: where they stand, what they claim, and which names cannot be used."""

import pytest

from rfmeans import SettingsError
from rfmeans.segments.claims import settle
from rfmeans.segments.facts import Facts, Grounds
from rfmeans.segments.lexicon import built_in, read_lexicon
from rfmeans.segments.names import name_centres
from rfmeans.segments.renaming import renamed

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
        ("", "the name of high.recent must be one line of text, without blanks around it. Got ''."),
        ("a\nb", "must be one line of text"),
        (
            "Low-Value/Churned",
            "the name 'Low-Value/Churned' stands for 2 regions. Give each region its own name.",
        ),
        ("Frequent", "the name 'Frequent' stands under [[name]] twice. Keep one of them."),
        ("A · tier 1", "must not hold ' · tier ', which tells tiers apart."),
    ],
)
def test_names_that_cannot_be_used(name, said):
    with pytest.raises(SettingsError) as found:
        renamed(built_in(), {"High-Value Loyal": name})
    assert said in str(found.value)
