"""The table of the segments: the numbers of the customers."""

import csv
import datetime as dt
import re
from dataclasses import replace

import pytest

from helpers.pages import FIGURES, said_in_terminal, shown, tables_of
from rfmeans.report.analyses.segments import names, segments
from rfmeans.report.blocks import Sentence

# The same numbers everywhere


def test_the_page_holds_the_numbers_of_the_customers(page, counted):
    rows = tables_of(page)["Means per customer. Monetary is net of returns."]
    heads = [cell[0].strip() for cell in rows[0]]
    assert heads == [
        *("Segment", "Customers", "Share of customers", "Revenue", "Share of revenue", "Recency, days"),
        *("Frequency, purchases", "Monetary, each", "Average order"),
        "Bought again in 90 days",  # see test_hindsight.py
    ]
    found = {row[0][0].split("\n")[0].strip().removesuffix(" borderline"): row[1:-1] for row in rows[1:]}
    assert found.keys() == counted.keys()
    for name, figures in counted.items():
        assert [cell[0] for cell in found[name]] == shown(figures)
        if name != "All customers":  # what the table is sorted by
            assert [float(cell[1]) for cell in found[name]] == pytest.approx([figures[it] for it in FIGURES])


def test_the_terminal_holds_the_same_numbers(result, counted):
    lines = [re.split(r"\s{2,}", line.strip()) for line in said_in_terminal(result).splitlines()]
    found = {line[0].removesuffix(" *"): line[1:] for line in lines if len(line) == 7}
    for name, figures in counted.items():
        customers, share, revenue, revenue_share, *means = shown(figures)
        if name == "All customers":
            assert found["All"] == [customers, revenue, *means]
        else:
            assert found[name] == [f"{customers} ({share})", f"{revenue} ({revenue_share})", *means]


def test_the_profile_file_holds_the_same_numbers(result, counted, tmp_path):
    folder = result.save(tmp_path / "out", report=False, audience_format="none")
    with (folder / "profile.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found = {name: float(row[name]) for name in FIGURES}
            assert found == pytest.approx(counted[row["segment"]])


SHORT = " Who buys once or twice a year looks new or lost only because the period is short."


@pytest.mark.parametrize(("days", "said"), [(179, True), (180, False)])
def test_a_short_period_is_cautioned_of_where_names_speak_of_time(result, days, said):
    """As `inspect` has it: 180 days or more are better."""
    account = result.summary.account
    first = account.lines.last_day - dt.timedelta(days=days - 1)
    summary = replace(result.summary, account=replace(account, lines=replace(account.lines, first_day=first)))
    caution = Sentence(f"The orders cover {days} days.{SHORT}", "warning")
    told = segments(summary)
    assert [caution in medium for medium in (told.page, told.markdown, names(summary).terminal)] == [said] * 3
    silent = replace(summary, segments=tuple(replace(each, claims=()) for each in summary.segments))
    assert caution not in segments(silent).page
