"""The account in the report: the same wherever it is drawn."""

from helpers.pages import tables_of


def test_the_account_is_the_same_on_the_page_and_as_json(result, page):
    lines, customers = tables_of(page)["Order lines"], tables_of(page)["Customers"]
    account = result.summary.to_dict()["account"]
    said = {row[0][0]: row[1][0] for row in [*lines[1:], *customers[1:]]}
    assert said["Read"] == f"{account['lines']['read']['rows']:,}"
    assert said["Used"] == f"{account['lines']['used']['rows']:,}"
    assert said["Segmented"] == f"{account['customers']['segmented']['rows']:,}"
