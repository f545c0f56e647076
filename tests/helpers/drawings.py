"""Charts read back: the parts of a specification, its rows, the texts of a drawing."""

from xml.etree import ElementTree

FEATURES = ("recency", "frequency", "monetary")


ALWAYS = ("averages", "shares", "customer_map", "distributions", "concentration")
LOOKED_BACK = (*ALWAYS, "bought_again", "score_grid")  # of orders that go back far enough


CONTENT = "{http://www.w3.org/2000/svg}text"


def parts(found) -> list[dict]:
    """A specification and everything in it that is an object."""
    if isinstance(found, list):
        return [part for item in found for part in parts(item)]
    if not isinstance(found, dict):
        return []
    return [found, *(part for item in found.values() for part in parts(item))]


def rows_of(chart, *fields: str) -> list[dict]:
    """The data rows of a chart that have all of these fields."""
    found = chart
    tables = [*found["datasets"].values(), *(part["values"] for part in parts(found) if "values" in part)]
    return [row for table in tables for row in table if isinstance(row, dict) and row.keys() >= set(fields)]


def texts_of(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(CONTENT)]
