"""Customers: those of a segment, searched and sorted, and one of them explained."""

import pytest


@pytest.fixture
def customers(opened):
    return opened.go("Customers")


def rows(page):
    return page.test.dataframe[0].value


def test_those_with_most_money_come_first_and_pages_follow(customers):
    first = rows(customers)
    assert len(first) == 10
    assert [*first["Money"]] == sorted(first["Money"], reverse=True)
    customers.touch("page_number", 2)
    assert rows(customers)["Money"].max() <= first["Money"].min()


@pytest.mark.slow
def test_one_segment_alone_and_a_part_of_an_id(customers):
    name = rows(customers)["Segment"][0]
    customers.touch("of_segment", name)
    assert set(rows(customers)["Segment"]) == {name}
    wanted = rows(customers)["Customer"][3]
    customers.touch("search", wanted)
    assert wanted in set(rows(customers)["Customer"])


@pytest.mark.slow
def test_a_customer_is_explained_with_what_would_move_it(customers):
    wanted = rows(customers)["Customer"][0]
    customers.touch("explain", wanted)
    assert f"Customer {wanted}" in customers.said
    assert rows(customers)["Segment"][0] in customers.said


@pytest.mark.slow
def test_an_id_that_nobody_has_is_said(customers):
    assert "nobody-here" in customers.touch("explain", "nobody-here").said
