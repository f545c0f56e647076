"""Pages of customers: what is searched, how they are sorted, what a page holds."""

from decimal import Decimal

import ibis
import pytest

import rfmeans
from rfmeans.errors import SettingsError
from rfmeans.model.customer_pages import customer_page
from rfmeans.synthetic import make_orders

CUSTOMERS = ibis.memtable(
    {
        "customer_id": ["ann", "Ben", "cem", "dag", "100%"],
        "segment_id": [1, 2, 2, None, 1],
        "segment": ["Top", "Low", "Low", None, "Top"],
        "recency": [3, 40, 5, None, 3],
        "monetary": [Decimal(90), Decimal(10), Decimal(10), Decimal(-1), Decimal(20)],
        "reason": [None, None, None, "no purchase", None],
    },
    schema={
        "customer_id": "string",
        "segment_id": "int8",
        "segment": "string",
        "recency": "int64",
        "monetary": "decimal(18, 4)",
        "reason": "string",
    },
)


def ids(**asked) -> list[str]:
    return [row["customer_id"] for row in customer_page(CUSTOMERS, **asked).rows]


def test_most_money_comes_first_and_equals_by_id():
    assert ids() == ["ann", "100%", "Ben", "cem", "dag"]


def test_a_segment_alone_or_those_set_aside():
    assert ids(segment=2) == ["Ben", "cem"]
    assert ids(segment=0) == ["dag"]


def test_a_part_of_an_id_is_found_in_either_case_and_is_no_pattern():
    assert ids(search=" E ") == ["Ben", "cem"]
    assert ids(search="%") == ["100%"]
    assert ids(search="_") == []


def test_sorted_either_way_unknown_values_last():
    assert ids(sort="recency", descending=False) == ["100%", "ann", "cem", "Ben", "dag"]
    assert ids(sort="recency") == ["Ben", "cem", "100%", "ann", "dag"]


def test_pages_follow_each_other_and_count_all():
    pages = [customer_page(CUSTOMERS, page=number, size=2) for number in (1, 2, 3, 4)]
    assert [[row["customer_id"] for row in each.rows] for each in pages] == [
        *(["ann", "100%"], ["Ben", "cem"], ["dag"], [])
    ]
    assert {each.found for each in pages} == {5}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"sort": "1; drop"}, "Customers are sorted by one of customer_id, recency"),
        ({"page": 0}, "Pages are counted from 1 and hold at least one customer. Got page 0 of 25."),
    ],
)
def test_what_cannot_be_is_refused(asked, said):
    with pytest.raises(SettingsError, match=said):
        customer_page(CUSTOMERS, **asked)


@pytest.mark.slow
def test_a_result_is_paged_as_it_is():
    with rfmeans.segment(make_orders(300, seed=2).drop(columns="kind"), n_init=2) as result:
        found = customer_page(result.customers, segment=1, size=5)
        assert found.found == result.summary.segments[0].figures.customers
        assert {row["segment"] for row in found.rows} == {result.summary.segments[0].segment}
        assert list(found.rows[0]) == [
            *("customer_id", "segment", "recency", "frequency", "monetary", "confidence", "group", "reason")
        ]
