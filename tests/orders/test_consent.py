"""Consent to marketing: the last word of each customer, a no before a yes of one day, nothing where nothing is said."""

import ibis
import pandas as pd
import pytest

import rfmeans
from rfmeans.columns.layouts import recognise
from rfmeans.orders.consent import with_consent

ROWS = [
    ("a@x.org", "2024-01-05", "yes"),  # who said yes first and no later does not
    ("a@x.org", "2024-03-05", "No"),
    ("b@x.org", "2024-01-05", "no"),
    ("B@x.org", "2024-02-05", " TRUE "),  # and the other way round, under one address
    ("b@x.org", "2024-03-05", ""),  # which a blank does not take back
    ("c@x.org", "2024-01-05", "yes"),
    ("c@x.org", "2024-01-05", "no"),  # on one day: no
    ("d@x.org", "2024-01-05", ""),
    ("e@x.org", "2024-01-05", "unsubscribed"),  # any other word
]
ANSWER = {"a@x.org": False, "b@x.org": True, "c@x.org": False, "d@x.org": None, "e@x.org": False}


def orders(column: str = "Accepts Marketing") -> pd.DataFrame:
    rows = [(who, f"o{n}", day, 10 + n, said) for n, (who, day, said) in enumerate(ROWS)]
    return pd.DataFrame(rows, columns=["Email", "Order ID", "Date", "Amount", column])


def told(frame) -> dict[str, bool | None]:
    with rfmeans.segment(frame, segments=2) as result:
        rows = result.customers.select("customer_id", "consent").to_pyarrow().to_pylist()
    return {row["customer_id"]: row["consent"] for row in rows}


def test_the_last_word_counts_and_a_no_before_a_yes_of_the_same_day():
    assert told(orders()) == ANSWER


def test_true_and_false_of_a_database_are_words_too():
    frame = orders("newsletter")
    frame["newsletter"] = frame.newsletter.map({"yes": True, " TRUE ": True, "": None}.get, na_action=None)
    frame.loc[[1, 2, 6, 8], "newsletter"] = False
    assert told(ibis.duckdb.connect().create_table("orders", frame)) == ANSWER


def test_customers_come_in_the_order_of_their_ids_and_no_other_column_changes():
    with rfmeans.segment(orders(), segments=2) as result, rfmeans.segment(orders("x"), segments=2) as without:
        ours, theirs = result.customers.to_pandas(), without.customers.to_pandas()
        assert with_consent(without.customers, None) is without.customers
    assert list(ours.customer_id) == sorted(ours.customer_id)
    pd.testing.assert_frame_equal(ours.drop(columns="consent"), theirs)


@pytest.mark.parametrize(
    ("header", "column"),
    [
        (["customer", "date", "amount", "Email Marketing Consent"], "Email Marketing Consent"),
        (["customer", "date", "amount", "note"], None),
        (
            [
                *("Name", "Email", "Financial Status", "Accepts Marketing", "Created at", "Total"),
                "Lineitem quantity",
                "Lineitem price",
            ],
            "Accepts Marketing",
        ),
    ],
)
def test_the_column_is_known_by_its_name_and_told(header, column):
    found = recognise(header)
    assert found.consent == column
    assert (f"consent = {column}" in found.describe()) == (column is not None)
