"""How what happened next is told: a line, a column, a chart, and what is surprising."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

import rfmeans
from helpers.moving_shop import AT_RISK, LOW, LOYAL, NEW, UNTIL, model, orders
from rfmeans.report.analyses.hindsight import hindsight
from rfmeans.report.analyses.segments import segments
from rfmeans.report.blocks import Picture, Sentence
from rfmeans.report.charts.frame import NARROW
from rfmeans.report.table import Table


@pytest.fixture(scope="module")
def summary():
    with rfmeans.assign(model(), orders(), as_of=UNTIL, currency_symbol="£") as result:
        yield result.summary


LINE = (
    "What happened next: who was in the segments on 2024-04-02 (today's members may be others) bought again within 90 "
    "days: High-Value Loyal 1 of 2, At-Risk High-Value 0 of 1, New/Potential 0 of 1, Low-Value/Churned 1 of 1."
)


def test_one_line_in_a_terminal(summary):
    few = "Too few customers to tell apart the shares of all 5 pairs of a better and a worse name."
    assert hindsight(summary).terminal == (Sentence(LINE), Sentence(few))


def test_the_table(summary):
    (table,) = (block for block in hindsight(summary).markdown if isinstance(block, Table))
    assert [[cell.shown for cell in row] for row in table.rows] == [
        ["High-Value Loyal", "2", "1", "1 of 2", "9 % to 91 %", "£40"],
        ["At-Risk High-Value", "1", "0", "0 of 1", "0 % to 79 %", "-£150"],
        ["New/Potential", "1", "0", "0 of 1", "0 % to 79 %", "£0"],
        ["Low-Value/Churned", "1", "1", "1 of 1", "21 % to 100 %", "£25"],
    ]


def test_a_column_of_the_segments_table(summary):
    table = segments(summary).page[1].table
    assert table.heads[-1] == "Bought again in 90 days"
    assert [row[-1].shown for row in (*table.rows, *table.below)] == [
        "1 of 2",
        "0 of 1",
        "0 of 1",
        "1 of 1",
        "2 of 5",
    ]
    (short,) = segments(summary).terminal
    assert short.heads[-1] == "Average order"
    assert {len(row) for row in (*short.rows, *short.below)} == {len(short.heads)}


def test_a_segment_that_was_empty_has_a_dash(summary):
    found = summary.hindsight
    empty = replace(found.outcomes[0], customers=0, buyers=0, share=float("nan"))
    table = (
        segments(replace(summary, hindsight=replace(found, outcomes=(empty, *found.outcomes[1:]))))
        .page[1]
        .table
    )
    assert (table.rows[0][-1].shown, table.rows[0][-1].value) == ("–", None)


ONE, TWO, SAME = (LOYAL, LOW), (AT_RISK, LOW), (LOYAL, NEW)


@pytest.mark.parametrize(
    ("surprises", "alike", "unclear", "said"),
    [
        ((), (), (), None),
        (
            (ONE,),
            (),
            (),
            "Low-Value/Churned bought again more often than High-Value Loyal, against the order of their names.",
        ),
        (
            (),
            (SAME,),
            (),
            "The shares of High-Value Loyal and New/Potential are alike: there the names do not foretell who buys "
            "again.",
        ),
        (
            (),
            (),
            (SAME,),
            "Too few customers to tell apart the shares of High-Value Loyal and New/Potential.",
        ),
        (
            (),
            (ONE, TWO, SAME, ONE, TWO),
            (),
            "The shares of all 5 pairs of a better and a worse name are alike: there the names do not foretell who "
            "buys again.",
        ),
        (
            (ONE, TWO),
            (SAME,),
            (ONE,),
            "Low-Value/Churned bought again more often than High-Value Loyal, Low-Value/Churned bought again more "
            "often than At-Risk High-Value, against the order of their names; the shares of High-Value Loyal and "
            "New/Potential are alike: there the names do not foretell who buys again; too few customers to tell apart "
            "the shares of High-Value Loyal and Low-Value/Churned.",
        ),
        (
            (),
            (),
            (SAME, ONE, TWO, SAME),
            "Too few customers to tell apart the shares of 4 of the 5 pairs of a better and a worse name.",
        ),
    ],
)
def test_what_does_not_bear_the_names_out_is_one_sentence(summary, surprises, alike, unclear, said):
    found = replace(summary.hindsight, compared=5, surprises=surprises, alike=alike, unclear=unclear)
    told = hindsight(replace(summary, hindsight=found))
    more = (Sentence(said),) if said else ()
    assert told.terminal == (Sentence(LINE), *more)
    for medium in (told.page, told.markdown):
        assert [block for block in medium if isinstance(block, Sentence) and not block.kind] == list(more)


def test_the_only_pair_that_is_compared_is_named(summary):
    """Not "these": of three segments at 90, 3 and 7 % only the last two may be compared."""
    found = replace(summary.hindsight, compared=1, alike=(), unclear=(TWO,))
    assert hindsight(replace(summary, hindsight=found)).terminal[1:] == (
        Sentence("Too few customers to tell apart the shares of At-Risk High-Value and Low-Value/Churned."),
    )


@pytest.mark.parametrize(
    ("compared", "said"),
    [
        (1, "interval of their difference, of 95 %, leaves out zero; else they are alike where"),
        (
            5,
            "interval of their difference, of 95 % for all 5 pairs of a better and a worse name together (Bonferroni),",
        ),
    ],
)
def test_the_test_is_stated(summary, compared, said):
    told = hindsight(replace(summary, hindsight=replace(summary.hindsight, compared=compared)))
    assert all(said in str(medium) for medium in (told.page, told.markdown))


@pytest.mark.parametrize(
    ("first_day", "said"),
    [
        (
            dt.date(2024, 1, 15),
            "What happened next cannot be said yet: that takes orders of 180 days before 2024-07-01, and these begin "
            "on 2024-01-15.",
        ),
        (
            dt.date(2023, 12, 10),
            "What happened next cannot be said: no customer had a segment as of 2024-04-02.",
        ),
    ],
)
def test_what_cannot_be_said_is_one_line_and_nothing_else(summary, first_day, said):
    without = replace(summary, hindsight=replace(summary.hindsight, first_day=first_day, outcomes=()))
    told = hindsight(without)
    assert {told.page, told.markdown, told.terminal} == {(Sentence(said, "note"),)}
    assert told.details == ()
    assert "Bought again" not in str(segments(without).page[1].table.heads)


def test_an_axis_of_small_shares_has_marks_beside_zero(summary):
    """A share of 2 % of 500, whose interval ends at 3.7 %: marks at 0, 2 and 4 %."""
    found = summary.hindsight
    few = tuple(
        replace(one, customers=500, buyers=10, share=0.02, low=0.011, high=0.037) for one in found.outcomes
    )
    told = hindsight(replace(summary, hindsight=replace(found, outcomes=few)))
    (picture,) = (block for block in told.page if isinstance(block, Picture))
    drawn = picture.draw(NARROW)
    values = drawn["layer"][0]["encoding"]["x"]["axis"]["values"]
    assert values == [0, 0.02, 0.04]


def test_of_fewer_than_thirty_no_percentage_is_told(summary):
    found = summary.hindsight
    first, second, *_ = found.outcomes
    both = replace(first, customers=29, buyers=0), replace(second, customers=30, buyers=3)
    told = hindsight(replace(summary, hindsight=replace(found, outcomes=both))).terminal[0].text
    assert told.endswith("bought again within 90 days: High-Value Loyal 0 of 29, At-Risk High-Value 10 %.")


def test_left_out_says_nothing(summary):
    assert not any(vars(hindsight(replace(summary, hindsight=None))).values())


def test_the_chart_has_a_bar_and_an_interval_for_each_segment(summary):
    (picture,) = (block for block in hindsight(summary).page if isinstance(block, Picture))
    assert picture.title.startswith("Bought again within 90 days: High-Value Loyal 1 of 2")
    (rows,) = picture.draw(NARROW)["datasets"].values()
    assert [(row["segment"], row["share"], row["counts"]) for row in rows] == [
        ("High-Value Loyal", 0.5, "1 of 2"),
        ("At-Risk High-Value", 0.0, "0 of 1"),
        ("New/Potential", 0.0, "0 of 1"),
        ("Low-Value/Churned", 1.0, "1 of 1"),
    ]
