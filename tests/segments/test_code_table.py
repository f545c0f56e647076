"""Names by code and by boxes, worked by hand on scores of 1 and 2: eight codes; and the tables of others."""

import pytest

from rfmeans.errors import SettingsError
from rfmeans.segments.code_table import CodeTable, read_code_table, written
from rfmeans.segments.lexicon import built_in, read_lexicon, with_cuts

WHERE = "my.toml, [scores]"
CODES = {"Best": ["222", "221"], "Big": ["212"], "Fresh": [211], "Gone": ["122", "121", "112", "111"]}
BOXES = [
    {"name": "Best", "r": 2, "f": [2, 2]},
    {"name": "Big", "r": 2, "f": 1, "m": 2},
    {"name": "Fresh", "r": [2, 2], "f": [1, 1], "m": [1, 1]},
    {"name": "Gone", "r": 1},  # a side that is left out holds all scores
]


def refused(entry: dict) -> str:
    with pytest.raises(SettingsError) as told:
        read_code_table(entry, WHERE)
    return str(told.value)


def boxes(*changed: dict, **more: object) -> dict:
    return {"box": [*changed, *BOXES][: 4 + len(changed)], **more}


def test_codes_and_boxes_come_to_the_same_table():
    table = read_code_table({"codes": CODES}, WHERE)
    assert table == read_code_table(boxes(), WHERE)
    assert (table.bins, table.order) == (2, ("Best", "Big", "Fresh", "Gone"))
    assert {written(code): name for code, name in table.names.items()} == {
        "222": "Best",
        "221": "Best",
        "212": "Big",
        "211": "Fresh",
        **dict.fromkeys(["122", "121", "112", "111"], "Gone"),
    }
    assert [table.lapsed(name) for name in table.order] == [False, False, False, True]


def test_the_codes_of_ten_scores_have_hyphens():
    table = read_code_table({"box": [{"name": "Ten", "r": 10}, {"name": "Low", "r": [1, 9]}]}, WHERE)
    assert (table.bins, len(table.names)) == (10, 1000)
    again = read_code_table(table.to_dict(), WHERE)
    assert again == table
    assert "10-4-3" in table.to_dict()["codes"]["Ten"]
    assert "543" in table.to_dict()["codes"]["Low"]


def test_a_code_without_a_name_is_listed():
    assert refused({"codes": {**CODES, "Gone": ["122", "121"]}}) == (
        "my.toml, [scores]: 2 codes have no name: 112, 111. Name each, or give all that are left one name: "
        'others = "Others".'
    )
    assert refused({"box": BOXES[:3]}).startswith(
        "my.toml, [scores]: 4 codes have no name: 122, 121, 112, 111."
    )
    assert "61 codes have no name: 444, 443, 442, 441, 434, 433 and 55 more." in refused(
        {"box": [{"name": "Odd", "r": 2, "f": [2, 4], "m": 3}]}
    )


def test_a_code_with_two_names_is_listed_with_them():
    assert refused(boxes({"name": "All", "f": 2, "m": 2})) == (
        "my.toml, [scores]: 2 codes have more than one name: 222 (All and Best), 122 (All and Gone). Give each code "
        "one name, or say first_box_counts = true where the first that holds it counts."
    )
    assert refused({"codes": {**CODES, "Fresh": ["211", "111"]}}).startswith(
        "my.toml, [scores]: 1 code has more than one name: 111 (Fresh and Gone)."
    )


def test_the_first_box_counts_and_others_have_a_name_where_that_is_said():
    given = boxes({"name": "All", "f": 2, "m": 2}, first_box_counts=True)
    table = read_code_table({**given, "box": given["box"][:3], "others": "Rest"}, WHERE)
    assert [written(code) for code in table.codes_of("All")] == ["222", "122"]
    assert [written(code) for code in table.codes_of("Rest")] == ["211", "121", "112", "111"]
    assert table.order == ("All", "Best", "Big", "Rest")


def test_the_order_may_be_given():
    order = ["Gone", "Fresh", "Big", "Best"]
    assert read_code_table({"codes": CODES, "order": order}, WHERE).order == tuple(order)
    assert refused({"codes": CODES, "order": ["Gone"]}) == (
        "my.toml, [scores]: order must hold each name once, the best first: Best, Big, Fresh, Gone. Got ['Gone']. Or "
        "leave it out."
    )


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            {"codes": {"Best": ["22"]}},
            "[scores.codes], 'Best': a code is three scores, like 555 or 10-4-3. Got '22'.",
        ),
        ({"codes": {"Best": ["11-1-1"]}}, "a code is three scores, like 555 or 10-4-3. Got '11-1-1'."),
        ({"codes": {"Best": [True]}}, "a code is three scores, like 555 or 10-4-3. Got True."),
        ({"codes": {"Best": "555"}}, "'Best' must be a list of codes, like [\"555\", \"554\"]. Got '555'."),
        ({"codes": {"Best": ["111"]}}, "the largest score must be 2 to 10. It is 1."),
        ({"codes": {" Best": ["111"]}}, "a name must be one line of text, without blanks around it."),
        ({"codes": [1]}, "[scores.codes] must be a table. Got [1]."),
        (
            {"codes": CODES, "box": BOXES},
            "names stand under codes or in boxes, not both. Leave one of them out.",
        ),
        ({"codes": CODES, "names": {}}, "[scores] has no place for 'names'."),
        ({"codes": CODES, "first_box_counts": 1}, "first_box_counts must be true or false. Got 1."),
        ({"codes": CODES, "others": ""}, "others must be one line of text"),
        ({"box": {}}, "boxes are written as [[scores.box]], one after another. Got {}."),
        ({"box": [{"r": 1}]}, "box 1: name must be one line of text"),
        ({"box": [{"name": "x", "z": 1}]}, "box 1 has no place for 'z'."),
        (
            {"box": [{"name": "x", "r": [2, 1]}]},
            "box 1, 'x': r must be a score or two, the lowest and the highest",
        ),
        ({"box": [{"name": "x", "r": [1, 11]}]}, "like [4, 5]. Got [1, 11]."),
        ({"box": [{"name": "x"}]}, "no box says which scores it holds. Give it r, f or m, like r = [4, 5]."),
        ({"box": [{"name": "x", "m": [1.5, 2]}]}, "like [4, 5]. Got [1.5, 2]."),
    ],
)
def test_a_wrong_table(entry, said):
    assert said in refused(entry)


def test_it_is_part_of_a_lexicon_and_comes_back_from_it():
    lexicon = read_lexicon({"scores": {"codes": CODES, "cuts": {"recency": [30]}}})
    assert isinstance(lexicon.scores, CodeTable)
    assert lexicon.grids == built_in().grids
    assert read_lexicon(lexicon.to_dict()) == lexicon
    assert with_cuts(lexicon, {}, 2).cuts == {"recency": (30.0,)}
    with pytest.raises(SettingsError) as told:
        read_lexicon({"scores": {"codes": {"Best · tier 2": CODES["Best"]}, "others": "Rest"}})
    assert "must not hold ' · tier '" in str(told.value)


def test_another_number_of_scores_is_refused():
    with pytest.raises(SettingsError) as told:
        with_cuts(read_lexicon({"scores": {"codes": CODES}}), {}, 5)
    assert str(told.value) == (
        "The lexicon names codes of scores from 1 to 2, but 5 scores are asked for. Give score_bins=2, or names of all "
        "codes of 5 scores."
    )


def test_a_name_whose_codes_are_all_taken_is_known_as_covered():
    """Newer holds 211 and 212, which Big and Fresh before it hold already."""
    given = boxes(first_box_counts=True)
    given["box"] = [*given["box"], {"name": "Newer", "r": 2, "f": 1}, {"name": "Best", "r": 2, "f": 2}]
    table = read_code_table(given, WHERE)
    assert (table.covered, table.order) == (("Newer",), ("Best", "Big", "Fresh", "Gone"))
    assert read_code_table(boxes(), WHERE).covered == ()
    assert read_code_table(table.to_dict(), WHERE) == table
