"""Scores in the report: the crosstab is the same wherever it is drawn."""

from helpers.pages import markdown_tables, tables_of
from rfmeans.wording import number


def test_the_crosstab_is_the_same_on_the_page_in_markdown_and_as_json(result, page):
    customers = result.customers.to_pandas().dropna(subset="segment_id")
    in_markdown = markdown_tables(result.to_markdown())[1]
    on_page = tables_of(page)["Customers by score segment and K-Means segment"]
    as_json = result.summary.to_dict()["crosstab"]
    assert [cell[0] for cell in on_page[0][1:]] == as_json["segments"] == list(result.profile["segment"])
    for name, *cells in ([cell[0] for cell in row] for row in on_page[1:]):
        mine = customers[customers["score_segment"] == name]
        wanted = [int((mine["segment"] == segment).sum()) for segment in as_json["segments"]]
        assert cells == in_markdown[name] == [number(count) for count in wanted]
        assert [row[as_json["score_segments"].index(name)] for row in as_json["customers"]] == wanted
