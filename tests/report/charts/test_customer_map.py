"""The map: every customer once, and the centres where the model has them."""

from helpers.drawings import rows_of


def test_the_map_holds_every_customer_once(result):
    cells = rows_of(result.charts.draw("customer_map"), "column", "row", "n")
    customers = result.customers.to_pandas().dropna(subset="segment_id")
    assert sum(cell["n"] for cell in cells) == len(customers)
    columns = {row["column"]: row for row in rows_of(result.charts.draw("customer_map"), "column", "x")}
    rows = {row["row"]: row for row in rows_of(result.charts.draw("customer_map"), "row", "y")}
    top = max(row["row"] for row in rows.values())
    for cell in cells:
        across, up = columns[cell["column"]], rows[cell["row"]]
        spent = customers["monetary"].astype(float)
        inside = customers["recency"].between(across["x"], across["x2"], inclusive="left")
        inside &= spent.between(up["y"], up["y2"], inclusive="both" if cell["row"] == top else "left")
        assert cell["n"] == inside.sum()
        assert cell["id"] in customers.loc[inside, "segment_id"].mode().tolist()


def test_the_centres_are_where_the_model_has_them(result):
    rows = rows_of(result.charts.draw("customer_map"), "id", "x", "spent", "days")
    centres = {row["id"]: (row["x"], row["y"]) for row in rows}
    for segment in result.summary.segments:
        assert centres[str(segment.segment_id)] == (segment.centre[0], segment.centre[2])
