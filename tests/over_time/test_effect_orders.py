"""Whether later orders fit the lists: days that are missing and customers who are known, by hand on every engine."""

import datetime as dt

import pandas as pd

from rfmeans.inspection.order_days import Gap
from rfmeans.over_time.effect_orders import Known, empty_days, known_among

MARCH = (dt.date(2024, 3, 1), dt.date(2024, 3, 31))


def days(*left_out: tuple[str, str]) -> pd.DataFrame:
    """A line a day from January to April, but for runs of days."""
    every = pd.Series(pd.date_range("2024-01-01", "2024-04-30"))
    kept = ~pd.concat([every.between(*run) for run in left_out], axis=1).any(axis=1)
    return pd.DataFrame({"ordered_on": every[kept].dt.date})


def test_only_the_days_of_the_time_count_on_every_engine(engine):
    frame = days(("2024-01-10", "2024-01-19"), ("2024-02-25", "2024-03-04"), ("2024-03-29", "2024-04-05"))
    lines = engine.table(frame, "days").cast({"ordered_on": "date"})
    assert empty_days(lines, *MARCH) == (
        Gap(dt.date(2024, 3, 1), dt.date(2024, 3, 4), 4),
        Gap(dt.date(2024, 3, 29), dt.date(2024, 3, 31), 3),
    )


def test_a_shop_that_is_closed_on_sundays_misses_nothing(engine):
    sundays = [
        (str(day.date()), str(day.date())) for day in pd.date_range("2024-01-07", "2024-04-28", freq="7D")
    ]
    lines = engine.table(days(*sundays), "weekdays").cast({"ordered_on": "date"})
    assert empty_days(lines, *MARCH) == ()


def test_who_is_known_on_every_engine(engine):
    """The orders go back 30 days: customer 4 bought before, 3 on another day, 2 is not there, 1 about midnight.

    Customer 6 has no purchase left.
    """
    lists = pd.DataFrame(
        {
            "key": list("12346"),
            "recency": [10.0, 20.0, 5.0, 30.0, 0.0],
            "frequency": [1.0, 1.0, 2.0, 1.0, 0.0],
        }
    )
    done = pd.DataFrame({"key": list("1345"), "recency": [11, 9, 30, 2]})
    tables = (engine.table(frame, name) for frame, name in ((lists, "sent_to"), (done, "done_by")))
    assert known_among(*tables, 30) == Known(3, 1)
    assert not Known(3, 1).strange
