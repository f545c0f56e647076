"""Statuses that a user chooses: commas and quotation marks tell them apart, as they are read and as they are shown."""

from rfmeans.arguments import options_of
from rfmeans.chosen_statuses import parse_statuses, quoted_status


def test_statuses_with_commas_and_quotation_marks_are_told_apart():
    names = ("paid", "sent, late", '"quoted"', 'half "quoted", and more', 'inch"', "a,b", " blanks")
    given = tuple(map(quoted_status, names))
    assert parse_statuses(given) == names
    _, typed = options_of({"keep_status": given})
    assert parse_statuses(typed) == names
    assert parse_statuses("paid, refunded,,") == ("paid", "refunded")
    assert parse_statuses('"never closed, here') == ('"never closed', "here")
    assert quoted_status("all") == "all"
